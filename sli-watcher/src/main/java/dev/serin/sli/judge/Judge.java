package dev.serin.sli.judge;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns what Prometheus said into verdicts.
///
/// One SLI is judged in this order:
/// 1. Prometheus away, a query refused, not one number: `ERROR`.
/// 2. No series, `NaN`, or fewer requests than it takes: `NO_DATA`.
/// 3. At or above `max`, at or below `min`: `FAIL`. Infinity is compared like any number. What was
///    red stays so when it is old.
/// 4. An old value is not green: `NO_DATA`. One whose age is not known counts, and says so.
/// 5. Where it is compared with the baseline, that lacks a value, or has an old one: as 1, 2 and 4
///    have it.
/// 6. More than `maxDelta` above the baseline; more than `maxRatio` times it, and more than the
///    floor above it: `FAIL`.
/// 7. Else `PASS`.
///
/// One with an alarm is judged by its data points instead ([AlarmJudge]).
public final class Judge {
  private Judge() {}

  /// What a probe comes to: the worst of its results, in the order `FAIL`, `ERROR`, `NO_DATA`,
  /// `PASS`. A probe without any result proves nothing, so it is `NO_DATA` (I8).
  public static Verdict together(List<SliResult> results) {
    return Verdict.worst(results.stream().map(SliResult::verdict).toList());
  }

  /// Judges one SLI by its limits.
  public static SliResult judge(Asked asked) {
    SliQuery sli = asked.sli();
    DataPoints points = asked.points();
    if (points != null) {
      AlarmJudge.Judged judged = AlarmJudge.judge(sli, points);
      return result(asked, judged.verdict(), judged.detail() + undated(asked.value()));
    }
    Lack lack = lackOf(sli.name(), asked.value(), asked.requests(), sli.minRequests());
    if (lack != null) {
      return result(asked, lack.verdict(), lack.detail());
    }
    double value = number(asked.value());
    if (sli.max() != null && value >= sli.max()) {
      return result(asked, Verdict.FAIL, beyond(sli, value, "above", sli.max()));
    }
    if (sli.min() != null && value <= sli.min()) {
      return result(asked, Verdict.FAIL, beyond(sli, value, "below", sli.min()));
    }
    Lack old = age(sli.name(), asked.value());
    if (old != null) {
      return result(asked, old.verdict(), old.detail());
    }
    Asked.Baseline baseline = asked.baseline();
    if (baseline == null) {
      return result(asked, Verdict.PASS, within(sli, value) + undated(asked.value()));
    }
    Lack there =
        lackOf(Beside.nameOf(sli), baseline.value(), baseline.requests(), sli.minRequests());
    if (there == null) {
      there = age(Beside.nameOf(sli), baseline.value());
    }
    if (there != null) {
      return result(asked, there.verdict(), there.detail());
    }
    Beside beside = Beside.of(sli, value, baseline);
    return beside.isBreached()
        ? result(asked, Verdict.FAIL, beside.words())
        : result(
            asked,
            Verdict.PASS,
            within(sli, value, beside) + undated(asked.value()) + undated(baseline.value()));
  }

  private static String within(SliQuery sli, double value, Beside beside) {
    return sli.max() == null && sli.min() == null
        ? beside.words()
        : within(sli, value) + "; " + beside.words();
  }

  /// Says only whether there is a value: `PASS`, `NO_DATA` or `ERROR`, whatever the limits are. Too
  /// few requests are no lack here, before anything has begun.
  public static SliResult presence(Asked asked) {
    SliQuery sli = asked.sli();
    Asked.Baseline baseline = asked.baseline();
    Lack lack = missing(sli.name(), asked.value(), asked.requests());
    if (lack == null && baseline != null) {
      lack = missing(Beside.nameOf(sli), baseline.value(), baseline.requests());
    }
    return lack == null
        ? result(asked, Verdict.PASS, sli.name() + " is " + Words.number(number(asked.value())))
        : result(asked, lack.verdict(), lack.detail());
  }

  private static @Nullable Lack missing(String name, Reading value, @Nullable Reading requests) {
    Lack lack = lackOf(name, value);
    return lack == null && requests != null ? lackOf(requestsOf(name), requests) : lack;
  }

  /// Why there is no verdict by the limits.
  record Lack(Verdict verdict, String detail) {}

  private static @Nullable Lack lackOf(
      String name, Reading reading, @Nullable Reading counted, double least) {
    Lack value = lackOf(name, reading);
    if (counted == null) {
      return value;
    }
    Lack requests = lackOf(requestsOf(name), counted);
    if (value != null && requests != null) {
      return value.verdict().severity() >= requests.verdict().severity() ? value : requests;
    }
    if (value != null || requests != null) {
      return value != null ? value : requests;
    }
    double count = number(counted);
    if (count >= least) {
      return null;
    }
    return new Lack(
        Verdict.NO_DATA,
        name
            + " is "
            + Words.number(number(reading))
            + ", but that rests on "
            + Words.number(count)
            + " requests, and "
            + Words.number(least)
            + " are needed for a verdict");
  }

  static @Nullable Lack lackOf(String name, Reading reading) {
    return switch (reading) {
      case Reading.Number _, Reading.Old _, Reading.Undated _ -> null;
      case Reading.NoSeries _ ->
          new Lack(Verdict.NO_DATA, name + " has no value: no series matches its query");
      case Reading.NotANumber _ ->
          new Lack(
              Verdict.NO_DATA,
              name + " has no value: its query gives NaN, as a division of 0 by 0 does");
      case Reading.NotOneNumber(String found) ->
          new Lack(Verdict.ERROR, name + ": expected one number, found " + found);
      case Reading.Refused(String text) ->
          new Lack(Verdict.ERROR, "Prometheus refused the query of " + name + ": " + text);
      case Reading.Unavailable(String sentence) -> new Lack(Verdict.ERROR, sentence);
    };
  }

  private static @Nullable Lack age(String name, Reading reading) {
    return reading instanceof Reading.Old(double value, var age, var limit)
        ? new Lack(Verdict.NO_DATA, name + " is " + Words.number(value) + ", " + old(age, limit))
        : null;
  }

  /// What is told of a value that nothing new stands behind.
  static String old(Duration age, Duration limit) {
    return "but the newest sample behind it is "
        + Quantities.shown(age.truncatedTo(ChronoUnit.SECONDS))
        + " old, and one counts for "
        + Quantities.shown(limit)
        + ": nothing scrapes it any more, or its target is gone (one that is scraped as seldom needs"
        + " a maxAge)";
  }

  private static String undated(Reading reading) {
    return reading instanceof Reading.Undated(_, String why) ? "; " + undated(why) : "";
  }

  /// What is told of a value of which Prometheus did not say how old it is.
  static String undated(String why) {
    return "how old it is is not known: " + why;
  }

  /// Of a reading that lacks no value.
  static double number(Reading reading) {
    return switch (reading) {
      case Reading.Number(double value) -> value;
      case Reading.Old(double value, _, _) -> value;
      case Reading.Undated(double value, _) -> value;
      case Reading.NoSeries _,
          Reading.NotANumber _,
          Reading.NotOneNumber _,
          Reading.Refused _,
          Reading.Unavailable _ ->
          throw new IllegalArgumentException("expected a number, was " + reading);
    };
  }

  /// The result without a verdict, where a further number of it is not there; none where it is.
  static @Nullable SliResult lacking(SliResult result, String name, Reading reading) {
    Lack lack = lackOf(name, reading);
    if (lack == null) {
      lack = age(name, reading);
    }
    return lack == null
        ? null
        : new SliResult(
            result.name(),
            result.query(),
            result.value(),
            result.max(),
            result.min(),
            result.requests(),
            worse(result.verdict(), lack.verdict()),
            lack.detail(),
            result.baseline());
  }

  static Verdict worse(Verdict one, Verdict other) {
    return Verdict.worst(List.of(one, other));
  }

  static String requestsOf(String name) {
    return "minRequests of " + name;
  }

  private static String beyond(SliQuery sli, double value, String side, double limit) {
    return sli.name()
        + " is "
        + Words.number(value)
        + (value == limit ? ", at the limit of " : ", " + side + " the limit of ")
        + Words.number(limit);
  }

  private static String within(SliQuery sli, double value) {
    String is = sli.name() + " is " + Words.number(value);
    if (sli.max() != null && sli.min() != null) {
      return is + ", between " + Words.number(sli.min()) + " and " + Words.number(sli.max());
    }
    if (sli.max() != null) {
      return is + ", below the limit of " + Words.number(sli.max());
    }
    if (sli.min() != null) {
      return is + ", above the limit of " + Words.number(sli.min());
    }
    return is + "; it has no limit";
  }

  private static SliResult result(Asked asked, Verdict verdict, String detail) {
    SliQuery sli = asked.sli();
    return new SliResult(
        sli.name(),
        sli.query(),
        finite(asked.value()),
        sli.max(),
        sli.min(),
        finite(asked.requests()),
        verdict,
        detail,
        baseline(asked));
  }

  private static SliResult.@Nullable Baseline baseline(Asked asked) {
    Asked.Baseline baseline = asked.baseline();
    return baseline == null
        ? null
        : new SliResult.Baseline(
            baseline.query().query(),
            finite(baseline.value()),
            finite(baseline.requests()),
            baseline.query().maxDelta(),
            baseline.query().maxRatio(),
            baseline.query().floor());
  }

  /// JSON has no infinity: the detail says it in words.
  private static @Nullable Double finite(@Nullable Reading reading) {
    return switch (reading) {
      case Reading.Number(double value) when Double.isFinite(value) -> value;
      case Reading.Old(double value, _, _) when Double.isFinite(value) -> value;
      case Reading.Undated(double value, _) when Double.isFinite(value) -> value;
      case null, default -> null;
    };
  }
}
