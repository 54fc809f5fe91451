package dev.serin.simulation.judgement;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.Judge;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.sequential.Outcome;
import java.util.Arrays;

/// A way to judge a canary. Each has its settings once, for all cases.
enum Rule {
  RAW("raw threshold") {
    @Override
    Window begin() {
      return (measured, _) -> ended(byThreshold(measured) == Verdict.FAIL);
    }
  },

  /// Three of the last five probes.
  M_OF_N("3 of 5") {
    @Override
    Window begin() {
      boolean[] failed = new boolean[5];
      return (measured, look) -> {
        failed[look % failed.length] = byThreshold(measured) == Verdict.FAIL;
        int count = 0;
        for (boolean each : failed) {
          count += each ? 1 : 0;
        }
        return ended(count >= 3);
      };
    }
  },

  DELTA("baseline delta") {
    @Override
    Window begin() {
      return (measured, _) -> ended(byDelta(measured) == Verdict.FAIL);
    }
  },

  /// Kayenta's, over the values of each half minute since the window's start, read every five
  /// minutes and at the end.
  MANN_WHITNEY("Mann-Whitney, each 5 min") {
    @Override
    Window begin() {
      return new Samples(10);
    }
  },

  MANN_WHITNEY_ONCE("Mann-Whitney, at the end") {
    @Override
    Window begin() {
      return new Samples(Measured.LOOKS);
    }
  },

  SEQUENTIAL("sequential") {
    @Override
    Window begin() {
      return (measured, _) -> measured.compared();
    }
  };

  private final String title;

  Rule(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract Window begin();

  /// One window under a rule.
  interface Window {
    /// @param look 1 or more
    Outcome judge(Measured measured, int look);
  }

  private static Outcome ended(boolean breached) {
    return breached ? Outcome.BREACH : Outcome.OPEN;
  }

  /// By the limit of the canary alone, as a probe is judged in production.
  private static Verdict byThreshold(Measured measured) {
    return Judge.judge(
            new Asked(
                measured.threshold(),
                reading(measured.canary()),
                new Reading.Number(measured.canaryRequests()),
                null))
        .verdict();
  }

  private static Verdict byDelta(Measured measured) {
    SliQuery query = measured.delta();
    SliQuery.Baseline beside = query.baseline();
    if (beside == null) {
      throw new IllegalStateException("expected a limit beside the baseline");
    }
    SliResult result =
        Judge.judge(
            new Asked(
                query,
                reading(measured.canary()),
                new Reading.Number(measured.canaryRequests()),
                new Asked.Baseline(
                    beside,
                    reading(measured.baseline()),
                    new Reading.Number(measured.baselineRequests()))));
    return result.verdict();
  }

  private static Reading reading(double value) {
    return Double.isNaN(value) ? new Reading.NotANumber() : new Reading.Number(value);
  }

  /// The values of all intervals, compared now and then.
  private static final class Samples implements Window {
    private final int every;
    private final double[] canary = new double[Measured.LOOKS];
    private final double[] baseline = new double[Measured.LOOKS];
    private int ofCanary;
    private int ofBaseline;

    private Samples(int every) {
      this.every = every;
    }

    @Override
    public Outcome judge(Measured measured, int look) {
      ofCanary = add(canary, ofCanary, measured.canaryLately());
      ofBaseline = add(baseline, ofBaseline, measured.baselineLately());
      return ended(
          look % every == 0
              && Math.min(ofCanary, ofBaseline) > 0
              && MannWhitney.of(
                      Arrays.copyOf(canary, ofCanary), Arrays.copyOf(baseline, ofBaseline))
                  .isHigh());
    }

    private static int add(double[] values, int count, double value) {
      if (Double.isNaN(value)) {
        return count;
      }
      values[count] = value;
      return count + 1;
    }
  }
}
