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
/// @param excused whether its agent was held up since the newest proof
record Switch(
    @Nullable DeadMan deadMan,
    Instant goesOffAt,
    long atTheLatest,
    boolean hasGoneOff,
    boolean excused) {
  /// How long a backlog may take to be read.
  static final Duration BACKLOG = Duration.ofSeconds(5);

  /// What a plan may take; a guard that grants more has a wrong clock's times.
  private static final Duration LONGEST = Duration.ofDays(31);

  /// How long an agent that was held up again takes to hear that another has its work.
  private static final Duration HEARS = Duration.ofSeconds(15);

  static Switch disarmed() {
    return new Switch(null, Instant.MAX, 0, false, false);
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
    if (isOf(next)) {
      return unproven(next);
    }
    Instant at = later(next.expiresAt(), agentStartedAt.plus(next.period()));
    if (!next.expiresAt().isAfter(now)) {
      at = later(at, now.plus(BACKLOG));
    }
    Duration own = Duration.between(sentAt, next.expiresAt());
    Duration granted = longer(own.compareTo(LONGEST) < 0 ? own : LONGEST, next.period());
    return new Switch(next, at, nanos + granted.toNanos(), false, false);
  }

  /// After its agent was held up: as after its restart, it has one full period more; where that
  /// comes again before a new proof, only as long as it takes to hear of another agent. A machine
  /// that stalls each minute must not put it off for ever.
  Switch heldUp(Instant now, long nanos) {
    return deadMan == null
        ? this
        : new Switch(
            deadMan,
            later(goesOffAt, now.plus(grace())),
            Math.max(atTheLatest, nanos + grace().toNanos()),
            hasGoneOff,
            true);
  }

  private Duration grace() {
    return excused || deadMan == null ? HEARS : deadMan.period();
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

  /// Whether it goes by the same proof.
  boolean isOf(DeadMan next) {
    return deadMan != null && deadMan.expiresAt().equals(next.expiresAt());
  }

  /// After a guard that brings no new proof.
  Switch unproven(DeadMan next) {
    return new Switch(next, goesOffAt, atTheLatest, hasGoneOff, excused);
  }

  Switch gone() {
    return new Switch(deadMan, goesOffAt, atTheLatest, true, excused);
  }

  /// A load balancer has forgotten what it did: it is due at once.
  Switch again() {
    return new Switch(deadMan, goesOffAt, atTheLatest, false, excused);
  }
}
