package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The other half of the dead man's switch ([LeavesUnwatched]): it takes nobody out for nothing.
/// 1. Where the service says `alert` it only tells.
/// 2. It does not go off while a guard that the agent has had for [#HEARD] says that somebody
///    watches.
/// 3. It does not go off within the period after a proof that came out while all of Serin was there
///    and heard, for [#HEARD] at least, in a window that is still under way.
///
/// By as much as a clock has been wrong, it may be early.
final class GoesOffInTime implements Invariant {
  /// A guard is renewed every 5 s, and who has just come back has to read first.
  private static final Duration HEARD = Duration.ofSeconds(15);

  private final Truth truth;
  private final LeavesUnwatched.Wanted wanted;
  private final Circumstances circumstances;
  private Instant wholeSince = Instant.MAX;
  private String rollout = "";
  private Instant grantedAt = Instant.MIN;
  private Instant grantedUntil = Instant.MIN;
  private @Nullable SlotProbed proof;
  private Instant provenAt = Instant.MIN;

  GoesOffInTime(Truth truth, LeavesUnwatched.Wanted wanted, Circumstances circumstances) {
    this.truth = truth;
    this.wanted = wanted;
    this.circumstances = circumstances;
  }

  @Override
  public String name() {
    return "dead-man";
  }

  @Override
  public void passed() {
    if (!circumstances.isWhole()) {
      wholeSince = Instant.MAX;
    } else if (wholeSince.equals(Instant.MAX)) {
      wholeSince = truth.loop().now();
    }
  }

  @Override
  public void commanded(AgentCommand command) {
    if (!(command instanceof GuardServers guard)) {
      return;
    }
    DeadMan deadMan = guard.deadMan();
    if (deadMan == null || !guard.head().rolloutId().equals(rollout)) {
      rollout = guard.head().rolloutId();
      grantedUntil = Instant.MIN;
    }
    if (deadMan != null && deadMan.expiresAt().isAfter(grantedUntil)) {
      grantedAt = truth.loop().now();
      grantedUntil = deadMan.expiresAt();
    } else if (deadMan != null) {
      // The coordinator has taken a word back: another step, another reckoning.
      grantedUntil = deadMan.expiresAt();
    }
  }

  @Override
  public void answered(AgentEvent event) {
    switch (event) {
      case SlotProbed probed when probed.verdict() != Verdict.FAIL -> {
        if (proof == null || probed.slotAt().isAfter(proof.slotAt())) {
          proof = probed;
          provenAt = truth.loop().now();
        }
      }
      case DeadManWentOff off -> wentOff(off);
      default -> {}
    }
  }

  private void wentOff(DeadManWentOff off) {
    if (!wanted.drains() && (off.action() == DeadManAction.DRAIN || !off.drained().isEmpty())) {
      throw broken("the switch took out " + off.drained() + ", and was only to tell");
    }
    Instant now = truth.loop().now();
    Instant late = now.plus(circumstances.clocksApart().multipliedBy(2));
    Instant heard = now.minus(HEARD);
    if (off.head().rolloutId().equals(rollout)
        && grantedUntil.isAfter(late)
        && grantedAt.isBefore(heard)
        && wholeSince.isBefore(grantedAt)) {
      throw broken(
          "the switch went off though a guard of "
              + grantedAt
              + " said that it is not due before "
              + grantedUntil);
    }
    RolloutState active = truth.active();
    SlotProbed newest = proof;
    if (newest != null
        && active != null
        && active.phase() == RolloutPhase.ANALYSING
        && newest.head().rolloutId().equals(active.rolloutId())
        && newest.slotAt().plus(wanted.after()).isAfter(late)
        && provenAt.isBefore(heard)
        && wholeSince.isBefore(provenAt)) {
      throw broken(
          "the switch went off though slot " + newest.slot() + " was probed at " + provenAt);
    }
  }
}
