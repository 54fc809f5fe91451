package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.Freeze;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.coordinator.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A decision in the making: the ledger as it becomes, and what leaves on the way. It lives for one
/// decision and never leaves this package.
final class Draft {
  /// How long after a command was sent it is asked again for the first time ([Asking]).
  static final Duration ASK_AGAIN = Duration.ofSeconds(5);

  /// How late a wake-up must come for the coordinator to have been away, not busy.
  private static final Duration AWAY = Duration.ofSeconds(10);

  static final String SERIN = "serin";

  private final Ledger before;
  final Instant at;

  @Nullable ServiceDefinition definition;
  private @Nullable Rollout active;
  private @Nullable Rollout closed;
  final List<Ledger.Queued> queue;
  Ledger.@Nullable KnownGood lastKnownGood;
  final List<Ledger.KnownVersion> earlier;
  Ledger.@Nullable Ended lastEnded;
  final Map<String, List<ServerSetting>> leftOut;
  final List<Ledger.KnownVersion> versions;
  private long fence;
  Ledger.@Nullable HandsOff handsOff;
  final List<Freeze> freezes;
  final List<Freeze> everywhere;
  Ledger.@Nullable Held held;
  @Nullable Turn turn;
  Ledger.@Nullable Ended partly;
  Ledger.@Nullable Ended refused;

  private final List<AgentCommand> commands = new ArrayList<>();
  private final List<RolloutEvent> events = new ArrayList<>();
  private final List<TurnWord> turns = new ArrayList<>();
  private final List<RolloutState> ended = new ArrayList<>();
  private Decision.@Nullable Ignored ignored;
  private @Nullable Instant publishedAt;

  Draft(Ledger ledger, Instant at) {
    this.before = ledger;
    this.at = at;
    this.definition = ledger.definition();
    this.active = ledger.active();
    this.queue = new ArrayList<>(ledger.queue());
    this.lastKnownGood = ledger.lastKnownGood();
    this.earlier = new ArrayList<>(ledger.earlier());
    this.lastEnded = ledger.lastEnded();
    this.leftOut = new HashMap<>(ledger.leftOut());
    this.versions = new ArrayList<>(ledger.versions());
    this.fence = ledger.fence();
    this.handsOff = ledger.handsOff();
    this.freezes = new ArrayList<>(ledger.freezes());
    this.everywhere = ledger.everywhere();
    this.held = ledger.held();
    this.turn = ledger.turn();
    this.partly = ledger.partly();
    this.refused = ledger.refused();
  }

  String service() {
    return before.service();
  }

  Ledger ledger() {
    return new Ledger(
        before.service(),
        definition,
        active,
        queue,
        lastKnownGood,
        earlier,
        lastEnded,
        leftOut,
        versions,
        fence,
        handsOff,
        freezes,
        everywhere,
        held,
        before.decidedAt(),
        turn,
        before.limited(),
        partly,
        refused);
  }

  boolean isActive() {
    return active != null;
  }

  Rollout rollout() {
    return Objects.requireNonNull(active, "no rollout is active");
  }

  void begin(Rollout rollout) {
    active = rollout;
    held = null;
  }

  void change(UnaryOperator<Rollout> change) {
    active = change.apply(rollout());
  }

  void ignore(Decision.Ignored reason) {
    ignored = reason;
  }

  void enter(Phase phase, String message) {
    change(it -> it.in(phase, message));
  }

  void enter(Phase phase) {
    enter(phase, rollout().message());
  }

  void steps(List<Step> steps) {
    change(it -> it.doing(steps));
  }

  void step(int index, UnaryOperator<Step> change) {
    List<Step> steps = new ArrayList<>(rollout().steps());
    steps.set(index, change.apply(steps.get(index)));
    steps(steps);
  }

  void pending(List<Pending> pending) {
    change(it -> it.awaiting(pending));
  }

  void nodes(Map<String, NodeRecord> nodes) {
    change(it -> it.knowing(nodes));
  }

  void node(String name, UnaryOperator<NodeRecord> change) {
    Map<String, NodeRecord> nodes = new HashMap<>(rollout().nodes());
    nodes.computeIfPresent(name, (key, record) -> change.apply(record));
    nodes(nodes);
  }

  void probed(ProbeView probe) {
    change(it -> it.probed(probe));
  }

  /// An event of the active rollout, in its phase as it is now.
  void emit(String by, String why, Function<EventHead, RolloutEvent> event) {
    emit(rollout().phase().shown(), by, why, event);
  }

  /// An event of the active rollout, in another phase (one that it ends in).
  void emit(RolloutPhase phase, String by, String why, Function<EventHead, RolloutEvent> event) {
    Rollout rollout = rollout();
    change(it -> it.numbered(rollout.sequence() + 1));
    events.add(
        event.apply(
            new EventHead(
                rollout.rolloutId(),
                rollout.request().requestId(),
                service(),
                rollout.request().version(),
                at,
                rollout.sequence() + 1,
                phase,
                by,
                why)));
  }

  /// An event of a rollout that is not the active one.
  void emitOther(RolloutEvent event) {
    events.add(event);
  }

  void ended(RolloutState state) {
    ended.add(state);
  }

  /// The active rollout is over: its last state is published, and the service is free.
  void close(RolloutState last) {
    ended.add(last);
    Instant bad = badUntil(last.phase());
    lastEnded = new Ledger.Ended(rollout().rolloutId(), request(), last.phase(), List.of(), bad);
    refused = null;
    if (Restarts.installs(rollout())) {
      switch (last.phase()) {
        case HALTED, ROLLBACK_FAILED -> {
          lastEnded =
              new Ledger.Ended(
                  rollout().rolloutId(),
                  request(),
                  last.phase(),
                  FileRecords.merged(
                      rollout().service(),
                      partly == null ? List.of() : partly.filesBack(),
                      FileRecords.before(rollout())),
                  bad);
          partly = lastEnded;
        }
        case COMPLETED -> partly = null;
        case QUEUED, PREFLIGHT, ROLLING, ANALYSING, PAUSED, ROLLING_BACK, ROLLED_BACK, REJECTED -> {
          // Every node has what it had before.
        }
      }
    }
    closed = active;
    active = null;
  }

  /// Until when something bad was at work: a release that has not completed, or what an incident's
  /// release or a restart has ended. One that has begun nothing, or that changes nothing, leaves
  /// that as it was.
  private @Nullable Instant badUntil(RolloutPhase end) {
    ServiceDefinition service = rollout().service();
    boolean changed =
        rollout().steps().stream().anyMatch(Step::isBegun)
            && !service.strategy().equals(Strategies.ANALYSIS_ONLY);
    if (!changed) {
      return lastEnded == null ? null : lastEnded.badUntil();
    }
    boolean cured =
        Incidents.isUrgent(service, rollout().request())
            || !Strategies.installs(service.strategy());
    return end == RolloutPhase.COMPLETED && !cured ? null : at;
  }

  /// The rollout that this decision has ended, as it was when it ended.
  @Nullable Rollout closed() {
    return closed;
  }

  /// Nothing that this ledger says of rollouts holds any more.
  ///
  /// @param newest when something was published of them last
  void forget(Instant newest) {
    publishedAt = newest.isAfter(at) ? newest : at;
    active = null;
    queue.clear();
    held = null;
    lastKnownGood = null;
    earlier.clear();
    lastEnded = null;
    partly = null;
    refused = null;
  }

  CommandHead head(@Nullable String node) {
    return head(rollout().rolloutId(), node);
  }

  CommandHead head(String rolloutId, @Nullable String node) {
    fence = Math.max(fence + 1, at.toEpochMilli());
    return new CommandHead(rolloutId + "/" + fence, rolloutId, service(), node, fence, at);
  }

  /// Says something to whoever keeps the turns.
  void say(TurnWord word) {
    turns.add(word);
  }

  boolean isLimited() {
    return before.limited();
  }

  /// Sends a command that needs no answer.
  void send(AgentCommand command) {
    commands.add(command);
  }

  /// Sends a command that must be answered by the deadline.
  void ask(Agent agent, @Nullable String node, Duration within) {
    ask(new Pending(agent, head(node), at.plus(ASK_AGAIN), at.plus(within), null));
  }

  /// Has a hook called beside the other checks.
  void askHook(String hook, Duration within) {
    ask(new Pending(Agent.SLI, head(null), at.plus(ASK_AGAIN), at.plus(within), hook));
  }

  private void ask(Pending pending) {
    await(pending);
    commands.add(Commands.of(ledger(), rollout(), pending));
  }

  /// Gives a command after a while, under a new name.
  void askLater(Agent agent, @Nullable String node, Duration pause, Duration within) {
    await(new Pending(agent, head(node), at.plus(pause), at.plus(pause).plus(within), null));
  }

  /// Asks anew, under another name, what that agent has not answered yet: what it is about has
  /// changed.
  ///
  /// @param deadline by when what was to be answered is to be answered now
  void askAnew(Agent agent, Function<Pending, Instant> deadline) {
    List<Pending> before = rollout().pending();
    pending(before.stream().filter(it -> it.agent() != agent || it.hook() != null).toList());
    before.stream()
        .filter(it -> it.agent() == agent && it.hook() == null)
        .forEach(it ->
            ask(
                new Pending(
                    agent, head(it.head().node()), at.plus(ASK_AGAIN), deadline.apply(it), null)));
  }

  /// Asks an agent over, whether it has answered or not: what the check is about has changed.
  void askOver(Agent agent, Instant deadline) {
    pending(
        rollout().pending().stream()
            .filter(it -> it.agent() != agent || it.hook() != null)
            .toList());
    ask(new Pending(agent, head(null), at.plus(ASK_AGAIN), deadline, null));
  }

  private void await(Pending pending) {
    List<Pending> all = new ArrayList<>(rollout().pending());
    all.add(pending);
    pending(all);
  }

  /// While the coordinator was away nobody asked, so no deadline ran.
  void forgiveAbsence() {
    pending(rollout().pending().stream().map(it -> it.postponed(absence(it.askAt()))).toList());
  }

  /// For how long the coordinator was away, when it is late for something that was due.
  Duration absence(Instant due) {
    Duration late = Duration.between(due, at);
    return late.compareTo(AWAY) > 0 ? late : Duration.ZERO;
  }

  /// Sends those commands (again) whose time has come.
  void askAgain() {
    List<Pending> all = new ArrayList<>();
    for (Pending pending : rollout().pending()) {
      if (pending.askAt().isAfter(at)) {
        all.add(pending);
      } else {
        all.add(pending.askedAgainAt(at.plus(Asking.pause(pending.head(), at))));
        commands.add(Commands.of(ledger(), rollout(), pending));
      }
    }
    pending(all);
  }

  /// Takes the command that an answer belongs to off the list; none where nobody waits for it.
  @Nullable Pending answered(String commandId) {
    List<Pending> left = new ArrayList<>(rollout().pending());
    for (Pending pending : left) {
      if (pending.head().commandId().equals(commandId)) {
        left.remove(pending);
        pending(left);
        return pending;
      }
    }
    return null;
  }

  void forgetPending() {
    pending(List.of());
  }

  /// Begins an analysis or renews its lease.
  void watch(Watch watch) {
    CommandHead head = head(null);
    commands.add(Commands.watch(rollout(), watch, head, at));
  }

  void stopWatching(String analysisId) {
    commands.add(new SliCommand.StopWatching(head(null), analysisId));
  }

  List<NodeView> nodeViews() {
    return View.nodes(ledger(), rollout());
  }

  ReleaseRequested request() {
    return rollout().request();
  }

  void knownVersion(String sha256, String version) {
    versions.removeIf(known -> known.sha256().equals(sha256));
    versions.add(new Ledger.KnownVersion(sha256, version));
    while (versions.size() > Ledger.REMEMBERED_VERSIONS) {
      versions.removeFirst();
    }
  }

  /// A rollout that ends leaves the node out: remembered is what it had before, or before the
  /// rollout that left it out first.
  void leaveOut(NodeRecord record) {
    leftOut.putIfAbsent(record.name(), record.settings());
  }

  Decision decided() {
    Upkeep.of(this, before);
    TakingTurns.returnWhatIsOver(this);
    Ledger next = ledger();
    List<RolloutState> states = new ArrayList<>(ended);
    boolean changed = !next.equals(before);
    if (changed) {
      addStates(next, states);
    }
    boolean nothing =
        turns.isEmpty() && commands.isEmpty() && events.isEmpty() && states.isEmpty() && !changed;
    if (publishedAt != null || !states.isEmpty()) {
      next = next.decided(publishedAt == null ? at : publishedAt);
    }
    return new Decision(
        next, commands, events, states, turns, Wakeups.of(next), nothing ? ignored : null);
  }

  /// Those that show something else than before.
  private void addStates(Ledger next, List<RolloutState> states) {
    Rollout now = next.active();
    if (now != null) {
      RolloutState state = View.active(next, now, at);
      Rollout old = before.active();
      boolean same =
          old != null
              && old.rolloutId().equals(now.rolloutId())
              && View.active(before, old, at).equals(state);
      if (!same) {
        states.add(state);
      }
    }
    List<RolloutState> waitedBefore = View.queued(before, at);
    View.queued(next, at).stream()
        .filter(state -> !waitedBefore.contains(state))
        .forEach(states::add);
  }
}
