package dev.serin.cli.stub;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes down how a rollout goes, one act a line; each act yields the event and the state after
/// it. Made up for the stub coordinator.
public class Play {
  /// An event and the state that it led to.
  public record Moment(RolloutEvent event, RolloutState state) {}

  static final List<String> FORWARD =
      List.of("drain", "keep", "push", "restart", "health", "ready", "serving");
  private static final List<String> BACK =
      List.of("drain", "restore", "restart", "health", "ready", "serving");

  private final String rolloutId;
  private final String service;
  private final String version;
  private final List<StepView> steps = new ArrayList<>();
  private final List<NodeView> nodes = new ArrayList<>();
  private final List<Moment> moments = new ArrayList<>();
  private final Instant begun;
  private Instant now;
  private RolloutPhase phase = RolloutPhase.PREFLIGHT;
  private @Nullable ProbeView probe;
  private @Nullable Outcome outcome;
  private @Nullable Instant nextAt;
  private String waitingFor = "";
  private String next = "";
  private String message = "";
  private List<String> problems = List.of();
  private long sequence;
  private int green;

  public Play(String rolloutId, String service, String version, Instant begun) {
    this.rolloutId = rolloutId;
    this.service = service;
    this.version = version;
    this.begun = begun;
    this.now = begun;
  }

  /// The usual beginning: canary first, then an analysis, then the peers.
  public static Play of(Instant begun, String canary, String... peers) {
    Play play = new Play("r-1", "backend-api", "2.1.0", begun);
    play.plan(canary);
    play.steps.add(pending("analyse", null));
    for (String peer : peers) {
      play.plan(peer);
    }
    return play;
  }

  private void plan(String node) {
    FORWARD.forEach(step -> steps.add(pending(step, node)));
    nodes.add(new NodeView(node, null, null, null, null));
  }

  private static StepView pending(String name, @Nullable String node) {
    return new StepView(name, node, StepStatus.PENDING, null, null, null);
  }

  public List<Moment> moments() {
    return List.copyOf(moments);
  }

  public Moment last() {
    return moments.getLast();
  }

  public Instant now() {
    return now;
  }

  public Play after(Duration time) {
    now = now.plus(time);
    return this;
  }

  public Play says(String what, String then, @Nullable Instant by) {
    waitingFor = what;
    next = then;
    nextAt = by;
    return this;
  }

  public Play because(String why) {
    message = why;
    return this;
  }

  private Play tell(Function<EventHead, RolloutEvent> event, String why) {
    sequence++;
    EventHead head =
        new EventHead(rolloutId, "q-1", service, version, now, sequence, phase, "serin", why);
    moments.add(new Moment(event.apply(head), state()));
    return this;
  }

  private RolloutState state() {
    boolean over = phase.isOver();
    return new RolloutState(
        rolloutId,
        service,
        version,
        "q-1",
        phase,
        steps,
        nodes,
        probe,
        over ? "" : waitingFor,
        over ? "" : next,
        over ? null : nextAt,
        "alice",
        "faster logins",
        phase == RolloutPhase.QUEUED ? null : begun,
        over ? now : null,
        outcome,
        message,
        problems,
        "canary-then-peers",
        sequence,
        begun,
        now);
  }

  public Play queued() {
    phase = RolloutPhase.QUEUED;
    return tell(head -> new RolloutEvent.RolloutQueued(head, "r-0", 1), "another one is active");
  }

  public Play started() {
    phase = RolloutPhase.PREFLIGHT;
    PlanView plan =
        new PlanView(
            "canary-then-peers",
            List.of(),
            1,
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(11),
            Duration.ofHours(1));
    return tell(head -> new RolloutEvent.RolloutStarted(head, plan), "alice asked for it");
  }

  public Play preflightPassed(String version) {
    nodes.replaceAll(node -> new NodeView(node.name(), version, true, 100, null));
    phase = RolloutPhase.ROLLING;
    return tell(
        head -> new RolloutEvent.PreflightPassed(head, nodes, List.of()), "all checks are green");
  }

  public Play preflightFailed(String... found) {
    problems = List.of(found);
    phase = RolloutPhase.PREFLIGHT;
    tell(
        head -> new RolloutEvent.PreflightFailed(head, problems, List.of()),
        found.length + " checks are red");
    return rejected(found);
  }

  public Play rejected(String... reasons) {
    problems = List.of(reasons);
    phase = RolloutPhase.REJECTED;
    outcome = Outcome.REJECTED;
    message = String.join("; ", reasons);
    steps.replaceAll(
        step -> new StepView(step.name(), step.node(), StepStatus.SKIPPED, null, null, null));
    return tell(head -> new RolloutEvent.RolloutRejected(head, problems), "refused");
  }

  public Play begins(String step, @Nullable String node) {
    boolean undo = phase == RolloutPhase.ROLLING_BACK;
    mark(named(step), node, StepStatus.RUNNING, null);
    return tell(head -> new RolloutEvent.StepStarted(head, step, node, undo), "its turn");
  }

  public Play succeeds(String step, @Nullable String node, String detail) {
    boolean undo = phase == RolloutPhase.ROLLING_BACK;
    mark(named(step), node, StepStatus.SUCCEEDED, detail);
    if (node != null) {
      traffic(step, node);
    }
    return tell(head -> new RolloutEvent.StepSucceeded(head, step, node, undo, detail), detail);
  }

  public Play fails(String step, String node, Failure failure) {
    mark(step, node, StepStatus.FAILED, failure.sentence());
    return tell(
        head -> new RolloutEvent.StepFailed(head, step, node, false, failure, 1, true),
        failure.sentence());
  }

  private String named(String step) {
    return phase == RolloutPhase.ROLLING_BACK ? "undo-" + step : step;
  }

  private void mark(String name, @Nullable String node, StepStatus status, @Nullable String how) {
    for (int i = steps.size() - 1; i >= 0; i--) {
      StepView step = steps.get(i);
      if (step.name().equals(name) && java.util.Objects.equals(step.node(), node)) {
        boolean starts = status == StepStatus.RUNNING;
        steps.set(
            i,
            new StepView(
                name, node, status, starts ? now : step.startedAt(), starts ? null : now, how));
        return;
      }
    }
    throw new IllegalArgumentException("step: expected one of the plan, was " + name);
  }

  private void traffic(String step, String node) {
    nodes.replaceAll(one -> {
      if (!one.name().equals(node)) {
        return one;
      }
      return switch (step) {
        case "drain" -> new NodeView(node, one.version(), false, 100, null);
        case "push" -> new NodeView(node, version, false, 100, null);
        case "restore" -> new NodeView(node, "2.0.9", false, 100, null);
        case "ready" -> new NodeView(node, one.version(), true, 100, null);
        default -> one;
      };
    });
  }

  /// All steps of a node, each as long as `step`.
  public Play updates(String node, Duration step) {
    phase = RolloutPhase.ROLLING;
    for (String name : FORWARD) {
      says(name + " " + node, "the step after it", now.plusSeconds(60));
      begins(name, node)
          .after(step)
          .succeeds(name, node, name + " took " + step.toMillis() + " ms");
    }
    return this;
  }

  public Play analyses(Duration window) {
    phase = RolloutPhase.ANALYSING;
    says(
        "probe 1, 0 of 20 are green",
        "the peers are updated, one after the other",
        now.plus(window));
    return begins("analyse", null);
  }

  public Play probes(Verdict verdict, @Nullable Double p95, @Nullable Double errors) {
    int slot = probe == null ? 1 : probe.slot() + 1;
    green += verdict == Verdict.PASS ? 1 : 0;
    ProbeView judged =
        new ProbeView(
            slot, now, verdict, List.of(sli("p95", p95, 0.5), sli("error-rate", errors, 0.005)));
    probe = judged;
    int soFar = green;
    waitingFor = "probe " + (slot + 1) + ", " + green + " of 20 are green";
    return tell(
        head -> new RolloutEvent.SliProbed(head, judged, soFar, 20), "probe " + slot + " of 20");
  }

  private static SliResult sli(String name, @Nullable Double value, double max) {
    Verdict verdict = value == null ? Verdict.NO_DATA : value < max ? Verdict.PASS : Verdict.FAIL;
    String detail =
        switch (verdict) {
          case PASS, ERROR -> "";
          case FAIL -> "expected below " + max + ", found " + value;
          case NO_DATA -> "the query matches no series";
        };
    return new SliResult(name, "query of " + name, value, max, null, null, verdict, detail, null);
  }

  public Play paused(String waits) {
    phase = RolloutPhase.PAUSED;
    says(waits, "the analysis goes on where it was", null);
    return tell(head -> new RolloutEvent.RolloutPaused(head, waits), "asked to");
  }

  public Play rollsBack(Outcome cause, String why, String... newestFirst) {
    phase = RolloutPhase.ROLLING_BACK;
    message = why;
    steps.replaceAll(step ->
        switch (step.status()) {
          case PENDING ->
              new StepView(step.name(), step.node(), StepStatus.SKIPPED, null, null, null);
          case SUCCEEDED ->
              new StepView(
                  step.name(),
                  step.node(),
                  StepStatus.UNDONE,
                  step.startedAt(),
                  step.endedAt(),
                  step.detail());
          case RUNNING ->
              new StepView(step.name(), step.node(), StepStatus.FAILED, step.startedAt(), now, why);
          case FAILED, SKIPPED, UNDONE -> step;
        });
    for (String node : newestFirst) {
      BACK.forEach(step -> steps.add(pending("undo-" + step, node)));
    }
    List<ProbeView> evidence = probe == null ? List.of() : List.of(probe);
    return tell(
        head -> new RolloutEvent.RollbackStarted(head, cause, evidence, List.of(newestFirst)), why);
  }

  public Play restores(String node, Duration step) {
    for (String name : BACK) {
      says("rollback: " + name + " " + node, "the step after it", now.plusSeconds(60));
      begins(name, node)
          .after(step)
          .succeeds(name, node, name + " took " + step.toMillis() + " ms");
    }
    return this;
  }

  public Play rolledBack(Outcome how) {
    phase = RolloutPhase.ROLLED_BACK;
    outcome = how;
    return tell(
        head -> new RolloutEvent.RollbackCompleted(head, how, nodes),
        "every node runs what it ran before");
  }

  public Play rollbackFailed(String left) {
    phase = RolloutPhase.ROLLBACK_FAILED;
    outcome = Outcome.BREACHED;
    problems = List.of(left);
    return tell(
        head -> new RolloutEvent.RollbackFailed(head, Outcome.BREACHED, nodes, List.of(left)),
        "one node is left out");
  }

  public Play halted(String left) {
    phase = RolloutPhase.HALTED;
    outcome = Outcome.HALTED;
    message = "a peer failed";
    problems = List.of(left);
    return tell(head -> new RolloutEvent.RolloutHalted(head, nodes, List.of(left)), message);
  }

  public Play completed() {
    phase = RolloutPhase.COMPLETED;
    outcome = Outcome.COMPLETED;
    message = "every node runs 2.1.0";
    return tell(head -> new RolloutEvent.RolloutCompleted(head, nodes), message);
  }
}
