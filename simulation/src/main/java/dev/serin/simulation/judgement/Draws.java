package dev.serin.simulation.judgement;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;
import org.apache.commons.rng.sampling.distribution.PoissonSampler;

/// Counts of requests by kind, which arrive as a Poisson process: those of each kind are one too,
/// independent of the others.
final class Draws {
  private final DiscreteSampler[] samplers;

  /// @param mean how many requests are expected in all, above 0
  /// @param shares what share of them is of each kind
  Draws(UniformRandomProvider random, double mean, double... shares) {
    samplers = new DiscreteSampler[shares.length];
    for (int kind = 0; kind < shares.length; kind++) {
      double of = mean * shares[kind];
      samplers[kind] = of > 1e-12 ? PoissonSampler.of(random, of) : () -> 0;
    }
  }

  void into(double[] counts) {
    for (int kind = 0; kind < samplers.length; kind++) {
      counts[kind] = samplers[kind].sample();
    }
  }
}
