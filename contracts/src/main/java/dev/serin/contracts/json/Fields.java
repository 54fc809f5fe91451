package dev.serin.contracts.json;

import dev.serin.contracts.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Reads the fields of one JSON object that a person wrote, and collects every problem instead of
/// stopping at the first. A field that is missing or wrong yields a harmless stand-in; whoever
/// reads must look at [#problems()] before using what came out.
public final class Fields {
  /// How many problems are listed; more are counted only.
  private static final int MOST_PROBLEMS = 100;

  private static final Pattern PATH = Pattern.compile("/[^\\p{Cntrl}]*");

  private final JsonNode object;
  private final String path;
  private final Set<String> problems;

  private Fields(JsonNode object, String path, Set<String> problems) {
    this.object = object;
    this.path = path;
    this.problems = problems;
  }

  /// The fields of a whole document.
  public static Fields of(JsonNode document) {
    Set<String> problems = new LinkedHashSet<>();
    if (!document.isObject()) {
      problems.add("the document: expected an object with fields, found " + shown(document));
    }
    return new Fields(document, "", problems);
  }

  /// Every problem once, in the order found; after the first hundred, how many more there are.
  public List<String> problems() {
    if (problems.size() <= MOST_PROBLEMS) {
      return List.copyOf(problems);
    }
    List<String> first = new ArrayList<>(problems.stream().limit(MOST_PROBLEMS).toList());
    first.add("and " + (problems.size() - MOST_PROBLEMS) + " more problems");
    return List.copyOf(first);
  }

  public boolean has(String field) {
    JsonNode value = object.get(field);
    return value != null && !value.isNull();
  }

  /// Notes a problem with a field of this object.
  public void problem(String field, String text) {
    problems.add(Check.printable(path + field) + ": " + text);
  }

  private void expected(String field, String what) {
    JsonNode value = object.get(field);
    problem(
        field, "expected " + what + ", " + (has(field) ? "found " + shown(value) : "is missing"));
  }

  private static String shown(JsonNode value) {
    return Check.printable(
        Check.withoutSecrets(
            value.isString() ? "'" + value.stringValue() + "'" : value.toString()));
  }

  /// A text, not a blank one. A whole number is taken for one; 1.10 is not, it would become 1.1.
  public Optional<String> text(String field) {
    if (!has(field)) {
      return Optional.empty();
    }
    JsonNode value = object.get(field);
    if (value.isIntegralNumber()) {
      return Optional.of(value.asString());
    }
    if (!value.isString() || value.stringValue().isBlank()) {
      expected(field, "a text");
      return Optional.empty();
    }
    return Optional.of(value.stringValue());
  }

  /// A text; an empty one counts as missing.
  public Optional<String> emptyOrText(String field) {
    boolean empty =
        has(field) && object.get(field).isString() && object.get(field).stringValue().isEmpty();
    return empty ? Optional.empty() : text(field);
  }

  /// An object below this one as it stands.
  public Optional<JsonNode> tree(String field) {
    return object(field).map(fields -> fields.object);
  }

  public String requiredText(String field) {
    if (!has(field)) {
      expected(field, "a text");
    }
    return text(field).orElse("-");
  }

  /// A name, as [Check#isName] has it.
  public Optional<String> name(String field) {
    Optional<String> name = text(field);
    if (name.isPresent() && !Check.isName(name.get())) {
      expected(field, "1 to 100 letters, digits, '.', '_', ':' or '-'");
      return Optional.empty();
    }
    return name;
  }

  public String requiredName(String field) {
    if (!has(field)) {
      expected(field, "a name");
    }
    return name(field).orElse("-");
  }

  /// A SHA-256 digest, in upper or lower case.
  public String requiredSha256(String field) {
    Optional<String> digest =
        text(field).map(text -> text.toLowerCase(java.util.Locale.ROOT)).filter(Check::isSha256);
    if (digest.isEmpty()) {
      expected(field, "a SHA-256 digest of 64 hexadecimal digits");
    }
    return digest.orElse("0".repeat(64));
  }

  /// An absolute path without `..`, control characters or an end in `/`.
  public Optional<String> filePath(String field) {
    Optional<String> file = text(field);
    if (file.isPresent()
        && (!PATH.matcher(file.get()).matches()
            || file.get().endsWith("/")
            || List.of(file.get().split("/", -1)).contains(".."))) {
      expected(field, "an absolute path without '..' or control characters");
      return Optional.empty();
    }
    return file;
  }

  public boolean flag(String field, boolean otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!object.get(field).isBoolean()) {
      expected(field, "true or false");
      return otherwise;
    }
    return object.get(field).booleanValue();
  }

  public OptionalInt integer(String field, int minimum, int maximum) {
    if (!has(field)) {
      return OptionalInt.empty();
    }
    JsonNode value = object.get(field);
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < minimum
        || value.intValue() > maximum) {
      expected(field, "a whole number from " + minimum + " to " + maximum);
      return OptionalInt.empty();
    }
    return OptionalInt.of(value.intValue());
  }

  /// A number; with a unit of time (`500ms`) in seconds, with `%` as a fraction.
  public OptionalDouble quantity(String field) {
    if (!has(field)) {
      return OptionalDouble.empty();
    }
    JsonNode value = object.get(field);
    OptionalDouble number =
        value.isNumber()
            ? OptionalDouble.of(value.doubleValue())
            : value.isString() ? Quantities.number(value.stringValue()) : OptionalDouble.empty();
    if (number.isEmpty() || !Double.isFinite(number.getAsDouble())) {
      expected(field, "a number such as 0.5, 500ms or 0.5%");
      return OptionalDouble.empty();
    }
    return number;
  }

  /// A number of per cent, with or without the sign: `5` and `5%` are the same.
  public OptionalDouble percent(String field) {
    OptionalDouble number = quantity(field);
    boolean isText = number.isPresent() && object.get(field).isString();
    return isText ? OptionalDouble.of(number.getAsDouble() * 100) : number;
  }

  /// A duration in ISO-8601 (`PT30S`) or short (`30s`, `1h30m`), at least `minimum`.
  public Optional<Duration> duration(String field, Duration minimum) {
    if (!has(field)) {
      return Optional.empty();
    }
    Optional<Duration> duration =
        object.get(field).isString()
            ? Quantities.duration(object.get(field).stringValue())
            : Optional.empty();
    if (duration.isEmpty()
        || duration.get().compareTo(minimum) < 0
        || duration.get().compareTo(Duration.ofDays(366)) > 0) {
      expected(
          field,
          "a duration such as 30s, 1h or PT30S, "
              + (minimum.isZero() ? "0 or more" : "at least " + Quantities.shown(minimum))
              + " and at most 366 days");
      return Optional.empty();
    }
    return duration;
  }

  /// One of an enum's constants by its kebab-case name.
  public <E extends Enum<E>> E choice(String field, Class<E> type, E otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String name = constant.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      if (object.get(field).isString() && object.get(field).stringValue().equals(name)) {
        return constant;
      }
      names.add(name);
    }
    expected(field, names.size() == 1 ? names.getFirst() : "one of " + String.join(", ", names));
    return otherwise;
  }

  /// One text or a list of texts, each read by `each`; `none` is no text.
  public List<String> texts(String field, Function<Fields, Optional<String>> each) {
    if (!has(field)) {
      return List.of();
    }
    JsonNode value = object.get(field);
    List<JsonNode> items = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(items::add);
    } else if (!(value.isString() && value.stringValue().equals("none"))) {
      items.add(value);
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      String name = value.isArray() ? field + "[" + i + "]" : field;
      Fields one =
          new Fields(Json.mapper().createObjectNode().set(name, items.get(i)), path, problems);
      one.problemIfMissing(name);
      each.apply(one.only(name)).ifPresent(texts::add);
    }
    return texts;
  }

  private void problemIfMissing(String field) {
    if (!has(field)) {
      expected(field, "a text");
    }
  }

  private Fields only(String field) {
    return new Fields(
        Json.mapper().createObjectNode().set("", object.get(field)), path + field, problems);
  }

  /// The fields of an object below this one; empty where it is missing.
  public Optional<Fields> object(String field) {
    if (!has(field)) {
      return Optional.empty();
    }
    if (!object.get(field).isObject()) {
      expected(field, "an object with fields");
      return Optional.empty();
    }
    return Optional.of(new Fields(object.get(field), path + field + ".", problems));
  }

  public Optional<Fields> requiredObject(String field) {
    if (!has(field)) {
      expected(field, "an object with fields");
    }
    return object(field);
  }

  /// The objects of a list below this one.
  public List<Fields> objects(String field) {
    if (!has(field)) {
      return List.of();
    }
    JsonNode value = object.get(field);
    if (!value.isArray()) {
      expected(field, "a list");
      return List.of();
    }
    List<Fields> items = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      if (value.get(i).isObject()) {
        items.add(new Fields(value.get(i), path + field + "[" + i + "].", problems));
      } else {
        problem(
            field + "[" + i + "]", "expected an object with fields, found " + shown(value.get(i)));
      }
    }
    return items;
  }

  /// A map of lists of texts, each text read by `each`.
  public Map<String, List<String>> textsMap(String field, Function<Fields, Optional<String>> each) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    object(field)
        .ifPresent(
            map -> map.object.propertyNames().forEach(key -> lists.put(key, map.texts(key, each))));
    return lists;
  }

  /// A map of texts.
  public Map<String, String> textMap(String field) {
    Map<String, String> texts = new LinkedHashMap<>();
    object(field)
        .ifPresent(map ->
            map.object
                .propertyNames()
                .forEach(key -> map.text(key).ifPresent(text -> texts.put(key, text))));
    return texts;
  }
}
