package dev.serin.simulation.judgement;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.sequential.Comparison;
import dev.serin.sli.sequential.Outcome;
import dev.serin.sli.sequential.Tally;
import dev.serin.sli.sequential.Terms;
import org.apache.commons.rng.UniformRandomProvider;

/// The share of requests that fail. Each fails by itself, with a probability of its side's.
final class Errors extends TwoSides {
  /// Two in a thousand fail anyhow.
  static final double BASELINE = 0.002;

  static final Terms TERMS = Terms.DEFAULT;

  /// In trouble from the 20th to the 25th minute.
  private static final double TROUBLED = 0.05;

  private static final int TROUBLE_FROM = 41;
  private static final int TROUBLE_TO = 50;

  private static final int FAILED = 0;
  private static final int SERVED = 1;

  private static final String QUERY = "errors";
  private static final SliQuery THRESHOLD =
      new SliQuery("error-rate", QUERY, 0.005, null, "requests", 20, null);
  private static final SliQuery DELTA =
      new SliQuery(
          "error-rate",
          QUERY,
          null,
          null,
          "requests",
          20,
          new SliQuery.Baseline(QUERY, "requests", 0.005, null, 0));

  private final Draws ofCanary;
  private final Draws ofBaseline;
  private final Draws ofTroubledCanary;
  private final Draws ofTroubledBaseline;
  private final boolean troubled;

  /// @param more by how much the canary's share of failures lies above the baseline's
  /// @param troubled whether both sides are in trouble for five minutes
  Errors(UniformRandomProvider random, Load load, double more, boolean troubled) {
    super(2);
    this.troubled = troubled;
    ofCanary = draws(random, load.onCanary(), BASELINE + more);
    ofBaseline = draws(random, load.onBaseline(), BASELINE);
    ofTroubledCanary = draws(random, load.onCanary(), TROUBLED + more);
    ofTroubledBaseline = draws(random, load.onBaseline(), TROUBLED);
  }

  private static Draws draws(UniformRandomProvider random, double mean, double failing) {
    return new Draws(random, mean, failing, 1 - failing);
  }

  @Override
  public void draw(int look) {
    boolean now = troubled && look >= TROUBLE_FROM && look <= TROUBLE_TO;
    canary.draw(now ? ofTroubledCanary : ofCanary);
    baseline.draw(now ? ofTroubledBaseline : ofBaseline);
  }

  @Override
  double of(double[] counts) {
    return share(counts);
  }

  @Override
  public Outcome compared() {
    return Comparison.outcome(tally(canary.window), tally(baseline.window), TERMS);
  }

  @Override
  public SliQuery threshold() {
    return THRESHOLD;
  }

  @Override
  public SliQuery delta() {
    return DELTA;
  }

  private static Tally tally(double[] counts) {
    return new Tally(counts[FAILED], counts[FAILED] + counts[SERVED]);
  }

  private static double share(double[] counts) {
    return counts[FAILED] / (counts[FAILED] + counts[SERVED]);
  }
}
