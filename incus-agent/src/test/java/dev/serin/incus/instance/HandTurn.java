package dev.serin.incus.instance;

import dev.serin.contracts.agent.Turn;
import java.time.Duration;
import java.time.Instant;

/// A turn with its own time: pauses only move it. A newer command comes when a test says so.
final class HandTurn implements Turn {
  private Instant now = Instant.parse("2026-11-20T12:00:00Z");
  private int checksLeft = Integer.MAX_VALUE;

  /// The turn ends after this many more checks.
  void endAfter(int checks) {
    checksLeft = checks;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void pause(Duration duration) throws Preempted {
    check();
    now = now.plus(duration);
  }

  /// A call has taken so long.
  void passes(Duration duration) {
    now = now.plus(duration);
  }

  @Override
  public void check() throws Preempted {
    if (checksLeft-- <= 0) {
      throw new Preempted();
    }
  }
}
