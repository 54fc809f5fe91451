package dev.serin.sli.sequential;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.commons.numbers.rootfinder.BrentSolver;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/// What a comparison can find, before it begins: by the same evidence as [Comparison], over the
/// binomial distributions of what the two sides will count.
///
/// It counts a difference as found by a time where it is at that very time; what was found before
/// and would not be any more is left out, so it promises a little less than comes true.
///
/// @param traffic what is expected
/// @param terms as of the comparison
public record Power(Traffic traffic, Terms terms) {
  /// How surely a difference has to be found for a window to be long enough.
  public static final double SURE = 0.9;

  /// At so many counts of the baseline, equally probable, the canary's is asked for.
  private static final int SLICES = 9;

  /// Nobody waits longer.
  private static final double LONGEST_SECONDS = Duration.ofDays(7).toSeconds();

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private static final BrentSolver SOLVER = new BrentSolver(1e-4, 1e-7, 1e-6);

  /// How probable it is that a difference is found within a time, 0 to 1.
  ///
  /// @param difference of the canary's share above the baseline's: 0.005 is half a point
  public double of(double difference, Duration within) {
    return of(difference, within.toMillis() / 1000.0);
  }

  private double of(double difference, double seconds) {
    double rate = Math.min(1, traffic.baseline() + difference);
    int onCanary = whole(traffic.onCanary(seconds));
    int onBaseline = whole(traffic.onBaseline(seconds));
    if (Math.min(onCanary, onBaseline) < terms.leastRequests()) {
      return 0;
    }
    var canary = BinomialDistribution.of(onCanary, rate);
    var baseline = BinomialDistribution.of(onBaseline, traffic.baseline());
    double found = 0;
    for (int i = 0; i < SLICES; i++) {
      int failed = baseline.inverseCumulativeProbability((i + 0.5) / SLICES);
      int needed = needed(onCanary, new Tally(failed, onBaseline));
      found += needed > onCanary ? 0 : canary.survivalProbability(needed - 1);
    }
    return orBefore(found / SLICES);
  }

  /// How probable it is that the evidence has been enough by a time, where it is enough at that
  /// time with a probability of `then`.
  private double orBefore(double then) {
    if (then < 1e-6 || then > 1 - 1e-6) {
      return then;
    }
    double enough = terms.enough();
    double z = NORMAL.inverseCumulativeProbability(then);
    // The expected evidence m of that time: (m - enough) / sqrt(2m) = z.
    double root = (z * Math.sqrt(2) + Math.sqrt(2 * z * z + 4 * enough)) / 2;
    double expected = root * root;
    double before =
        Math.exp(enough)
            * NORMAL.cumulativeProbability(-(enough + expected) / Math.sqrt(2 * expected));
    return Math.min(1, then + before);
  }

  /// How many of the canary's requests have to fail for a breach; one more than there are where
  /// even all would not do. The evidence rises with them.
  private int needed(int onCanary, Tally baseline) {
    int low = (int) Math.floor((baseline.share() + terms.least()) * onCanary);
    int high = onCanary + 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (Comparison.outcome(new Tally(middle, onCanary), baseline, terms) == Outcome.BREACH) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /// After how long a difference is found in every second window; none where a week is not enough.
  public Optional<Duration> medianTime(double difference) {
    if (of(difference, LONGEST_SECONDS) < 0.5) {
      return Optional.empty();
    }
    double low = 0;
    double high = 1;
    while (of(difference, high) < 0.5) {
      low = high;
      high = Math.min(LONGEST_SECONDS, high * 2);
    }
    while (high - low > Math.max(0.5, 0.02 * high)) {
      double middle = (low + high) / 2;
      if (of(difference, middle) < 0.5) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Optional.of(Duration.ofMillis(Math.round(high * 1000)));
  }

  /// The smallest difference that a window finds as [#SURE] says; none where it finds no difference
  /// at all.
  public OptionalDouble smallest(Duration window) {
    double seconds = window.toMillis() / 1000.0;
    double most = 1 - traffic.baseline();
    if (of(most, seconds) < SURE) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(SOLVER.findRoot(it -> of(it, seconds) - SURE, terms.least(), most));
  }

  /// Whether the window finds that difference as [#SURE] says. Where not, it is too short for its
  /// own threshold.
  public boolean suffices(double difference, Duration window) {
    return of(difference, window) >= SURE;
  }

  /// What a plan says of it.
  ///
  /// @param difference of which the time is told
  public String sentence(double difference, Duration window) {
    String points = Words.signed(difference) + " points";
    String here =
        "at "
            + Words.percent(traffic.share())
            + " of "
            + Words.number(traffic.perSecond())
            + " requests/s, "
            + points;
    String time =
        medianTime(difference)
            .map(it -> " is found in about " + Words.about(it))
            .orElse(" is not found in a week");
    OptionalDouble smallest = smallest(window);
    return here
        + time
        + "; a window of "
        + Words.about(window)
        + (smallest.isPresent()
            ? " can't find less than " + Words.signed(smallest.getAsDouble()) + " points"
            : " finds no difference, however large");
  }

  private static int whole(double requests) {
    return (int) Math.min(Integer.MAX_VALUE - 1, Math.round(requests));
  }
}
