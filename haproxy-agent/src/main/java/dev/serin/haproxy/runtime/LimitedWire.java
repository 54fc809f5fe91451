package dev.serin.haproxy.runtime;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A wire with a limited number of connections at a time. HAProxy takes ten and lets the eleventh
/// hang without a word, and operators and exporters want some of them too.
public final class LimitedWire implements RuntimeWire {
  private final RuntimeWire wire;
  private final Semaphore connections;
  private final Duration patience;

  /// @param connections how many at a time, 1 or more
  /// @param patience how long a caller waits for one of them
  public LimitedWire(RuntimeWire wire, int connections, Duration patience) {
    this.wire = wire;
    this.connections = new Semaphore(connections, true);
    this.patience = patience;
  }

  @Override
  public Reply execute(String line) {
    try {
      if (!connections.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Unanswered(
            "all the agent's connections to this load balancer were busy for "
                + patience.toMillis()
                + " ms");
      }
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return new Unanswered("interrupted, the agent is stopping");
    }
    try {
      return wire.execute(line);
    } finally {
      connections.release();
    }
  }
}
