package dev.serin.simulation.invariant;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Who was in rotation of late, on every load balancer that answers: a service may go on without
/// one that does not. What changed a moment ago, nobody may have seen yet: an exchange with a load
/// balancer may take its whole time-out.
final class Rotation {
  private static final Duration NOTICED = Duration.ofSeconds(7);

  private record Sample(Instant at, Set<String> nodes) {}

  private final Truth truth;
  private final Circumstances circumstances;
  private final Deque<Sample> samples = new ArrayDeque<>();

  Rotation(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.circumstances = circumstances;
  }

  private boolean isIn(String node) {
    return truth.world().inRotation(node, it -> !circumstances.isOutOfReach(it));
  }

  void sample() {
    samples.add(
        new Sample(
            truth.loop().now(),
            truth.world().instances().keySet().stream()
                .filter(this::isIn)
                .collect(Collectors.toUnmodifiableSet())));
    Instant oldest = truth.loop().now().minus(NOTICED);
    while (samples.getFirst().at().isBefore(oldest)) {
      samples.removeFirst();
    }
  }

  /// The most of these nodes that were in rotation at once, now or at a moment that may still be
  /// all that is known.
  long most(List<String> nodes) {
    long now = nodes.stream().filter(this::isIn).count();
    return Math.max(
        now,
        samples.stream()
            .mapToLong(sample -> nodes.stream().filter(sample.nodes()::contains).count())
            .max()
            .orElse(0));
  }
}
