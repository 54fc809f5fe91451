package dev.serin.simulation.judgement;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.sequential.Histogram;
import dev.serin.sli.sequential.LatencyComparison;
import dev.serin.sli.sequential.LatencyTerms;
import dev.serin.sli.sequential.Outcome;
import dev.serin.sli.sequential.Slowdown;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.distribution.LogNormalDistribution;

/// Latency, of which the service keeps a histogram. It is log-normal, 120 ms in the median and 300
/// ms at p95 on the baseline, and counted in the default buckets of Prometheus' clients.
final class Latency extends TwoSides {
  private static final double MEDIAN_SECONDS = 0.12;
  private static final double SPREAD = 0.56;
  private static final double QUANTILE = 0.95;

  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0);

  static final LatencyTerms TERMS = terms();

  private static final String QUERY = "p95";
  private static final SliQuery THRESHOLD =
      new SliQuery("p95", QUERY, 0.5, null, "requests", 20, null);
  private static final SliQuery DELTA =
      new SliQuery(
          "p95",
          QUERY,
          null,
          null,
          "requests",
          20,
          new SliQuery.Baseline(QUERY, "requests", null, 1.1, 0.005));

  private final Draws ofCanary;
  private final Draws ofBaseline;

  /// @param times how many times as long as on the baseline a request takes on the canary
  Latency(UniformRandomProvider random, Load load, double times) {
    super(BOUNDS.size() + 1);
    ofCanary = new Draws(random, load.onCanary(), buckets(times));
    ofBaseline = new Draws(random, load.onBaseline(), buckets(1));
  }

  /// Its bounds are those near the median and p95 of the hour before.
  private static LatencyTerms terms() {
    double[] before = buckets(1);
    for (int i = 0; i < before.length; i++) {
      before[i] *= 100_000;
    }
    Histogram hour = histogram(before);
    return new LatencyTerms(
        0.01, Slowdown.ratio(0.05), List.of(hour.boundNear(0.5), hour.boundNear(QUANTILE)), 20);
  }

  private static double[] buckets(double times) {
    var latency = LogNormalDistribution.of(Math.log(MEDIAN_SECONDS * times), SPREAD);
    double[] shares = new double[BOUNDS.size() + 1];
    double below = 0;
    for (int i = 0; i < BOUNDS.size(); i++) {
      double upTo = latency.cumulativeProbability(BOUNDS.get(i));
      shares[i] = upTo - below;
      below = upTo;
    }
    shares[BOUNDS.size()] = 1 - below;
    return shares;
  }

  @Override
  public void draw(int look) {
    canary.draw(ofCanary);
    baseline.draw(ofBaseline);
  }

  @Override
  double of(double[] counts) {
    return quantile(counts);
  }

  @Override
  public Outcome compared() {
    return LatencyComparison.outcome(histogram(canary.window), histogram(baseline.window), TERMS);
  }

  @Override
  public SliQuery threshold() {
    return THRESHOLD;
  }

  @Override
  public SliQuery delta() {
    return DELTA;
  }

  private static Histogram histogram(double[] counts) {
    List<Double> atMost = new ArrayList<>(counts.length);
    double sum = 0;
    for (double count : counts) {
      sum += count;
      atMost.add(sum);
    }
    return new Histogram(BOUNDS, atMost);
  }

  /// As `histogram_quantile` has it: linear within a bucket, the last finite bound beyond it.
  static double quantile(double[] counts) {
    double all = Side.sum(counts);
    double rank = QUANTILE * all;
    double below = 0;
    for (int i = 0; i < BOUNDS.size(); i++) {
      if (all > 0 && below + counts[i] >= rank) {
        double lower = i == 0 ? 0 : BOUNDS.get(i - 1);
        return lower + (BOUNDS.get(i) - lower) * (rank - below) / counts[i];
      }
      below += counts[i];
    }
    return all == 0 ? Double.NaN : BOUNDS.getLast();
  }
}
