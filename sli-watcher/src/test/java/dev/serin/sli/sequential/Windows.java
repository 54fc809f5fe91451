package dev.serin.sli.sequential;

import java.util.Arrays;
import java.util.function.BiFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;
import org.apache.commons.rng.sampling.distribution.PoissonSampler;
import org.apache.commons.rng.simple.RandomSource;

/// Simulated windows with known truth: requests come as a Poisson process, and each fails by
/// itself.
///
/// @param seed the same seed gives the same windows
/// @param perLook requests between two looks, of both sides together
/// @param share the canary's share of them
/// @param looks how often a window is looked at
record Windows(long seed, double perLook, double share, int looks) {

  /// What share of windows ends with an outcome, and when.
  ///
  /// @param ended of all windows
  /// @param medianLook of those that ended so, 0 without any
  record Ended(double ended, int medianLook) {}

  /// What the two sides' rates are at a look: canary's, baseline's.
  interface Truth {
    double[] at(int look);
  }

  static Truth always(double canary, double baseline) {
    double[] rates = {canary, baseline};
    return _ -> rates;
  }

  Ended ended(Outcome wanted, int windows, Truth truth, BiFunction<Tally, Tally, Outcome> rule) {
    UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
    int[] lookOf = new int[windows];
    int ended = 0;
    for (int window = 0; window < windows; window++) {
      int look = lookThatEnds(wanted, truth, rule, random);
      if (look > 0) {
        lookOf[ended++] = look;
      }
    }
    int[] sorted = Arrays.copyOf(lookOf, ended);
    Arrays.sort(sorted);
    return new Ended((double) ended / windows, ended == 0 ? 0 : sorted[ended / 2]);
  }

  /// 0 where none does.
  private int lookThatEnds(
      Outcome wanted,
      Truth truth,
      BiFunction<Tally, Tally, Outcome> rule,
      UniformRandomProvider random) {
    Tally canary = new Tally(0, 0);
    Tally baseline = canary;
    for (int look = 1; look <= looks; look++) {
      double[] rates = truth.at(look);
      canary = canary.plus(drawn(perLook * share, rates[0], random));
      baseline = baseline.plus(drawn(perLook * (1 - share), rates[1], random));
      if (rule.apply(canary, baseline) == wanted) {
        return look;
      }
    }
    return 0;
  }

  private static Tally drawn(double requests, double rate, UniformRandomProvider random) {
    int failed = drawn(requests * rate, random);
    return new Tally(failed, failed + drawn(requests * (1 - rate), random));
  }

  private static int drawn(double mean, UniformRandomProvider random) {
    if (mean == 0) {
      return 0;
    }
    DiscreteSampler sampler = PoissonSampler.of(random, mean);
    return sampler.sample();
  }
}
