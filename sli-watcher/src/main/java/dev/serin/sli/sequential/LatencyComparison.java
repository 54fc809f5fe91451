package dev.serin.sli.sequential;

import java.util.ArrayList;
import java.util.List;

/// Compares a canary's latencies with its baseline's, by the buckets of a histogram.
///
/// "No slower than by `least`" means: of the canary's requests no more take longer than a bound
/// than of the baseline's would, were each of them slower by `least`. How many of these would is
/// interpolated in the baseline's buckets, which gives each of its requests a weight between 0 and
/// 1; [Mixture] holds for such weights too. So it is one [Difference] of shares a bound.
///
/// 1. Fewer than `leastRequests` on one side: [Outcome#TOO_FEW].
/// 2. The evidence of the bounds at which the canary is slower, averaged over all bounds (an
///    average of e-processes is one, so that several bounds cost no more than their number), is `1
///    / alpha`: [Outcome#BREACH].
/// 3. At each bound the evidence against "slower" is `1 / alpha`: [Outcome#CLEAR]. Nothing is
///    shared among the bounds here, since all must agree.
/// 4. Else [Outcome#OPEN].
public final class LatencyComparison {
  private LatencyComparison() {}

  /// What a comparison of latencies has come to.
  ///
  /// @param atBounds what was found at each bound, in the order of [LatencyTerms#bounds]; their
  ///   baselines are what they would be if slower by what is allowed
  /// @param logEvidence the natural logarithm of the evidence that the canary is slower
  /// @param sentence about the bound that says most, in plain words
  public record Found(
      Outcome outcome, List<Finding> atBounds, double logEvidence, String sentence) {
    public Found {
      atBounds = List.copyOf(atBounds);
    }
  }

  /// @param canary with the same bounds as the baseline's
  public static Found compare(Histogram canary, Histogram baseline, LatencyTerms terms) {
    String allowed = Words.slower(terms.least());
    List<Finding> atBounds = new ArrayList<>();
    List<At> evidence = new ArrayList<>();
    for (double bound : terms.bounds()) {
      Finding found =
          Comparison.compare(
              new Words.Sides("took longer than " + Words.seconds(bound), allowed),
              canary.longerThan(bound),
              baseline.longerThan(terms.least().onBaseline(bound)),
              terms.atBound());
      atBounds.add(found);
      evidence.add(new At(found.estimate(), found.logEvidence()));
    }
    Outcome outcome = outcome(canary, baseline, evidence, terms);
    Finding most = atBounds.get(saysMost(evidence));
    return new Found(
        outcome, atBounds, slower(evidence), Words.latency(outcome, most.sentence(), terms));
  }

  /// What [#compare] comes to, without the intervals and the sentences, which take most of its
  /// time.
  public static Outcome outcome(Histogram canary, Histogram baseline, LatencyTerms terms) {
    List<At> evidence = new ArrayList<>();
    for (double bound : terms.bounds()) {
      Difference difference =
          new Difference(
              canary.longerThan(bound), baseline.longerThan(terms.least().onBaseline(bound)));
      evidence.add(new At(difference.estimate(), difference.against(0)));
    }
    return outcome(canary, baseline, evidence, terms);
  }

  private static Outcome outcome(
      Histogram canary, Histogram baseline, List<At> evidence, LatencyTerms terms) {
    if (Math.min(canary.total(), baseline.total()) < terms.leastRequests()) {
      return Outcome.TOO_FEW;
    }
    double enough = terms.atBound().enough();
    if (slower(evidence) >= enough) {
      return Outcome.BREACH;
    }
    return evidence.stream().allMatch(it -> it.faster() >= enough) ? Outcome.CLEAR : Outcome.OPEN;
  }

  private static double slower(List<At> evidence) {
    double sum = Double.NEGATIVE_INFINITY;
    for (At at : evidence) {
      sum = Mixture.logOfSum(sum, at.slower());
    }
    return sum - Math.log(evidence.size());
  }

  private static int saysMost(List<At> evidence) {
    int most = 0;
    for (int i = 1; i < evidence.size(); i++) {
      if (evidence.get(i).signed() > evidence.get(most).signed()) {
        most = i;
      }
    }
    return most;
  }

  /// What one bound says.
  ///
  /// @param estimate above 0 where the canary is slower
  /// @param logEvidence against the other direction, or against none
  private record At(double estimate, double logEvidence) {
    double slower() {
      return estimate > 0 ? logEvidence : Double.NEGATIVE_INFINITY;
    }

    double faster() {
      return estimate < 0 ? logEvidence : Double.NEGATIVE_INFINITY;
    }

    double signed() {
      return estimate > 0 ? logEvidence : -logEvidence;
    }
  }
}
