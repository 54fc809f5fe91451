package dev.serin.haproxy.guard;

import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The dead man's switch of one service. It goes off when nobody has proven for the period that he
/// watches, counted by instants that stand in the commands: a backlog that is read late proves
/// nothing.
///
/// @param deadMan as the newest guard has it; none when it is disarmed
/// @param goesOffAt not before the agent has had one full period since its start, nor at once where
///   a guard came whose proof had run out already: the rest of a backlog may disarm it
/// @param atTheLatest by [dev.serin.contracts.agent.Alarms#nanos()]: as long after the guard came
///   as its own times grant, so that a clock that is set back delays nothing
/// @param hasGoneOff whether it has done what it has to; until a later proof arms it anew
record Switch(@Nullable DeadMan deadMan, Instant goesOffAt, long atTheLatest, boolean hasGoneOff) {
  /// How long a backlog may take to be read.
  static final Duration BACKLOG = Duration.ofSeconds(5);

  static Switch disarmed() {
    return new Switch(null, Instant.MAX, 0, false);
  }

  /// After a guard.
  ///
  /// @param sentAt when the coordinator sent it, by the clock that its expiry was counted by
  /// @param agentStartedAt when this agent began to guard anything
  Switch after(
      @Nullable DeadMan next, Instant sentAt, Instant agentStartedAt, Instant now, long nanos) {
    if (next == null) {
      return disarmed();
    }
    if (deadMan != null && deadMan.expiresAt().equals(next.expiresAt())) {
      return new Switch(next, goesOffAt, atTheLatest, hasGoneOff);
    }
    Instant at = later(next.expiresAt(), agentStartedAt.plus(next.period()));
    if (!next.expiresAt().isAfter(now)) {
      at = later(at, now.plus(BACKLOG));
    }
    Duration granted = longer(Duration.between(sentAt, next.expiresAt()), next.period());
    return new Switch(next, at, nanos + granted.toNanos(), false);
  }

  /// After its agent was held up: as after its restart, it has one full period more.
  Switch heldUp(Instant now, long nanos) {
    return deadMan == null
        ? this
        : new Switch(
            deadMan,
            later(goesOffAt, now.plus(deadMan.period())),
            Math.max(atTheLatest, nanos + deadMan.period().toNanos()),
            hasGoneOff);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  boolean isDue(Instant now, long nanos) {
    return deadMan != null && !hasGoneOff && (!goesOffAt.isAfter(now) || nanos - atTheLatest >= 0);
  }

  Switch gone() {
    return new Switch(deadMan, goesOffAt, atTheLatest, true);
  }

  /// A load balancer has forgotten what it did: it is due at once.
  Switch again() {
    return new Switch(deadMan, goesOffAt, atTheLatest, false);
  }
}
