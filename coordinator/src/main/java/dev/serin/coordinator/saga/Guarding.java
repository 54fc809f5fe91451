package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Analysis;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.BlueGreen;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the haproxy-agent looks after while a rollout is active: what Serin has asked of each
/// server, and the dead man's switch of a canary that takes traffic before it is proven. It follows
/// from the rollout alone, so it is worked out anew after every decision, and sent when it has
/// changed.
///
/// @param servers all nodes
/// @param deadMan none where no canary takes traffic unproven, or a person has the wheel
/// @param weighed whether traffic is shared by weights; on the way back none is any more
record Guarding(List<GuardedServer> servers, @Nullable DeadMan deadMan, boolean weighed) {
  /// How often it is renewed.
  static final Duration RENEW = Duration.ofSeconds(5);

  /// How long the agent goes on without a renewal.
  static final Duration LEASE = Duration.ofSeconds(30);

  /// What changes the state of one server.
  private static final Set<StepName> MOVES = Set.of(StepName.DRAIN, StepName.READY, StepName.MAINT);

  /// What a breach puts before the step that it interrupts.
  private static final Set<StepName> AROUND_A_WAIT =
      Set.of(StepName.DRAIN, StepName.PAUSE, StepName.READY, StepName.SERVING);

  Guarding {
    servers = List.copyOf(servers);
  }

  /// None before preflight has passed, and for a service without a pool.
  static @Nullable Guarding of(@Nullable Rollout rollout) {
    if (rollout == null
        || rollout.phase() instanceof Phase.Preflight
        || rollout.service().pool().isEmpty()) {
      return null;
    }
    List<GuardedServer> servers = new ArrayList<>();
    for (Node node : rollout.service().nodes()) {
      NodeRecord record = rollout.nodes().get(node.name());
      if (record != null) {
        servers.add(
            new GuardedServer(
                node.name(),
                record.asked(),
                record.leaving(),
                isInWork(rollout, record),
                record.askedEarlier(wasToldItsGoal(rollout, node.name())),
                wasDrained(rollout, node.name())));
      }
    }
    return new Guarding(
        servers,
        deadMan(rollout),
        rollout.service().isWeighed() && rollout.phase().wayBack() == null);
  }

  /// Whether a command is about it now, or was and did not come to its end; or somebody else had
  /// taken it out before, and nobody knows just how.
  private static boolean isInWork(Rollout rollout, NodeRecord record) {
    return isOthers(rollout, record) || isUnsettled(rollout, record.name());
  }

  /// Whether somebody else had taken it out, and nothing was done with it since.
  static boolean isOthers(Rollout rollout, NodeRecord record) {
    return record.asked().equals(record.settings())
        && !record.leaving()
        && NodeRecord.areOut(record.settings())
        && moves(rollout, record.name()).findAny().isEmpty();
  }

  /// The steps that have told HAProxy something of that node alone.
  private static Stream<Step> moves(Rollout rollout, String node) {
    return rollout.steps().stream()
        .filter(step -> MOVES.contains(step.name()) && step.isBegun() && node.equals(step.node()));
  }

  /// Whether a step forward may have given the node its goal. Before that the same is a person's
  /// doing: who makes a group ready before its turn means it.
  private static boolean wasToldItsGoal(Rollout rollout, String node) {
    return moves(rollout, node).anyMatch(step -> !step.undo() && step.name() != StepName.DRAIN);
  }

  private static boolean wasDrained(Rollout rollout, String node) {
    return moves(rollout, node).anyMatch(step -> step.name() == StepName.DRAIN);
  }

  /// Whether the last that HAProxy was told of it was interrupted, or has failed for good: it may
  /// have left on one load balancer and not on another, and only what comes next may change that. A
  /// step that had come to its end and is only to be done once more tells nobody anything yet.
  private static boolean isHalfTold(Rollout rollout, String node) {
    StepStatus last =
        moves(rollout, node)
            .filter(Step::stands)
            .map(Step::status)
            .reduce((older, newer) -> newer)
            .orElse(null);
    return last == StepStatus.PENDING || last == StepStatus.FAILED || isHalfShifted(rollout);
  }

  /// A shift is about every node. One that was interrupted begins anew, maybe once the canary has
  /// left for a breach, and is back. One that is only to be done once more has told nobody
  /// anything.
  private static boolean isHalfShifted(Rollout rollout) {
    int next =
        switch (rollout.phase()) {
          case Phase.Paused paused -> paused.step();
          case Phase.Rolling(int step) -> step;
          case Phase.Watching watching -> rollout.steps().size();
          case Phase.Preflight preflight -> rollout.steps().size();
          case Phase.RollingBack back -> rollout.steps().size();
        };
    while (next < rollout.steps().size()
        && AROUND_A_WAIT.contains(rollout.steps().get(next).name())) {
      next++;
    }
    if (next >= rollout.steps().size()) {
      return false;
    }
    Step step = rollout.steps().get(next);
    return step.name() == StepName.SHIFT && step.stands() && step.status() != StepStatus.SUCCEEDED;
  }

  /// Whether what HAProxy has of it may be another thing than what was asked, by Serin's own doing.
  static boolean isUnsettled(Rollout rollout, String node) {
    return isCommanded(rollout, node) || isHalfTold(rollout, node);
  }

  /// Whether HAProxy is being told something of it: a shift is about every node. A check through
  /// the load balancers tells nothing, so the guard goes on beside it: what comes late then, of a
  /// drain before, is put back, and what a person does is told.
  private static boolean isCommanded(Rollout rollout, String node) {
    return (isAsked(rollout, node) && !isOnlyChecked(rollout, node)) || isShifting(rollout);
  }

  private static boolean isOnlyChecked(Rollout rollout, String node) {
    return rollout.steps().stream()
        .anyMatch(step ->
            step.name() == StepName.SERVING
                && step.status() == StepStatus.RUNNING
                && node.equals(step.node()));
  }

  /// Whether a command for that node alone is under way on the load balancers.
  static boolean isAsked(Rollout rollout, String node) {
    return rollout.pending().stream()
        .anyMatch(
            pending -> pending.agent() == Agent.HAPROXY && node.equals(pending.head().node()));
  }

  private static boolean isShifting(Rollout rollout) {
    int current =
        switch (rollout.phase()) {
          case Phase.Rolling(int step) -> step;
          case Phase.RollingBack back -> back.step();
          case Phase.Preflight preflight -> -1;
          case Phase.Watching watching -> -1;
          case Phase.Paused paused -> -1;
        };
    return current >= 0
        && current < rollout.steps().size()
        && rollout.steps().get(current).name() == StepName.SHIFT
        && !rollout.pending().isEmpty();
  }

  private static @Nullable DeadMan deadMan(Rollout rollout) {
    Instant expiresAt =
        switch (rollout.phase()) {
          case Phase.Watching(int step, Watch watch) -> provenUntil(rollout, watch);
          case Phase.Rolling(int step) -> onItsWay(rollout, step);
          case Phase.Preflight preflight -> null;
          case Phase.Paused paused -> blind(rollout, paused);
          case Phase.RollingBack back ->
              undrained(rollout).isEmpty() ? null : rollout.provenUntil();
        };
    if (expiresAt == null) {
      return null;
    }
    ServiceDefinition service = rollout.service();
    List<String> canaries = withTheRelease(rollout);
    boolean back = rollout.phase() instanceof Phase.RollingBack;
    return new DeadMan(
        back ? undrained(rollout) : canaries,
        period(service.analysis()),
        expiresAt,
        isOnEveryNode(rollout)
            ? DeadManAction.ALERT
            : switch (service.analysis().deadMan().action()) {
              case DRAIN -> DeadManAction.DRAIN;
              case ALERT -> DeadManAction.ALERT;
            },
        rollout.nodes().values().stream()
            .filter(record ->
                !canaries.contains(record.name())
                    && !NodeRecord.areOut(record.settings())
                    && !(back && isOnItsWayBack(rollout, record)))
            .sorted(java.util.Comparator.comparing(NodeRecord::name))
            .map(record ->
                new GuardedServer(record.name(), record.settings(), false, false, List.of()))
            .toList(),
        service.minimum());
  }

  /// The canaries that have the release, or are about to. One whose turn has not come runs what it
  /// ran: the switch leaves it in service, as a peer. Where Serin touches nothing somebody else has
  /// brought the release to each.
  private static List<String> withTheRelease(Rollout rollout) {
    boolean untouched = rollout.service().strategy().equals(Strategies.ANALYSIS_ONLY);
    return rollout.service().canaries().stream()
        .map(Node::name)
        .filter(node -> untouched || hasBegun(rollout, node))
        .toList();
  }

  /// A shift is about every node, whoever stands for it.
  private static boolean hasBegun(Rollout rollout, String node) {
    return moves(rollout, node).anyMatch(step -> !step.undo());
  }

  /// A pause that nobody chose: data stayed away, and no probe is asked for any more. A person who
  /// pauses, and a service that says `hold`, want the canary where it is.
  private static @Nullable Instant blind(Rollout rollout, Phase.Paused paused) {
    Watch watch = paused.watch();
    return watch == null ? null : provenUntil(rollout, watch);
  }

  /// When the switch goes off as things are. Who watches, or brings a canary up, gives new proofs.
  /// A rollback gives none: it goes by the newest from before it, or, where there was none (a
  /// person had paused, the window was over, peers came first), by the moment from which it needs
  /// one.
  static @Nullable Instant newestProof(Rollout rollout, Instant at) {
    return switch (rollout.phase()) {
      case Phase.Watching(int step, Watch watch) -> provenUntil(rollout, watch);
      case Phase.Rolling(int step) -> onItsWay(rollout, step);
      case Phase.Preflight preflight -> null;
      case Phase.Paused paused ->
          paused.back() == null ? blind(rollout, paused) : rollout.provenUntil();
      case Phase.RollingBack back -> {
        Instant before = rollout.provenUntil();
        if (undrained(rollout).isEmpty()) {
          yield null;
        }
        yield before == null ? at.plus(period(rollout.service().analysis())) : before;
      }
    };
  }

  /// The canaries that take traffic with what a rollback is to take from them: until each is
  /// drained or, where that can't be, has its old binary again. None while peers are still being
  /// taken back: a canary that left before its turn would leave too few for theirs (I2), and of two
  /// groups the one that comes back has to be proven first. None where nothing is installed: then a
  /// rollback drains nobody.
  static List<String> undrained(Rollout rollout) {
    List<String> toCome =
        rollout.steps().stream()
            .filter(step ->
                step.undo()
                    && step.node() != null
                    && (step.name() == StepName.DRAIN
                        || step.name() == StepName.RESTORE
                        || BlueGreen.isLeaving(rollout.service(), step.node())))
            .filter(
                step -> step.status() == StepStatus.PENDING || step.status() == StepStatus.RUNNING)
            .map(Step::node)
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    List<String> canaries = rollout.service().canaries().stream().map(Node::name).toList();
    return canaries.containsAll(toCome)
        ? toCome.stream().filter(node -> takesTraffic(rollout, node)).toList()
        : List.of();
  }

  private static boolean takesTraffic(Rollout rollout, String node) {
    NodeRecord record = rollout.nodes().get(node);
    return record != null && !record.leaving() && !NodeRecord.areOutEverywhere(record.asked());
  }

  /// A peer that is out, or on its way back in, is the rollback's: a switch that made it ready
  /// would not ask whether it is healthy (I3). One that has only left for the canaries needs no
  /// such proof: nothing was done to it, and without it the canary could not leave.
  private static boolean isOnItsWayBack(Rollout rollout, NodeRecord record) {
    return !Alone.untouched(rollout.steps()).contains(record.name())
        && (record.leaving()
            || NodeRecord.areOut(record.asked())
            || isAsked(rollout, record.name()));
  }

  /// With the release on every node, nobody is left who would be safer; nor where the other of two
  /// groups has left: nobody has proven its nodes since.
  private static boolean isOnEveryNode(Rollout rollout) {
    if (rollout.service().isBlueGreen()) {
      return Switching.isOver(rollout);
    }
    if (!Restarts.installs(rollout)) {
      return Restarts.isOnEveryNode(rollout);
    }
    return rollout.nodes().values().stream()
        .allMatch(record -> record.current().equals(rollout.request().artifact().sha256()));
  }

  /// Whether every window before the peers is over: the canary is proven as far as it will be. Not
  /// while peers leave for the canaries to serve alone, which are watched then.
  private static boolean isProven(Rollout rollout, Step current) {
    String node = current.node();
    return node != null
        && !Alone.isLeaving(current)
        && rollout.service().peers().stream().anyMatch(peer -> peer.name().equals(node));
  }

  /// A switch that goes off between two probes would go off for nothing.
  private static Duration period(Analysis analysis) {
    Duration two = analysis.interval().multipliedBy(2);
    Duration after = analysis.deadMan().after();
    Duration longer = after.compareTo(two) < 0 ? two : after;
    return longer.compareTo(DeadMan.LONGEST) < 0 ? longer : DeadMan.LONGEST;
  }

  /// The newest slot that was judged and was not red proves that somebody watches; before the first
  /// one is due, nobody has to.
  static Instant provenUntil(Rollout rollout, Watch watch) {
    int newest =
        watch.verdicts().entrySet().stream()
            .filter(slot -> slot.getValue() != Verdict.FAIL || watch.isKept())
            .mapToInt(java.util.Map.Entry::getKey)
            .max()
            .orElse(1);
    return watch.dueAt(newest).plus(period(rollout.service().analysis()));
  }

  /// From the moment that a canary may take traffic until its window begins: the step that is under
  /// way has its own deadline, and the period comes on top. While a slow start is waited for, each
  /// time that the agent is asked how far it is proves that somebody is there.
  private static @Nullable Instant onItsWay(Rollout rollout, int current) {
    boolean admitted = false;
    boolean ahead = false;
    for (int index = 0; index < rollout.steps().size(); index++) {
      Step step = rollout.steps().get(index);
      ahead |=
          index > current && step.name() == StepName.ANALYSE && step.status() == StepStatus.PENDING;
      admitted |= step.name() == StepName.READY && step.isBegun();
    }
    Step step = rollout.steps().get(current);
    if (admitted && ahead && !isProven(rollout, step) && step.startedAt() != null) {
      return answeredBy(rollout, step, step.startedAt()).plus(period(rollout.service().analysis()));
    }
    // What a red probe keeps from beginning has no deadline of its own yet.
    return rollout.doubt() == null ? null : rollout.provenUntil();
  }

  private static Instant answeredBy(Rollout rollout, Step step, Instant begun) {
    Instant first = begun.plus(Deadlines.deadline(rollout.service(), step));
    return Deadlines.ramp(step).isZero()
        ? first
        : rollout.pending().stream()
            .filter(pending -> pending.agent() == Agent.HAPROXY)
            .map(Pending::deadline)
            .filter(first::isBefore)
            .max(Instant::compareTo)
            .orElse(first);
  }
}
