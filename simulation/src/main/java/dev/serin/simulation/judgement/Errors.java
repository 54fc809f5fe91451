package dev.serin.simulation.judgement;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.sequential.Comparison;
import dev.serin.sli.sequential.Outcome;
import dev.serin.sli.sequential.Tally;
import dev.serin.sli.sequential.Terms;
import org.apache.commons.rng.UniformRandomProvider;

/// The share of requests that fail. Each fails by itself, with a probability of its side's.
final class Errors implements Measured {
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

  private final Side canary = new Side(2);
  private final Side baseline = new Side(2);
  private final Draws ofCanary;
  private final Draws ofBaseline;
  private final Draws ofTroubledCanary;
  private final Draws ofTroubledBaseline;
  private final boolean troubled;

  /// @param more by how much the canary's share of failures lies above the baseline's
  /// @param troubled whether both sides are in trouble for five minutes
  Errors(UniformRandomProvider random, Load load, double more, boolean troubled) {
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
  public void begin() {
    canary.begin();
    baseline.begin();
  }

  @Override
  public void draw(int look) {
    boolean now = troubled && look >= TROUBLE_FROM && look <= TROUBLE_TO;
    canary.draw(now ? ofTroubledCanary : ofCanary);
    baseline.draw(now ? ofTroubledBaseline : ofBaseline);
  }

  @Override
  public double canary() {
    return share(canary.minute);
  }

  @Override
  public double baseline() {
    return share(baseline.minute);
  }

  @Override
  public double canaryRequests() {
    return Side.sum(canary.minute);
  }

  @Override
  public double baselineRequests() {
    return Side.sum(baseline.minute);
  }

  @Override
  public double canaryLately() {
    return share(canary.lately);
  }

  @Override
  public double baselineLately() {
    return share(baseline.lately);
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
