package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.coordinator.plan.Alone;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// While the peers are out of rotation for the canaries to serve alone, nobody stands behind these.
/// Where too few of them are left the peers come back at once: the SLIs have no value of somebody
/// who answers nobody, and data that is missing is waited for.
final class ServingAlone {
  /// For how long too few have to be in rotation: what the guard tells twice running, which it does
  /// every ten seconds where nothing changes, and what a single check of HAProxy's does not make.
  private static final Duration CONFIRMED = Duration.ofSeconds(5);

  private ServingAlone() {}

  /// By the guard's clock; none where enough are in rotation, or a load balancer is silent, so that
  /// nobody knows.
  static @Nullable Instant tooFewSince(Rollout rollout, TrafficObserved observed) {
    if (!observed.silent().isEmpty()
        || Alone.out(rollout.steps()).isEmpty()
        || observed.inRotation().size() >= minimum(rollout)) {
      return null;
    }
    Instant before = rollout.seen().tooFewSince();
    return before == null ? observed.head().at() : before;
  }

  private static int minimum(Rollout rollout) {
    return rollout.service().aloneMinimum().orElse(0);
  }

  /// What follows from what the guard has just seen. A pause in which nobody watches is a person's:
  /// there it is told, once, and abort brings the peers back.
  ///
  /// @param before what it had seen before
  static void look(Draft draft, Rollout.Seen before) {
    Rollout.Seen seen = draft.rollout().seen();
    Instant since = seen.tooFewSince();
    if (since == null) {
      return;
    }
    boolean confirmed = isConfirmed(seen);
    boolean news = confirmed && !(since.equals(before.tooFewSince()) && isConfirmed(before));
    switch (draft.rollout().phase()) {
      case Phase.Rolling rolling when confirmed -> bringBack(draft, since);
      case Phase.Watching watching when confirmed -> bringBack(draft, since);
      case Phase.Paused paused when paused.watch() != null && confirmed -> bringBack(draft, since);
      case Phase.Paused paused when paused.watch() == null && paused.back() == null && news ->
          Pausing.tell(
              draft,
              sentence(draft.rollout(), since)
                  + (paused.untilHandsOn()
                      ? "; Serin's hands are off, so somebody has to bring them back"
                      : "; abort brings them back"));
      case Phase.Rolling rolling -> {}
      case Phase.Watching watching -> {}
      case Phase.Paused paused -> {}
      case Phase.RollingBack back -> {}
      case Phase.Preflight preflight -> {}
    }
  }

  private static boolean isConfirmed(Rollout.Seen seen) {
    Instant since = seen.tooFewSince();
    return since != null && seen.at() != null && !seen.at().isBefore(since.plus(CONFIRMED));
  }

  private static void bringBack(Draft draft, Instant since) {
    ProbeView last = draft.rollout().lastProbe();
    RollingBack.start(
        draft,
        Outcome.FAILED,
        Draft.SERIN,
        sentence(draft.rollout(), since),
        last == null ? List.of() : List.of(last));
  }

  private static String sentence(Rollout rollout, Instant since) {
    List<String> in = rollout.seen().inRotation();
    return "expected "
        + minimum(rollout)
        + " or more nodes in rotation while "
        + String.join(", ", new TreeSet<>(Alone.out(rollout.steps())))
        + " are out for the canaries to serve alone, found "
        + (in.isEmpty() ? "none" : String.join(", ", in))
        + " since "
        + since;
  }
}
