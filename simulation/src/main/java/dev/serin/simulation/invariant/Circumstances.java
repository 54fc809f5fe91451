package dev.serin.simulation.invariant;

import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What excuses Serin for a while: who is there at all, and who can be reached.
public interface Circumstances {
  /// The haproxy-agent that has the work; none where it is dead or frozen.
  @Nullable VirtualProcess guardian();

  /// Whether nobody gets an answer from this load balancer now.
  boolean isOutOfReach(String haproxy);

  boolean isBrokerAway();

  /// The most that any clock has been wrong so far.
  Duration clocksApart();
}
