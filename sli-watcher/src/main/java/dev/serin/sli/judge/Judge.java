package dev.serin.sli.judge;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns what Prometheus said into verdicts.
///
/// One SLI is judged in this order:
/// 1. Prometheus away, a query refused, not one number: `ERROR`.
/// 2. No series, `NaN`, or fewer requests than it takes: `NO_DATA`.
/// 3. At or above `max`, at or below `min`: `FAIL`. Infinity is compared like any number.
/// 4. Else `PASS`.
public final class Judge {
  private Judge() {}

  /// What a probe comes to: the worst of its results, in the order `FAIL`, `ERROR`, `NO_DATA`,
  /// `PASS`. A probe without any result proves nothing, so it is `NO_DATA` (I8).
  public static Verdict together(List<SliResult> results) {
    Verdict worst = results.isEmpty() ? Verdict.NO_DATA : Verdict.PASS;
    for (SliResult result : results) {
      if (severity(result.verdict()) > severity(worst)) {
        worst = result.verdict();
      }
    }
    return worst;
  }

  private static int severity(Verdict verdict) {
    return switch (verdict) {
      case PASS -> 0;
      case NO_DATA -> 1;
      case ERROR -> 2;
      case FAIL -> 3;
    };
  }

  /// Judges one SLI by its limits.
  public static SliResult judge(Asked asked) {
    Lack lack = lackOf(asked);
    if (lack != null) {
      return result(asked, lack.verdict(), lack.detail());
    }
    double value = ((Reading.Number) asked.value()).value();
    SliQuery sli = asked.sli();
    if (sli.max() != null && value >= sli.max()) {
      return result(asked, Verdict.FAIL, beyond(sli, value, "above", sli.max()));
    }
    if (sli.min() != null && value <= sli.min()) {
      return result(asked, Verdict.FAIL, beyond(sli, value, "below", sli.min()));
    }
    return result(asked, Verdict.PASS, within(sli, value));
  }

  /// Says only whether there is a value: `PASS`, `NO_DATA` or `ERROR`, whatever the limits are. Too
  /// few requests are no lack here, before anything has begun.
  public static SliResult presence(Asked asked) {
    Lack lack = lackOf(asked.sli().name(), asked.value());
    if (lack == null && asked.requests() != null) {
      lack = lackOf(requestsOf(asked.sli()), asked.requests());
    }
    return lack == null
        ? result(
            asked,
            Verdict.PASS,
            asked.sli().name() + " is " + Words.number(((Reading.Number) asked.value()).value()))
        : result(asked, lack.verdict(), lack.detail());
  }

  /// Why there is no verdict by the limits.
  private record Lack(Verdict verdict, String detail) {}

  private static @Nullable Lack lackOf(Asked asked) {
    SliQuery sli = asked.sli();
    Lack value = lackOf(sli.name(), asked.value());
    if (asked.requests() == null) {
      return value;
    }
    Lack requests = lackOf(requestsOf(sli), asked.requests());
    if (value != null && requests != null) {
      return severity(value.verdict()) >= severity(requests.verdict()) ? value : requests;
    }
    if (value != null || requests != null) {
      return value != null ? value : requests;
    }
    double count = ((Reading.Number) asked.requests()).value();
    if (count >= sli.minRequests()) {
      return null;
    }
    return new Lack(
        Verdict.NO_DATA,
        sli.name()
            + " is "
            + Words.number(((Reading.Number) asked.value()).value())
            + ", but that rests on "
            + Words.number(count)
            + " requests, and "
            + Words.number(sli.minRequests())
            + " are needed for a verdict");
  }

  private static @Nullable Lack lackOf(String name, Reading reading) {
    return switch (reading) {
      case Reading.Number _ -> null;
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

  static String requestsOf(SliQuery sli) {
    return "minRequests of " + sli.name();
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
        detail);
  }

  /// JSON has no infinity: the detail says it in words.
  private static @Nullable Double finite(@Nullable Reading reading) {
    return reading instanceof Reading.Number(double value) && Double.isFinite(value) ? value : null;
  }
}
