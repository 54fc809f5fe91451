package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.util.List;
import java.util.function.BooleanSupplier;

/// I11: a crash between any two effects, of any process, is recovered from without a human, from
/// the broker alone: each process of the simulation begins with nothing of its own but what it
/// reads there. So
/// 1. as long as nothing but Serin itself was troubled, nobody takes it for somebody else, and no
///    rollback fails;
/// 2. where Serin's processes were no more than killed, frozen, taken over and told late or twice,
///    and every release is good, each comes to the end that it would have come to anyway: none ends
///    halted, failed or breached, and none waits for a person that neither the plan nor another
///    person has asked for.
final class RecoversByItself implements Invariant {
  /// What does not come of a crash alone: the plan itself asks for somebody (and takes the release
  /// back where nobody answers), a hook has said no, users did not leave a node in the time that
  /// the service gives them, or the service's limit for missing data is shorter than the watcher
  /// was dead (I8: what is not seen is never green).
  private static final List<String> NO_CRASH =
      List.of(
          "the plan has a pause here",
          "nobody promoted within",
          "hands off",
          "hook ",
          "no request left on",
          "missing data");

  /// A switch waits a minute at least, and whoever takes over is there after ten seconds. With the
  /// broker away for longer than this, a watcher that died has nobody to learn its work from.
  private static final int LONG_AWAY_SECONDS = 40;

  private final Truth truth;
  private int awaySeconds;
  private boolean longAway;
  private final BooleanSupplier onlySerinSuffers;
  private final Circumstances circumstances;
  private final boolean allGood;

  RecoversByItself(
      Truth truth, BooleanSupplier onlySerinSuffers, Circumstances circumstances, boolean allGood) {
    this.truth = truth;
    this.onlySerinSuffers = onlySerinSuffers;
    this.circumstances = circumstances;
    this.allGood = allGood;
  }

  @Override
  public String name() {
    return "I11";
  }

  @Override
  public void published(RolloutEvent event) {
    if (!(event instanceof RolloutEvent.RolloutPaused)) {
      return;
    }
    String why = event.head().why();
    if (onlySerinSuffers.getAsBoolean() && why.contains("somebody has")) {
      throw broken(event.head().version() + " takes Serin for somebody else: " + why);
    }
    if (onlyCrashes() && event.head().by().equals("serin") && !isNoCrash(why)) {
      throw broken(event.head().version() + " waits for a person after a crash: " + why);
    }
  }

  @Override
  public void passed() {
    awaySeconds = circumstances.isBrokerAway() ? awaySeconds + 1 : 0;
    longAway |= awaySeconds >= LONG_AWAY_SECONDS;
  }

  private boolean onlyCrashes() {
    return allGood && circumstances.onlyCrashes();
  }

  private boolean isNoCrash(String why) {
    return NO_CRASH.stream().anyMatch(why::contains)
        || (longAway && why.contains("nobody has watched"));
  }

  @Override
  public void reached(RolloutState state) {
    if (state.phase() == RolloutPhase.ROLLBACK_FAILED && onlySerinSuffers.getAsBoolean()) {
      throw broken(state.version() + " was not taken back: " + state.message());
    }
    if (!onlyCrashes() || isNoCrash(state.message()) || failedOtherwise(state)) {
      return;
    }
    if (state.phase() == RolloutPhase.HALTED) {
      throw broken(state.version() + " was left half-done by a crash: " + state.message());
    }
    if (state.outcome() == Outcome.FAILED || state.outcome() == Outcome.BREACHED) {
      throw broken(state.version() + " is good, and a crash had it taken back: " + state.message());
    }
  }

  /// Whether a step failed for another reason than a crash.
  private boolean failedOtherwise(RolloutState state) {
    return truth.events().getOrDefault(state.rolloutId(), List.of()).stream()
        .anyMatch(
            event -> event instanceof RolloutEvent.StepFailed && isNoCrash(event.head().why()));
  }
}
