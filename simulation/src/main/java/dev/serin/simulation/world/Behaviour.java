package dev.serin.simulation.world;

import java.time.Duration;
import java.time.Instant;

/// What a binary does once it is started.
public enum Behaviour {
  GOOD,
  /// Healthy only some seconds after its start.
  SLOW_START,
  /// Its health check answers 500.
  UNHEALTHY,
  /// It exits at once.
  CRASHES_AT_ONCE,
  /// It exits some seconds after its start.
  CRASHES_LATER,
  /// Healthy, and a fifth of its requests fail.
  FAILS_REQUESTS,
  /// Good for a while, and then a fifth of its requests fail: what is wrong shows only under way.
  FAILS_REQUESTS_LATER;

  /// How long such a one is good.
  static final Duration GOOD_FOR = Duration.ofSeconds(20);

  /// Whether requests fail.
  ///
  /// @param startedAt when its process began
  boolean fails(Instant startedAt, Instant at) {
    return this == FAILS_REQUESTS
        || (this == FAILS_REQUESTS_LATER && !at.isBefore(startedAt.plus(GOOD_FOR)));
  }

  /// Whether a release of it should complete.
  public boolean isGood() {
    return this == GOOD || this == SLOW_START;
  }
}
