package dev.serin.contracts.service;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.json.Quantities;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a release may change for itself of its service's definition (`overrides`), each by its
/// dotted path such as `drain.within`. What there is below a field, and of which type, is read off
/// [ServiceDefinition]; whether a value fits the service, only the whole of it tells.
public final class Overridable {
  /// The canaries of one release: no field of a definition, where each node says it of itself.
  public static final String CANARIES = "canaries";

  /// Short for the same fields of `analysis`.
  public static final List<String> SHORT =
      List.of("window", "interval", "initialDelay", "redBaseline");

  /// The fields of `overrides`.
  public static final SortedSet<String> FIELDS =
      Collections.unmodifiableSortedSet(
          new TreeSet<>(
              Set.of(
                  "analysis",
                  "batch",
                  CANARIES,
                  "drain",
                  "health",
                  "loadBalancerHealth",
                  "minAvailable",
                  "noData",
                  "onBreach",
                  "onFreeze",
                  "onPeerFailure",
                  "pauses",
                  "redBaseline",
                  "rollback",
                  "slis",
                  "smoke",
                  "soak",
                  "trafficSteps",
                  "window",
                  "interval",
                  "initialDelay")));

  private Overridable() {}

  /// What a path means: `analysis.window` for `window`.
  public static String whole(String path) {
    return SHORT.contains(path) ? "analysis." + path : path;
  }

  /// Reads what a person wrote for a path. A text stands for what it says: `2` and `"2"` are the
  /// same number. Null is the default, as though the service said nothing.
  ///
  /// @return the value as it goes into `overrides`, or what was expected and what was found
  public static Parsed<JsonNode> read(String path, JsonNode value) {
    String[] names = path.split("\\.", -1);
    if (!FIELDS.contains(names[0])) {
      return invalid(
          "expected one of "
              + String.join(", ", FIELDS)
              + ", found '"
              + Check.printable(path)
              + "'");
    }
    String known = whole(names[0]);
    Optional<Class<?>> type = type(ServiceDefinition.class, known);
    for (int i = 1; i < names.length; i++) {
      Class<?> above = type.orElse(List.class);
      type = isObject(above) ? type(above, names[i]) : Optional.empty();
      if (type.isEmpty()) {
        String found = ", found '" + Check.printable(path) + "'";
        return invalid(
            isObject(above)
                ? "expected one of " + below(known, above) + found
                : "expected "
                    + known
                    + (above == List.class ? ", the whole list," : "")
                    + " and nothing below it"
                    + found);
      }
      known = known + "." + names[i];
    }
    return read(known, type.orElse(List.class), value);
  }

  private static Parsed<JsonNode> read(String path, Class<?> type, JsonNode value) {
    if (value.isNull()) {
      return new Parsed.Valid<>(value);
    }
    if (isObject(type)) {
      return object(path, type, value);
    }
    if (type == List.class) {
      return list(path, value);
    }
    return scalar(type, value)
        .<Parsed<JsonNode>>map(Parsed.Valid::new)
        .orElseGet(() -> invalid("expected " + accepted(type) + ", found " + shown(value)));
  }

  private static Parsed<JsonNode> list(String path, JsonNode value) {
    if (value.isArray()) {
      return new Parsed.Valid<>(value);
    }
    return path.equals(CANARIES) && value.isString()
        ? new Parsed.Valid<>(Json.mapper().createArrayNode().add(value))
        : invalid(
            "expected a list such as [], found " + (value.isString() ? "a text" : shown(value)));
  }

  private static Parsed<JsonNode> object(String path, Class<?> type, JsonNode value) {
    if (!value.isObject()) {
      return invalid("expected one of " + below(path, type) + ", found the whole of " + path);
    }
    ObjectNode read = Json.mapper().createObjectNode();
    List<String> problems = new ArrayList<>();
    for (var entry : value.properties()) {
      String name = path + "." + entry.getKey();
      switch (read(name, entry.getValue())) {
        case Parsed.Valid<JsonNode>(JsonNode inner) -> read.set(entry.getKey(), inner);
        case Parsed.Invalid<JsonNode>(List<String> more) ->
            more.forEach(one -> problems.add(Check.printable(name) + ": " + one));
      }
    }
    return problems.isEmpty() ? new Parsed.Valid<>(read) : new Parsed.Invalid<>(problems);
  }

  private static Optional<JsonNode> scalar(Class<?> type, JsonNode value) {
    if (value.isContainer()) {
      return Optional.empty();
    }
    String text = value.asString("").strip();
    if (type == Duration.class) {
      return Quantities.duration(text)
          .filter(it -> !it.isNegative())
          .map(it -> text(it.toString()));
    }
    if (type == Batch.class) {
      return Batch.of(text).map(it -> text(it.shown()));
    }
    if (type == Integer.class) {
      return Optional.of(text)
          .filter(it -> it.matches("\\d{1,9}"))
          .<JsonNode>map(it -> Json.mapper().getNodeFactory().numberNode(Integer.parseInt(it)));
    }
    return Optional.of(text)
        .filter(it -> type.isEnum() ? choices(type).contains(it) : !it.isEmpty())
        .map(Overridable::text);
  }

  private static JsonNode text(String text) {
    return Json.mapper().getNodeFactory().stringNode(text);
  }

  private static String accepted(Class<?> type) {
    if (type == Duration.class) {
      return "a duration such as 30s, 1h or PT30S";
    }
    if (type == Batch.class) {
      return "a number of nodes such as 2, or a share of them such as 25%";
    }
    if (type == Integer.class) {
      return "a whole number";
    }
    return type.isEnum() ? joined(choices(type)) : "a text";
  }

  /// As [dev.serin.contracts.json.Fields#choice] takes them.
  private static List<String> choices(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(it -> ((Enum<?>) it).name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }

  private static String joined(List<String> words) {
    return words.size() == 1
        ? words.getFirst()
        : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
  }

  /// Of a list or an object only that it is one: it may hold what a smoke request authenticates
  /// with, and a pipeline keeps what it prints.
  private static String shown(JsonNode value) {
    if (value.isContainer()) {
      return value.isArray() ? "a list" : "an object";
    }
    return Check.printable(
        Check.withoutSecrets(value.isString() ? "'" + value.asString() + "'" : value.toString()));
  }

  private static boolean isObject(Class<?> type) {
    return type.isRecord() && type != Batch.class;
  }

  private static String below(String path, Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(it -> path + "." + it.getName())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /// The type of a field, below others or not; empty where it has none of that name.
  private static Optional<Class<?>> type(Class<?> above, String path) {
    Class<?> type = above;
    for (String name : path.split("\\.", -1)) {
      Optional<RecordComponent> component =
          Arrays.stream(type.getRecordComponents())
              .filter(it -> it.getName().equals(name))
              .findFirst();
      if (component.isEmpty()) {
        return Optional.empty();
      }
      type = component.get().getType();
    }
    return Optional.of(type);
  }

  private static Parsed<JsonNode> invalid(String problem) {
    return new Parsed.Invalid<>(List.of(problem));
  }
}
