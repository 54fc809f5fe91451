package dev.serin.coordinator.saga;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A rollout as everybody sees it: what it does, what it waits for, what comes next and when.
final class View {
  private View() {}

  static RolloutState active(Ledger ledger, Rollout rollout, Instant at) {
    Waiting waiting = waiting(rollout);
    return state(
        ledger,
        rollout,
        rollout.phase().shown(),
        waiting,
        null,
        null,
        rollout.message() + running(rollout) + silent(rollout),
        List.of(),
        at);
  }

  /// The same, waiting for something else.
  static RolloutState waitingFor(RolloutState state, String waitingFor, String message) {
    return new RolloutState(
        state.rolloutId(),
        state.service(),
        state.version(),
        state.requestId(),
        state.phase(),
        state.steps(),
        state.nodes(),
        state.lastProbe(),
        waitingFor,
        state.next(),
        null,
        state.requestedBy(),
        state.reason(),
        state.startedAt(),
        state.endedAt(),
        state.outcome(),
        message,
        state.problems(),
        state.strategy(),
        state.sequence(),
        state.queuedAt(),
        state.updatedAt());
  }

  /// With a single node left in rotation, that is what matters most at that moment.
  private static String running(Rollout rollout) {
    List<String> inRotation = rollout.seen().inRotation();
    return inRotation.size() == 1 && rollout.service().nodes().size() > 1
        ? "; running on one node: " + inRotation.getFirst()
        : "";
  }

  /// What the state shows of shares is no longer seen then.
  private static String silent(Rollout rollout) {
    List<String> silent = rollout.seen().silent();
    return silent.isEmpty()
        ? ""
        : "; shares of the traffic are not observed: no answer of " + String.join(", ", silent);
  }

  static RolloutState over(
      Ledger ledger,
      Rollout rollout,
      RolloutPhase phase,
      Outcome outcome,
      String message,
      List<String> problems,
      Instant at) {
    return state(
        ledger, rollout, phase, new Waiting("", "", null), outcome, at, message, problems, at);
  }

  private static RolloutState state(
      Ledger ledger,
      Rollout rollout,
      RolloutPhase phase,
      Waiting waiting,
      @Nullable Outcome outcome,
      @Nullable Instant endedAt,
      String message,
      List<String> problems,
      Instant at) {
    return new RolloutState(
        rollout.rolloutId(),
        ledger.service(),
        rollout.request().version(),
        rollout.request().requestId(),
        phase,
        rollout.steps().stream().map(step -> step(rollout, step)).toList(),
        nodes(ledger, rollout),
        rollout.lastProbe(),
        waiting.waitingFor,
        waiting.next,
        waiting.nextAt,
        rollout.request().requestedBy(),
        rollout.request().reason(),
        rollout.startedAt(),
        endedAt,
        outcome,
        message,
        problems,
        rollout.service().strategy(),
        rollout.sequence(),
        rollout.queuedAt(),
        at);
  }

  /// A release that waits, or never began.
  static RolloutState unstarted(
      String service,
      ReleaseRequested request,
      RolloutPhase phase,
      @Nullable Outcome outcome,
      String waitingFor,
      String message,
      List<String> problems,
      long sequence,
      Instant queuedAt,
      Instant at) {
    return unstarted(
        service,
        request,
        phase,
        outcome,
        waitingFor,
        null,
        message,
        problems,
        sequence,
        queuedAt,
        at);
  }

  private static RolloutState unstarted(
      String service,
      ReleaseRequested request,
      RolloutPhase phase,
      @Nullable Outcome outcome,
      String waitingFor,
      @Nullable Instant nextAt,
      String message,
      List<String> problems,
      long sequence,
      Instant queuedAt,
      Instant at) {
    return new RolloutState(
        RolloutIds.of(service, request.requestId()),
        service,
        request.version(),
        request.requestId(),
        phase,
        List.of(),
        List.of(),
        null,
        waitingFor,
        phase.isOver() ? "" : "preflight",
        nextAt,
        request.requestedBy(),
        request.reason(),
        null,
        phase.isOver() ? at : null,
        outcome,
        message,
        problems,
        request.strategy() == null ? "" : request.strategy(),
        sequence,
        queuedAt,
        at);
  }

  /// The releases that wait, and for what.
  static List<RolloutState> queued(Ledger ledger, Instant at) {
    Rollout active = ledger.active();
    String behind =
        active != null
            ? "the end of " + active.rolloutId()
            : ledger.handsOff() != null
                ? Hands.act(ledger.service())
                : ledger.held() != null ? ledger.held().by() : "its turn";
    Ledger.Held held = active == null && ledger.handsOff() == null ? ledger.held() : null;
    List<RolloutState> states = new ArrayList<>();
    for (Ledger.Queued queued : ledger.queue()) {
      int before = states.size();
      String ahead =
          before == 0
              ? ""
              : before == 1
                  ? ", then of 1 release before it"
                  : ", then of " + before + " releases before it";
      states.add(
          unstarted(
              ledger.service(),
              queued.request(),
              RolloutPhase.QUEUED,
              null,
              behind + ahead,
              held == null ? null : held.until(),
              "waits for its turn",
              List.of(),
              queued.sequence(),
              queued.at(),
              at));
    }
    return states;
  }

  /// The state that a node is left in, to stand after its name.
  static String left(NodeRecord record) {
    Boolean in = record.inRotation();
    return " is left with sha256:"
        + record.current().substring(0, 12)
        + (in == null ? "" : in ? ", in rotation" : ", out of rotation");
  }

  /// The weights that a node had before the rollout, in words.
  static String weights(NodeRecord record) {
    return record.settings().stream()
        .map(setting -> setting.weight() + " on " + setting.loadBalancer())
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static StepView step(Rollout rollout, Step step) {
    String name = step.undo() ? "undo-" + step.shown() : step.shown();
    return new StepView(
        name,
        step.node(),
        step.status(),
        step.startedAt(),
        step.endedAt(),
        step.detail() == null && step.hook() != null ? step.hook() : step.detail(),
        step.share(),
        step.pause() == null ? List.of() : rollout.service().pauses().get(step.pause()).ask(),
        step.batch());
  }

  static List<NodeView> nodes(Ledger ledger, Rollout rollout) {
    return rollout.service().nodes().stream()
        .map(node -> {
          NodeRecord record = rollout.nodes().get(node.name());
          return record == null
              ? new NodeView(node.name(), null, null, null, null)
              : new NodeView(
                  node.name(),
                  version(ledger, rollout, record.current()),
                  record.inRotation(),
                  record.weight(),
                  traffic(rollout, record));
        })
        .toList();
  }

  /// What was seen last, beside what is asked by now.
  private static NodeView.@Nullable Traffic traffic(Rollout rollout, NodeRecord record) {
    NodeView.Traffic seen = rollout.seen().traffic().get(record.name());
    return seen == null
        ? null
        : new NodeView.Traffic(
            Observing.askedShare(rollout, record),
            seen.configured(),
            seen.observed(),
            seen.newSessions());
  }

  private static String version(Ledger ledger, Rollout rollout, String sha256) {
    return sha256.equals(rollout.request().artifact().sha256())
        ? rollout.request().version()
        : ledger.versionOf(sha256);
  }

  private record Waiting(String waitingFor, String next, @Nullable Instant nextAt) {}

  private static Waiting waiting(Rollout rollout) {
    Doubt doubt = rollout.doubt();
    if (doubt != null) {
      return new Waiting(Doubting.waitingFor(doubt), Doubting.next(doubt), doubt.deadline());
    }
    return switch (rollout.phase()) {
      case Phase.Preflight preflight ->
          new Waiting(
              "the checks of " + agents(rollout),
              rollout.steps().isEmpty() ? "completed" : described(rollout, 0),
              deadline(rollout));
      case Phase.Rolling rolling ->
          new Waiting(
              underWay(rollout, rolling.step()), after(rollout, rolling.step()), deadline(rollout));
      case Phase.Watching watching when Holds.isForAPerson(rollout, watching.step()) ->
          held(rollout, watching.step());
      case Phase.Watching watching -> watching(rollout, watching);
      case Phase.Paused paused when paused.untilHandsOn() ->
          new Waiting(
              paused.waitingFor(),
              "hands-on goes on with "
                  + (paused.back() == null ? "" : "the rollback: ")
                  + described(rollout, paused.step()),
              null);
      case Phase.Paused paused when CatchingUp.isAwaited(rollout) ->
          new Waiting(
              paused.waitingFor(),
              paused.back() == null ? "completed" : "the end of the rollback",
              null);
      case Phase.Paused paused when Holds.isHeld(rollout) -> held(rollout, paused.step());
      case Phase.Paused paused ->
          new Waiting(
              paused.waitingFor(),
              paused.watch() != null && !paused.watch().isKept()
                  ? "resume goes on watching, promote goes on without, abort takes it back"
                  : "resume goes on with "
                      + described(rollout, paused.step())
                      + ", abort takes it back",
              null);
      case Phase.RollingBack back ->
          new Waiting(
              back.step() < rollout.steps().size()
                  ? "rollback: " + underWay(rollout, back.step())
                  : "the end of the rollback",
              after(rollout, back.step()),
              deadline(rollout));
    };
  }

  private static Waiting held(Rollout rollout, int step) {
    return new Waiting(
        Holds.waitingFor(rollout, step),
        Holds.next(rollout, step, after(rollout, step)),
        Holds.expectedEnd(rollout));
  }

  private static Waiting watching(Rollout rollout, Phase.Watching watching) {
    Watch watch = watching.watch();
    int slot = watch.firstOpenSlot();
    Duration left = watch.interval().multipliedBy(Math.max(0, watch.lastSlot() - watch.green()));
    String waitingFor =
        (watch.isPause() ? Holds.waitingFor(rollout, watching.step()) + ": " : "")
            + "probe "
            + slot
            + ", "
            + watch.green()
            + " of "
            + watch.needed()
            + " are green"
            + (left.isZero()
                ? ""
                : "; all of them take until "
                    + watch.dueAt(watch.lastSlot()).truncatedTo(ChronoUnit.SECONDS));
    return new Waiting(waitingFor, after(rollout, watching.step()), watch.dueAt(watch.lastSlot()));
  }

  private static String after(Rollout rollout, int step) {
    boolean undo = rollout.phase() instanceof Phase.RollingBack;
    for (int index = step + 1; index < rollout.steps().size(); index++) {
      Step next = rollout.steps().get(index);
      if (next.undo() == undo && next.status() == StepStatus.PENDING) {
        return described(rollout, index);
      }
    }
    if (rollout.phase() instanceof Phase.RollingBack back) {
      return back.halts() ? "halted" : "rolled back";
    }
    return "completed";
  }

  /// What has not ended of a step and those beside it. One that is tried again says so, and why.
  private static String underWay(Rollout rollout, int index) {
    StringBuilder underWay = new StringBuilder(described(rollout, index));
    List<Integer> together = Batches.together(rollout.steps(), index);
    for (int each : together) {
      Step step = rollout.steps().get(each);
      if (step.status() == StepStatus.RUNNING && step.attempt() > 1) {
        underWay
            .append(together.size() == 1 ? "" : "; " + step.node())
            .append(", attempt ")
            .append(step.attempt())
            .append(" (")
            .append(step.detail())
            .append(")");
      }
    }
    return underWay.toString();
  }

  private static String described(Rollout rollout, int index) {
    Step step = rollout.steps().get(index);
    List<Step> open =
        Batches.together(rollout.steps(), index).stream()
            .map(rollout.steps()::get)
            .filter(it -> it.status() == StepStatus.RUNNING || it.status() == StepStatus.PENDING)
            .toList();
    String nodes = open.stream().map(Step::node).collect(Collectors.joining(", "));
    return described(
        step, step.node() == null ? "" : " " + (nodes.isEmpty() ? step.node() : nodes));
  }

  /// @param node to follow a verb; empty for a step of the whole service
  private static String described(Step step, String node) {
    return switch (step.name()) {
      case DRAIN -> "drain" + node + (Alone.isLeaving(step) ? ": the canaries serve alone" : "");
      case KEEP -> "keep the binary of" + node;
      case PUSH -> "push the artifact to" + node;
      case RESTART -> "restart" + node;
      case HEALTH -> "health check of" + node;
      case SMOKE -> "smoke test of" + node;
      case READY -> "put" + node + " into rotation";
      case MAINT -> "put" + node + " into maintenance";
      case SERVING -> "check" + node + " through the load balancer";
      case SHIFT -> Shifting.described(step);
      case HOOK -> Hooking.described(step);
      case PAUSE -> "what comes after the pause";
      case CATCH_UP -> "wait until every load balancer has caught up";
      case ANALYSE ->
          step.pause() != null
              ? "a pause"
              : "watch the SLIs"
                  + (step.share() == null ? "" : " at " + Shifting.percent(step.share()))
                  + (step.alone() ? ", the canaries alone" : "");
      case RESTORE -> "restore the binary of" + node;
    };
  }

  private static String agents(Rollout rollout) {
    return String.join(
        ", ",
        rollout.pending().stream()
            .map(pending ->
                pending.hook() == null ? pending.agent().shown() : "hook " + pending.hook())
            .toList());
  }

  private static @Nullable Instant deadline(Rollout rollout) {
    return rollout.pending().stream().map(Pending::deadline).min(Instant::compareTo).orElse(null);
  }

  /// A duration in words.
  static String shown(Duration duration) {
    return Quantities.shown(Duration.ofMillis(duration.toMillis()));
  }
}
