package dev.serin.coordinator.web;

import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import dev.serin.coordinator.view.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A rollout that a staged fleet plays: its state, and its events as they happen.
final class StagedRollout {
  private static final List<String> STEPS =
      List.of("drain", "keep", "push", "restart", "health", "ready", "serving");

  private final Stage stage;
  final String service;
  final String version;
  private final String old;
  private final String id;
  private final Instant queuedAt;
  private final List<StepView> steps = new ArrayList<>();
  private final List<NodeView> nodes = new ArrayList<>();
  private RolloutPhase phase = RolloutPhase.QUEUED;
  private @Nullable Instant startedAt;
  private @Nullable Instant endedAt;
  private @Nullable Outcome outcome;
  private @Nullable ProbeView lastProbe;
  private String waitingFor = "";
  private String next = "";
  private @Nullable Instant nextAt;
  private String message = "";
  private List<String> problems = List.of();
  private String by = "alice";
  private Instant now;
  private long sequence;

  StagedRollout(Stage stage, String service, String version, String old, Instant queuedAt) {
    this.stage = stage;
    this.service = service;
    this.version = version;
    this.old = old;
    this.id = dev.serin.contracts.rollout.RolloutIds.of(service, version + queuedAt);
    this.queuedAt = queuedAt;
    this.now = queuedAt;
  }

  StagedRollout by(String who) {
    by = who;
    return this;
  }

  /// The canary first.
  StagedRollout plan(String... names) {
    for (int i = 0; i < names.length; i++) {
      nodes.add(new NodeView(names[i], old, true, 100, null));
      for (String step : STEPS) {
        steps.add(new StepView(step, names[i], StepStatus.PENDING, null, null, null));
      }
      if (i == 0) {
        steps.add(new StepView("analyse", null, StepStatus.PENDING, null, null, null));
      }
    }
    return this;
  }

  StagedRollout at(Instant instant) {
    now = instant;
    return this;
  }

  StagedRollout phase(RolloutPhase newPhase) {
    phase = newPhase;
    if (startedAt == null && newPhase != RolloutPhase.QUEUED) {
      startedAt = now;
    }
    return this;
  }

  StagedRollout waits(String newWaitingFor, String newNext, @Nullable Instant at) {
    waitingFor = newWaitingFor;
    next = newNext;
    nextAt = at;
    return this;
  }

  StagedRollout ends(RolloutPhase newPhase, @Nullable Outcome newOutcome, String newMessage) {
    phase = newPhase;
    outcome = newOutcome;
    message = newMessage;
    endedAt = now;
    return waits("", "", null);
  }

  StagedRollout problems(String... found) {
    problems = List.of(found);
    return this;
  }

  StagedRollout message(String newMessage) {
    message = newMessage;
    return this;
  }

  StagedRollout step(int number, StepStatus status, @Nullable String detail) {
    StepView step = steps.get(number);
    boolean over = status != StepStatus.RUNNING && status != StepStatus.PENDING;
    steps.set(
        number,
        new StepView(
            step.name(),
            step.node(),
            status,
            step.startedAt() == null ? now : step.startedAt(),
            over ? now : null,
            detail));
    return this;
  }

  StagedRollout undo(String node, String... names) {
    for (String name : names) {
      steps.add(new StepView(name, node, StepStatus.PENDING, null, null, null));
    }
    return this;
  }

  int stepCount() {
    return steps.size();
  }

  StagedRollout node(int number, String running, boolean inRotation) {
    nodes.set(
        number,
        new NodeView(nodes.get(number).name(), running, inRotation, inRotation ? 100 : 0, null));
    return this;
  }

  StagedRollout probe(ProbeView probe) {
    lastProbe = probe;
    return this;
  }

  @Nullable ProbeView lastProbe() {
    return lastProbe;
  }

  /// Publishes one event, and the state as it is now.
  StagedRollout tell(java.util.function.Function<EventHead, RolloutEvent> event, String why) {
    sequence++;
    EventHead head =
        new EventHead(id, version, service, version, now, sequence, phase, "serin", why);
    stage.happened(event.apply(head), state());
    return this;
  }

  List<NodeView> nodes() {
    return List.copyOf(nodes);
  }

  StagedRollout began(int number, String why) {
    StepView step = steps.get(number);
    return step(number, StepStatus.RUNNING, null)
        .tell(head -> new RolloutEvent.StepStarted(head, step.name(), step.node(), false), why);
  }

  StagedRollout done(int number, String detail) {
    StepView step = steps.get(number);
    return step(number, StepStatus.SUCCEEDED, detail)
        .tell(
            head -> new RolloutEvent.StepSucceeded(head, step.name(), step.node(), false, detail),
            detail);
  }

  private RolloutState state() {
    return new RolloutState(
        id,
        service,
        version,
        version,
        phase,
        steps,
        nodes,
        lastProbe,
        waitingFor,
        next,
        nextAt,
        by,
        "",
        startedAt,
        endedAt,
        outcome,
        message,
        problems,
        "canary-then-peers",
        sequence,
        queuedAt,
        now);
  }
}
