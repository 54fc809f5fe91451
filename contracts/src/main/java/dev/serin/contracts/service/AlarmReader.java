package dev.serin.contracts.service;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Fields;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.Alarm.Statistic;
import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the alarm of an SLI, and what of it can't be.
final class AlarmReader {
  /// Nobody scrapes more often.
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /// As CloudWatch has it for periods of less than an hour.
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final int MOST = 1_000;

  /// A metric alone: what `increase` can be taken of, series by series.
  private static final Pattern SELECTOR =
      Pattern.compile(
          "\\s*[a-zA-Z_:][a-zA-Z0-9_:]*\\s*"
              + "(?:\\{(?:[^{}\"']|\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')*\\})?\\s*");

  private AlarmReader() {}

  static @Nullable Alarm alarm(Fields sli) {
    return sli.object("alarm").map(it -> alarm(sli, it)).orElse(null);
  }

  private static Alarm alarm(Fields sli, Fields alarm) {
    if (sli.has("maxDelta") || sli.has("maxRatio")) {
      sli.problem(
          "alarm",
          "expected max or min alone beside it, found a comparison with the baseline: a data point"
              + " stands for itself");
    } else if (!sli.has("max") && !sli.has("min")) {
      sli.problem(
          "alarm", "expected max or min beside it, by which a data point is red, found neither");
    }
    OptionalInt consecutive = alarm.integer("consecutive", 1, MOST);
    if (alarm.has("consecutive") && (alarm.has("datapoints") || alarm.has("of"))) {
      alarm.problem(
          "consecutive",
          "expected it alone, or datapoints and of, found both: 3 consecutive ones are 3 of 3");
    }
    OptionalInt datapoints = alarm.integer("datapoints", 1, MOST);
    OptionalInt of = alarm.integer("of", 1, MOST);
    int looked = of.orElse(datapoints.orElse(consecutive.orElse(1)));
    int red = datapoints.orElse(looked);
    if (red > looked) {
      alarm.problem(
          "datapoints",
          "expected from 1 to "
              + looked
              + " (of), how many of those that are looked at have to be red, found "
              + red);
      red = looked;
    }
    Duration period = alarm.duration("period", SHORTEST).orElse(null);
    Statistic statistic =
        alarm.has("statistic")
            ? alarm.choice("statistic", Statistic.class, Statistic.MAXIMUM)
            : null;
    if (statistic == Statistic.SUM
        && !SELECTOR.matcher(sli.text("query").orElse("errors_total")).matches()) {
      alarm.problem(
          "statistic",
          "expected a counter alone as the query for sum, such as"
              + " errors_total{node=~\"$canary\"}, by whose growth in a period it goes, found"
              + " another one (write the increase(…) into it, and leave statistic out)");
    }
    return new Alarm(red, looked, period, statistic, treatMissingData(alarm));
  }

  /// The words are CloudWatch's own.
  private static TreatMissingData treatMissingData(Fields alarm) {
    String word = alarm.text("treatMissingData").orElse("missing");
    return switch (word) {
      case "missing" -> TreatMissingData.MISSING;
      case "ignore" -> TreatMissingData.IGNORE;
      case "breaching" -> TreatMissingData.BREACHING;
      case "notBreaching" -> TreatMissingData.NOT_BREACHING;
      default -> {
        alarm.problem(
            "treatMissingData",
            "expected one of missing, ignore, breaching, notBreaching, found '"
                + Check.printable(word)
                + "'");
        yield TreatMissingData.MISSING;
      }
    };
  }

  /// @param interval the time between two probes, which a period is where it says none
  /// @param longest the longest time for which the SLIs are watched in one go; zero where they are
  ///   not
  static void contradictions(Fields fields, List<Sli> slis, Duration interval, Duration longest) {
    for (Sli sli : slis) {
      Alarm alarm = sli.alarm();
      if (alarm == null) {
        continue;
      }
      String field = "slis." + sli.name() + ".alarm";
      Duration period = alarm.period(interval);
      Duration all = period.multipliedBy(alarm.of());
      if (period.compareTo(SHORTEST) < 0) {
        fields.problem(
            field + ".period",
            "expected at least "
                + Quantities.shown(SHORTEST)
                + ", found "
                + Quantities.shown(period)
                + ", the interval of the analysis");
      } else if (all.compareTo(LONGEST) > 0) {
        fields.problem(
            field + ".period",
            "expected at most "
                + Quantities.shown(LONGEST)
                + " for all data points that are looked at, found "
                + alarm.of()
                + " of "
                + Quantities.shown(period)
                + ", which are "
                + Quantities.shown(all));
      } else if (!longest.isZero() && alarm.earliest(interval).compareTo(longest) >= 0) {
        fields.problem(
            field,
            "expected that "
                + alarm.datapoints()
                + " data points, one each "
                + Quantities.shown(period)
                + ", fit into "
                + Quantities.shown(longest)
                + ", the longest time for which it is watched, found that they do not: it could"
                + " never be red");
      }
    }
  }
}
