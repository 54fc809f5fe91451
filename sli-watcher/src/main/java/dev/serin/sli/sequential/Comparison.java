package dev.serin.sli.sequential;

/// Compares the share of a canary's requests that failed with its baseline's.
///
/// 1. Fewer than `leastRequests` on one side: [Outcome#TOO_FEW].
/// 2. The canary's share lies more than `least` above the baseline's, and the evidence against
///    every pair of rates that are at most so far apart is `1 / alpha`: [Outcome#BREACH].
/// 3. It lies less than `least` above, and the evidence against every pair that is at least so far
///    apart is `1 / alpha`: [Outcome#CLEAR]. With a `least` of 0 only a better canary is clear.
/// 4. Else [Outcome#OPEN].
///
/// The two bounds hold each by itself: over all looks, at most `alpha` of the canaries that are no
/// worse are breaches, and at most `alpha` of those that are worse are clear. Both follow from the
/// evidence against the difference `least` alone, as the logarithm is convex in both rates: the
/// pair with the least evidence on the far side of that line lies on it.
public final class Comparison {
  private Comparison() {}

  /// @param what what the tally counts, as in "0.2 % of 100 requests failed": `failed`
  public static Finding compare(String what, Tally canary, Tally baseline, Terms terms) {
    return compare(new Words.Sides(what, "on the baseline"), canary, baseline, terms);
  }

  static Finding compare(Words.Sides sides, Tally canary, Tally baseline, Terms terms) {
    Difference difference = new Difference(canary, baseline);
    double logEvidence = difference.against(terms.least());
    Outcome outcome = outcome(canary, baseline, difference.estimate(), logEvidence, terms);
    double low = difference.low(terms.enough());
    double high = difference.high(terms.enough());
    return new Finding(
        outcome,
        canary,
        baseline,
        difference.estimate(),
        low,
        high,
        logEvidence,
        Words.finding(sides, outcome, canary, baseline, low, high, terms));
  }

  /// What [#compare] comes to, without the interval and the sentence, which take most of its time.
  public static Outcome outcome(Tally canary, Tally baseline, Terms terms) {
    Difference difference = new Difference(canary, baseline);
    return outcome(
        canary, baseline, difference.estimate(), difference.against(terms.least()), terms);
  }

  private static Outcome outcome(
      Tally canary, Tally baseline, double estimate, double logEvidence, Terms terms) {
    if (!terms.suffice(canary, baseline)) {
      return Outcome.TOO_FEW;
    }
    if (logEvidence < terms.enough()) {
      return Outcome.OPEN;
    }
    return estimate > terms.least() ? Outcome.BREACH : Outcome.CLEAR;
  }
}
