package dev.serin.contracts.service;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Fields;
import dev.serin.contracts.json.Quantities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Reads the shares of a strategy that shifts traffic, and names what contradicts them.
final class TrafficReader {
  private TrafficReader() {}

  static List<TrafficStep> steps(Fields fields) {
    List<TrafficStep> steps = new ArrayList<>();
    for (Fields step : fields.objects("trafficSteps")) {
      OptionalDouble share = step.percent("share");
      Duration window = step.duration("window", Duration.ZERO).orElse(Duration.ZERO);
      if (share.isPresent() && share.getAsDouble() > 0 && share.getAsDouble() <= 100) {
        steps.add(new TrafficStep(share.getAsDouble(), window, minAvailable(step)));
      } else if (share.isPresent() || !step.has("share")) {
        step.problem(
            "share",
            "expected a share of the requests in per cent, above 0 and at most 100, "
                + (share.isPresent() ? "found " + share.getAsDouble() : "is missing"));
      }
    }
    return steps;
  }

  private static @Nullable Integer minAvailable(Fields step) {
    OptionalInt minimum = step.integer("minAvailable", 1, 10_000);
    return minimum.isPresent() ? Integer.valueOf(minimum.getAsInt()) : null;
  }

  /// What stands against the canaries serving alone at the share 100.
  ///
  /// @param canaries how many there are
  /// @param nodes how many nodes there are, the canaries among them
  static void alone(
      Fields fields, String strategy, List<TrafficStep> own, int canaries, int nodes) {
    for (TrafficStep step : own) {
      Integer minimum = step.minAvailable();
      if (minimum == null) {
        continue;
      }
      if (strategy.equals(Strategies.BLUE_GREEN)) {
        fields.problem(
            "trafficSteps",
            "expected no minAvailable beside strategy "
                + Strategies.BLUE_GREEN
                + ", whose group leaves as a whole anyway, found "
                + minimum
                + "; what has to stay in rotation is the service's own minAvailable");
      } else if (!step.isAll()) {
        fields.problem(
            "trafficSteps",
            "expected minAvailable at the share 100 alone, for which the peers leave rotation, found "
                + minimum
                + " at "
                + Quantities.shown(step.share())
                + "; what has to stay in rotation elsewhere is the service's own minAvailable");
      } else if (minimum > canaries) {
        fields.problem(
            "trafficSteps",
            "expected a minAvailable from 1 to "
                + canaries
                + ", the number of canaries, which alone of "
                + nodes
                + " nodes serve at the share 100, found "
                + minimum
                + "; lower it, mark more nodes canary: true, or leave it out, and the peers are"
                + " updated one after the other");
      }
    }
  }

  static void contradictions(
      Fields fields,
      String strategy,
      List<TrafficStep> own,
      Duration interval,
      boolean slis,
      boolean pool,
      boolean peers) {
    List<TrafficStep> steps = own.isEmpty() ? Strategies.steps(strategy) : own;
    boolean sharesNothing =
        Strategies.steps(strategy).isEmpty() && !strategy.equals(Strategies.BLUE_GREEN);
    if (!own.isEmpty() && sharesNothing) {
      fields.problem(
          "trafficSteps",
          "expected strategy "
              + Strategies.TRAFFIC_STEPS
              + " beside it, found "
              + Check.printable(strategy));
    }
    boolean isWrong = fields.problems().stream().anyMatch(it -> it.startsWith("trafficSteps"));
    if (steps.isEmpty() || isWrong) {
      return;
    }
    for (int i = 1; i < steps.size(); i++) {
      if (steps.get(i).share() <= steps.get(i - 1).share()) {
        fields.problem(
            "trafficSteps",
            "expected shares that grow, found "
                + Quantities.shown(steps.get(i).share())
                + " after "
                + Quantities.shown(steps.get(i - 1).share()));
      }
    }
    if (!steps.getLast().isAll()) {
      fields.problem(
          "trafficSteps",
          "expected the last share to be 100, found " + Quantities.shown(steps.getLast().share()));
    }
    for (TrafficStep step : steps) {
      if (!step.window().isZero()
          && (step.window().compareTo(interval) < 0
              || step.window().dividedBy(interval) > ServiceReader.MOST_SLOTS)) {
        fields.problem(
            "trafficSteps",
            "expected a window of 0s, or from "
                + Quantities.shown(interval)
                + " (analysis.interval) to "
                + Quantities.shown(interval.multipliedBy(ServiceReader.MOST_SLOTS))
                + ", found "
                + Quantities.shown(step.window()));
      }
    }
    if (!slis && steps.stream().anyMatch(step -> !step.window().isZero())) {
      fields.problem("slis", "expected one SLI or more to fill the windows, found none");
    }
    if (!pool) {
      fields.problem("pool", "expected one, since " + strategy + " shifts its traffic");
    }
    if (!peers) {
      fields.problem(
          "nodes", "expected a node that is no canary, since " + strategy + " shares the traffic");
    }
  }
}
