package dev.serin.simulation.invariant;

import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What excuses Serin for a while: who is there at all, and who can be reached.
public interface Circumstances {
  /// The haproxy-agent that has the work; none where it is dead or frozen.
  @Nullable VirtualProcess guardian();

  /// The haproxy-agent whose work it is, though it may not have heard yet what there is to do; none
  /// where it is dead or frozen.
  @Nullable VirtualProcess beginner();

  /// Whether nobody gets an answer from this load balancer now.
  boolean isOutOfReach(String haproxy);

  boolean isBrokerAway();

  /// Whether each of Serin's services is at work, and hears all that is said.
  boolean isWhole();

  /// The most that any clock has been wrong so far.
  Duration clocksApart();

  /// Whether nothing has gone wrong so far but what Serin mends without anybody: its processes were
  /// killed, frozen or taken over, and its messages late or repeated.
  boolean onlyCrashes();

  /// Whether nothing has begun to go wrong since then but that somebody restarted units, and no
  /// clock was ever wrong.
  boolean onlyRestartsByHandSince(Instant since);

  /// Whether whoever reads the topic sees all that is on it.
  boolean isHeard(String topic);

  /// Whether another has the work of this process, which is cut off from the broker for so long.
  boolean isAnothers(String process, Duration cutOffFor);

  /// Whether the process stood still, or was cut off, at any time since then.
  boolean wasHeldUpSince(String process, Instant since);
}
