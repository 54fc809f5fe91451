package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// The agents' clocks and the coordinator's. A haproxy-agent goes by the instant up to which a
/// watch is proven, a watcher by that of each slot.
final class ClocksApart {
  /// How far an agent's clock may be from the coordinator's.
  static final Duration AT_MOST = Duration.ofSeconds(30);

  private static final String AHEAD = "the sli-watcher's clock is ahead of the coordinator's by ";

  private ClocksApart() {}

  /// Which agents' answers at preflight show that their clocks are too far off, one sentence each.
  ///
  /// @param at when the answers are judged, by the coordinator's clock
  /// @param within how long the checks may have taken: an answer may be as old as that
  static List<String> found(Phase.Preflight answers, Duration within, Instant at) {
    List<String> found = new ArrayList<>();
    if (answers.pool() != null) {
      found.addAll(found(Agent.HAPROXY, answers.pool().head(), within, at));
    }
    if (answers.instances() != null) {
      found.addAll(found(Agent.INCUS, answers.instances().head(), within, at));
    }
    if (answers.slis() != null) {
      found.addAll(found(Agent.SLI, answers.slis().head(), within, at));
    }
    return found;
  }

  private static List<String> found(Agent agent, AnswerHead head, Duration within, Instant at) {
    Instant asked = Instant.ofEpochMilli(head.fence());
    // A fence grows by one each, and also where the coordinator's own clock was set back.
    Instant earliest = asked.isAfter(at.plus(AT_MOST)) ? at.minus(within) : asked;
    Duration ahead = Duration.between(at, head.at());
    Duration behind = Duration.between(head.at(), earliest);
    boolean isAhead = ahead.compareTo(AT_MOST) > 0;
    if (!isAhead && behind.compareTo(AT_MOST) <= 0) {
      return List.of();
    }
    return List.of(
        agent.shown()
            + ": expected its clock within "
            + View.shown(AT_MOST)
            + " of the coordinator's, found it "
            + View.shown((isAhead ? ahead : behind).truncatedTo(ChronoUnit.SECONDS))
            + (isAhead ? " ahead" : " behind")
            + " or more; have both machines' clocks set (NTP), then try again");
  }

  static boolean isAhead(Draft draft, SlotProbed probed) {
    return probed.head().at().isAfter(draft.at.plus(AT_MOST));
  }

  /// Of a watcher whose clock is far ahead: its slots are not due yet, so what it says of them is
  /// neither green nor proof, and no slot is judged by it. It is told where the probe before was
  /// another one: a backlog of them says the same all along.
  static void tell(Draft draft, Watch watch, SlotProbed probed) {
    ProbeView last = draft.rollout().lastProbe();
    if (last != null
        && last.results().stream().anyMatch(result -> result.detail().startsWith(AHEAD))) {
      draft.ignore(Decision.Ignored.NOT_DUE);
      return;
    }
    Duration ahead = Duration.between(draft.at, probed.head().at()).truncatedTo(ChronoUnit.SECONDS);
    String why = AHEAD + View.shown(ahead) + ", so what it says does not count: set the clocks";
    List<SliResult> results =
        draft.rollout().service().slis().stream()
            .map(sli ->
                new SliResult(
                    sli.name(),
                    sli.query(),
                    null,
                    sli.max(),
                    sli.min(),
                    null,
                    Verdict.ERROR,
                    why,
                    null))
            .toList();
    ProbeView probe = new ProbeView(probed.slot(), probed.slotAt(), Verdict.ERROR, results);
    draft.probed(probe);
    draft.emit(
        Draft.SERIN,
        why,
        head -> new RolloutEvent.SliProbed(head, probe, watch.green(), watch.needed()));
  }
}
