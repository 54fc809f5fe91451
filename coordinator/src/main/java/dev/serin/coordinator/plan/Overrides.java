package dev.serin.coordinator.plan;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.service.Overridable;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceReader;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.service.TrafficStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A service's definition as one release wants it: the release's `overrides` laid over it as a JSON
/// merge patch (RFC 7396), its `strategy` in place of the service's.
public final class Overrides {
  private Overrides() {}

  public static Parsed<ServiceDefinition> apply(
      ServiceDefinition service, ReleaseRequested release) {
    return apply(service, release, false);
  }

  /// @param comesBack whether its further files are what nodes had before, by Serin's own record
  public static Parsed<ServiceDefinition> apply(
      ServiceDefinition service, ReleaseRequested release, boolean comesBack) {
    ObjectNode merged = Json.mapper().valueToTree(service);
    List<String> problems = new ArrayList<>();
    JsonNode overrides = release.overrides();
    if (overrides != null && !overrides.isNull() && !overrides.isObject()) {
      problems.add("overrides: expected an object with fields, found " + overrides.getNodeType());
    }
    if (overrides instanceof ObjectNode given) {
      ObjectNode patch = given.deepCopy();
      for (String name : List.copyOf(patch.propertyNames())) {
        if (!Overridable.FIELDS.contains(name)) {
          problems.add(
              "overrides." + name + ": expected one of " + String.join(", ", Overridable.FIELDS));
        }
      }
      for (String name : Overridable.SHORT) {
        JsonNode value = patch.remove(name);
        if (value == null) {
          continue;
        }
        JsonNode analysis = patch.get("analysis");
        if (analysis == null || analysis.isObject()) {
          patch.withObjectProperty("analysis").set(name, value);
        } else {
          problems.add("overrides." + name + ": expected analysis to be an object beside it");
        }
      }
      Canaries.name(merged, patch.remove("canaries"), problems);
      merge(merged, patch);
    }
    String strategy = release.strategy();
    boolean another = strategy != null && !strategy.equals(service.strategy());
    if (strategy != null) {
      merged.put("strategy", strategy);
    }
    String chosen = merged.path("strategy").asString("");
    problems.addAll(installing(strategy, chosen));
    if (Strategies.isWatchless(chosen)) {
      if (overrides != null && hasWindow(overrides)) {
        problems.add(
            "overrides.window: expected none, since strategy "
                + chosen
                + " watches nothing, found one");
      }
      if (!merged.hasNonNull("analysis")) {
        merged.putObject("analysis");
      }
      if (merged.get("analysis") instanceof ObjectNode analysis) {
        analysis.put("window", Duration.ZERO.toString());
      }
    }
    if (chosen.equals(Strategies.BLUE_GREEN) && overrides != null && overrides.has("canaries")) {
      problems.add(
          "overrides.canaries: expected none beside strategy "
              + Strategies.BLUE_GREEN
              + ", where the group that stands by comes first, found some");
    }
    if (chosen.equals(Strategies.ANALYSIS_ONLY)) {
      AnalysisOnly.touchNothing(merged);
    }
    if (another && (overrides == null || !overrides.has("pauses"))) {
      // As with its shares: nobody waits in an incident, and another strategy has other places.
      merged.remove("pauses");
    }
    if (another && (overrides == null || !overrides.has("trafficSteps"))) {
      // Those of the service belong to its own strategy.
      merged.remove("trafficSteps");
    }
    if (another
        && (Strategies.namesItsBatch(chosen) || chosen.equals(Strategies.BLUE_GREEN))
        && (overrides == null || !overrides.has("batch"))) {
      merged.remove("batch");
    }
    if (overrides != null && hasWindow(overrides)) {
      everyWindow(merged);
    }
    problems.addAll(FurtherFiles.problems(service, chosen, release, comesBack));
    Parsed<ServiceDefinition> read = ServiceReader.read(merged);
    if (read instanceof Parsed.Invalid<ServiceDefinition>(List<String> more)) {
      problems.addAll(more);
    }
    if (read instanceof Parsed.Valid<ServiceDefinition>(ServiceDefinition valid)) {
      BlueGreen.eitherWay(valid).stream()
          .flatMap(one -> Queries.problems(one).stream())
          .distinct()
          .forEach(problems::add);
      problems.addAll(AnalysisOnly.problems(valid));
      problems.addAll(sharesOfItsName(valid));
      problems.addAll(Alone.problems(valid));
    }
    return problems.isEmpty() ? read : new Parsed.Invalid<>(problems);
  }

  /// A release that names no strategy is meant to reach the nodes: it must not complete with
  /// nothing installed. Who wants that says so.
  private static List<String> installing(@Nullable String named, String chosen) {
    return named != null || Strategies.installs(chosen)
        ? List.of()
        : List.of(
            "strategy: expected one that installs the release, found the service's own, "
                + chosen
                + ", which installs nothing; define another one (serin services apply), or name one"
                + " (--strategy "
                + Strategies.CANARY_THEN_PEERS
                + ")");
  }

  /// A preset says its shares by its name, which plans, states and events show; only its windows
  /// may be others. Not the definition is refused: one that was accepted once stays readable.
  private static List<String> sharesOfItsName(ServiceDefinition service) {
    String strategy = service.strategy();
    List<Double> named = shares(Strategies.steps(strategy));
    List<Double> own = shares(service.trafficSteps());
    boolean isPreset = !named.isEmpty() && !strategy.equals(Strategies.TRAFFIC_STEPS);
    return !isPreset || own.isEmpty() || own.equals(named)
        ? List.of()
        : List.of(
            "trafficSteps: expected the shares that "
                + strategy
                + " says by its name, "
                + shown(named)
                + ", found "
                + shown(own)
                + "; leave them out, or take strategy "
                + Strategies.TRAFFIC_STEPS);
  }

  private static List<Double> shares(List<TrafficStep> steps) {
    return steps.stream().map(TrafficStep::share).toList();
  }

  private static String shown(List<Double> shares) {
    return shares.stream().map(Quantities::shown).collect(Collectors.joining(", "));
  }

  /// A release's window stands for that of each share. Where it is none, as in an incident, the
  /// peers leave for nothing, so they are updated one after the other.
  private static void everyWindow(ObjectNode merged) {
    JsonNode window = merged.path("analysis").path("window");
    JsonNode own = merged.path("trafficSteps");
    List<TrafficStep> preset = Strategies.steps(merged.path("strategy").asString(""));
    JsonNode steps =
        own.isArray() && !own.isEmpty() ? own : Json.mapper().<JsonNode>valueToTree(preset);
    ArrayNode all = Json.mapper().createArrayNode();
    for (JsonNode step : steps) {
      JsonNode next = step.deepCopy();
      if (next instanceof ObjectNode object) {
        object.set("window", window);
        if (isNone(window)) {
          object.remove("minAvailable");
        }
      }
      all.add(next);
    }
    if (!all.isEmpty()) {
      merged.set("trafficSteps", all);
    }
  }

  private static boolean isNone(JsonNode window) {
    return Quantities.duration(window.asString("")).map(Duration::isZero).orElse(false);
  }

  /// Null is the default, as though the service said nothing: then each share has its own.
  private static boolean hasWindow(JsonNode overrides) {
    return overrides.hasNonNull("window") || overrides.path("analysis").hasNonNull("window");
  }

  private static void merge(ObjectNode target, ObjectNode patch) {
    for (var entry : patch.properties()) {
      JsonNode value = entry.getValue();
      if (value.isNull()) {
        target.remove(entry.getKey());
      } else if (value instanceof ObjectNode inner) {
        ObjectNode below =
            target.get(entry.getKey()) instanceof ObjectNode there
                ? there
                : target.putObject(entry.getKey());
        merge(below, inner);
      } else {
        target.set(entry.getKey(), value);
      }
    }
  }
}
