package dev.serin.sli.sequential;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/// Shares, counts and findings as people read them.
final class Words {
  private Words() {}

  /// What is counted, and of whom: `failed`, `on the baseline`.
  record Sides(String what, String baseline) {}

  static String finding(
      Sides told,
      Outcome outcome,
      Tally canary,
      Tally baseline,
      double low,
      double high,
      Terms terms) {
    String sides =
        percent(canary.share())
            + " of "
            + count(canary.total())
            + " requests "
            + told.what()
            + " on the canary, "
            + percent(baseline.share())
            + " of "
            + count(baseline.total())
            + " "
            + told.baseline();
    String interval =
        " (between "
            + signed(low)
            + " and "
            + signed(high)
            + " points, "
            + percent(1 - terms.alpha())
            + " sure however often it is looked at)";
    String difference = ": " + difference(canary.share() - baseline.share());
    return switch (outcome) {
      case TOO_FEW ->
          sides
              + ": no verdict from fewer than "
              + count(terms.leastRequests())
              + " requests on each side";
      case OPEN -> sides + difference + interval + ", not decided yet" + matters(terms);
      case BREACH -> sides + difference + interval + ", worse" + matters(terms);
      case CLEAR -> sides + difference + interval + ", not worse" + matters(terms);
    };
  }

  /// The baseline as it may be without mattering.
  static String slower(Slowdown least) {
    String ratio = least.ratio() == 0 ? "" : percent(least.ratio());
    String seconds = least.seconds() == 0 ? "" : seconds(least.seconds());
    String both = ratio.isEmpty() || seconds.isEmpty() ? "" : " and ";
    return ratio.isEmpty() && seconds.isEmpty()
        ? "on the baseline"
        : "on a baseline slower by " + ratio + both + seconds;
  }

  /// @param most the sentence about the bound that says most
  static String latency(Outcome outcome, String most, LatencyTerms terms) {
    String verdict =
        switch (outcome) {
          case TOO_FEW, OPEN -> "";
          case BREACH -> "slower than may be";
          case CLEAR -> "not slower than may be";
        };
    int bounds = terms.bounds().size();
    String at = bounds == 1 ? "" : ", by " + bounds + " bounds together";
    return verdict.isEmpty() ? most : verdict + at + ": " + most;
  }

  private static String matters(Terms terms) {
    return terms.least() == 0
        ? ""
        : ": a difference matters from " + number(terms.least() * 100) + " points on";
  }

  private static String difference(double difference) {
    double points = rounded(Math.abs(difference) * 100);
    return points == 0
        ? "no difference"
        : number(points) + (difference > 0 ? " points more" : " points less");
  }

  static String percent(double share) {
    return number(share * 100) + " %";
  }

  /// Points with their sign: `+0.5`.
  static String signed(double share) {
    double points = rounded(share * 100);
    return (points > 0 ? "+" : "") + number(points);
  }

  /// Whole requests, with commas.
  static String count(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }

  static String seconds(double seconds) {
    return seconds < 1 ? number(seconds * 1000) + " ms" : number(seconds) + " s";
  }

  /// In the unit that suits it: `40 s`, `3 min`, `1.5 h`.
  static String about(Duration time) {
    double seconds = time.toMillis() / 1000.0;
    if (seconds < 90) {
      return number(seconds) + " s";
    }
    return seconds < 5400
        ? Math.round(seconds / 60) + " min"
        : number(Math.round(seconds / 360) / 10.0) + " h";
  }

  /// Two significant digits below 1, three above: what a comparison of shares is good for.
  static String number(double value) {
    return value == 0 ? "0" : round(value).stripTrailingZeros().toPlainString();
  }

  private static double rounded(double value) {
    return round(value).doubleValue();
  }

  private static BigDecimal round(double value) {
    BigDecimal exact = BigDecimal.valueOf(value).setScale(6, RoundingMode.HALF_UP);
    return exact.round(new MathContext(Math.abs(value) < 1 ? 2 : 4));
  }
}
