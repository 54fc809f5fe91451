package dev.serin.coordinator.saga;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.rollout.ReleasePlan.PlannedSli;
import dev.serin.contracts.service.Alarm;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a plan says of each SLI: how it is judged, from when on, and what it comes to.
final class PlannedSlis {
  private PlannedSlis() {}

  static List<PlannedSli> of(ServiceDefinition service) {
    return service.slis().stream()
        .map(sli ->
            new PlannedSli(
                sli.name(),
                judged(sli) + alarm(sli, service.analysis().interval()),
                sli.from(),
                service.onBreach(sli)))
        .toList();
  }

  /// Such as `below 0.5; at most 1.1 times the baseline's`.
  private static String judged(Sli sli) {
    List<String> limits = new ArrayList<>();
    if (sli.max() != null) {
      limits.add("below " + Quantities.shown(sli.max()));
    }
    if (sli.min() != null) {
      limits.add("above " + Quantities.shown(sli.min()));
    }
    if (sli.maxDelta() != null) {
      limits.add("at most " + Quantities.shown(sli.maxDelta()) + " above the baseline's");
    }
    if (sli.maxRatio() != null) {
      limits.add("at most " + Quantities.shown(sli.maxRatio()) + " times the baseline's");
    }
    if (sli.compare() != null) {
      limits.add(
          "by all requests not shown to be worse than the baseline by "
              + Quantities.shown(Math.round(sli.compare().least() * 1e6) / 1e4)
              + " points");
    }
    return String.join("; ", limits);
  }

  /// The windows in which an alarm can't be red, since they end before it has seen enough.
  static List<String> tooShort(ServiceDefinition service) {
    Duration interval = service.analysis().interval();
    List<String> warnings = new ArrayList<>();
    for (Step step : Plan.compile(service)) {
      if (step.name() != StepName.ANALYSE) {
        continue;
      }
      Duration window = Plan.analysis(service, step).window();
      double share = Plan.shareOf(Plan.watched(service, step), step);
      for (Sli sli : service.slis()) {
        Alarm alarm = sli.alarm();
        if (alarm != null
            && sli.countsAt(share)
            && alarm.earliest(interval).compareTo(window) >= 0) {
          warnings.add(
              sli.name()
                  + ": its alarm takes "
                  + alarm.datapoints()
                  + " data points, one each "
                  + Quantities.shown(alarm.period(interval))
                  + ", so it can't be red in the "
                  + Quantities.shown(window)
                  + " at "
                  + Quantities.shown(share)
                  + " %");
        }
      }
    }
    return warnings.stream().distinct().toList();
  }

  /// Such as `, red when 3 of 5 are not, one each 1m; missing ones count as green`.
  private static String alarm(Sli sli, Duration interval) {
    Alarm alarm = sli.alarm();
    if (alarm == null) {
      return "";
    }
    return ", red when "
        + alarm.datapoints()
        + " of "
        + alarm.of()
        + " are not, one each "
        + Quantities.shown(alarm.period(interval))
        + switch (alarm.treatMissingData()) {
          case MISSING -> "";
          case IGNORE -> "; missing ones change nothing";
          case BREACHING -> "; missing ones count as red";
          case NOT_BREACHING -> "; missing ones count as green";
        };
  }
}
