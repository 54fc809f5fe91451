package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.OnTimeout;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Queries;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Writes commands. A command depends only on the rollout and its head, so asking again gives the
/// same one.
final class Commands {
  /// How long a watcher goes on without hearing from the coordinator.
  static final Duration LEASE = Duration.ofSeconds(30);

  /// Between two peers whose tunnels are closed.
  private static final Duration BETWEEN_RECONNECTS = Duration.ofSeconds(5);

  private static final Duration LATEST = Duration.ofSeconds(40);

  private Commands() {}

  /// Who carries a step out.
  static Agent agentOf(Step step) {
    return switch (step.name()) {
      case DRAIN, READY, MAINT, SERVING, SHIFT -> Agent.HAPROXY;
      case KEEP, PUSH, RESTART, HEALTH, SMOKE, RESTORE -> Agent.INCUS;
      case ANALYSE, HOOK -> Agent.SLI;
      case PAUSE, CATCH_UP ->
          throw new IllegalStateException("a pause waits for a person, not for an agent");
    };
  }

  static AgentCommand of(Ledger ledger, Rollout rollout, Pending pending) {
    return switch (rollout.phase()) {
      case Phase.Preflight preflight -> check(ledger, rollout, preflight.pool(), pending);
      case Phase.Rolling rolling -> step(ledger, rollout, rolling.step(), pending.head());
      case Phase.RollingBack back -> step(ledger, rollout, back.step(), pending.head());
      case Phase.Watching watching ->
          throw new IllegalStateException("an analysis waits for no answer");
      case Phase.Paused paused ->
          throw new IllegalStateException("a paused rollout waits for no answer");
    };
  }

  private static AgentCommand check(
      Ledger ledger, Rollout rollout, @Nullable PoolChecked pool, Pending pending) {
    if (pending.hook() != null) {
      return Hooking.command(rollout, Hooking.of(rollout, pending.hook()), pending.head());
    }
    return check(
        ledger, rollout.service(), rollout.request(), pool, pending.agent(), pending.head());
  }

  /// What an agent is asked before anything is touched.
  ///
  /// @param pool as the load balancers have told it; none as long as they have not
  static AgentCommand check(
      Ledger ledger,
      ServiceDefinition service,
      ReleaseRequested request,
      @Nullable PoolChecked pool,
      Agent agent,
      CommandHead head) {
    boolean urgent = Incidents.isUrgent(service, request);
    return switch (agent) {
      case HAPROXY ->
          new HaproxyCommand.CheckPool(
              head,
              service.pool(),
              service.loadBalancers(),
              service.nodes().stream().map(Commands::poolServer).toList(),
              urgent ? 0 : service.minimum(),
              mayBeOut(ledger, service, urgent),
              service.isWeighed(),
              service.goesOnWithout());
      case INCUS ->
          new IncusCommand.InspectInstances(
              head,
              service.nodes().stream().map(Commands::instance).toList(),
              service.install(),
              Strategies.installs(service.strategy()) ? request.artifact() : null,
              Strategies.installs(service.strategy()) ? request.rollbackArtifact() : null,
              request.files());
      case SLI ->
          new SliCommand.CheckSlis(
              head,
              service.isWatched() ? Queries.of(service, request.version()) : List.of(),
              Preflights.signing(service, urgent),
              BeforeTheStart.asked(service, request, ledger.leftOut().keySet(), pool),
              service.isWatched() ? BeforeTheStart.windows(service) : List.of());
    };
  }

  /// Of two groups one is out anyway; which one, and that all of it is, is judged here. In an
  /// incident anybody may be out, and who remains is judged here too ([Leaving]).
  private static List<String> mayBeOut(Ledger ledger, ServiceDefinition service, boolean urgent) {
    return service.isBlueGreen() || urgent
        ? service.nodes().stream().map(Node::name).sorted().toList()
        : ledger.leftOut().keySet().stream().sorted().toList();
  }

  /// @param first the first of the steps under way
  private static AgentCommand step(Ledger ledger, Rollout rollout, int first, CommandHead head) {
    int index = Batches.indexOf(rollout.steps(), first, head.node());
    Step step = rollout.steps().get(index);
    if (step.name() == StepName.HOOK) {
      return Hooking.command(rollout, Hooking.of(rollout, step), head);
    }
    ServiceDefinition service = rollout.service();
    Node node = service.node(Objects.requireNonNull(step.node())).orElseThrow();
    NodeRecord record = Objects.requireNonNull(rollout.nodes().get(node.name()));
    return switch (step.name()) {
      case DRAIN -> drain(rollout, index, node, record, head);
      case READY, MAINT ->
          new HaproxyCommand.ReadyServer(
              head,
              record.target(step.undo()),
              Deadlines.READY,
              rollout.missing(),
              Deadlines.rampOnce(step),
              service.isWeighed() && !step.undo());
      case SERVING -> serving(rollout, node, head);
      case SHIFT -> Shifting.command(rollout, step, head);
      case KEEP ->
          new IncusCommand.KeepBinary(
              head,
              instance(node),
              Returns.sparing(service.install(), rollout.request().artifact()),
              record.sha256(),
              record.filesBefore());
      case PUSH ->
          new IncusCommand.PushArtifact(
              head,
              instance(node),
              service.install(),
              rollout.request().artifact(),
              FileRecords.changes(rollout, record));
      case RESTART ->
          new IncusCommand.RestartUnits(
              head,
              instance(node),
              service.install(),
              Restarts.outworn(rollout, step, record),
              step.undo() && !Restarts.installs(rollout));
      case HEALTH ->
          new IncusCommand.CheckHealth(head, instance(node), service.install(), service.health());
      case SMOKE -> Smoke.command(rollout, node, head);
      case RESTORE -> restore(ledger, rollout, node, record, head);
      case ANALYSE, PAUSE, CATCH_UP, HOOK ->
          throw new IllegalStateException(step.name() + " is no command about a node");
    };
  }

  /// The peers of a drain are the nodes that do not leave with it: the minimum is what remains once
  /// all of a batch have left, so that no two of its drains can race each other past it (I2). What
  /// is put back where a drain forward fails is what the node has now: its share of the requests,
  /// or its place in rotation where it stood by before. One for a breach never brings the bad
  /// binary back, as none of a rollback does.
  private static HaproxyCommand drain(
      Rollout rollout, int index, Node node, NodeRecord record, CommandHead head) {
    ServiceDefinition service = rollout.service();
    boolean undo = rollout.steps().get(index).undo();
    List<String> leaving =
        Batches.together(rollout.steps(), index).stream()
            .map(it -> Objects.requireNonNull(rollout.steps().get(it).node()))
            .toList();
    boolean force =
        undo
            || service.drain().onTimeout() == ServiceDefinition.OnTimeout.FORCE
            || Steps.isForABreach(rollout.steps(), index);
    return new HaproxyCommand.DrainServer(
        head,
        service.pool(),
        service.loadBalancers(),
        node.server(),
        service.nodes().stream()
            .filter(other -> !leaving.contains(other.name()))
            .map(Commands::poolServer)
            .toList(),
        undo ? service.minimum() : Alone.minimum(service, node.name()),
        service.drain().within(),
        service.drain().tunnels().plus(later(rollout, index)),
        force ? OnTimeout.FORCE : OnTimeout.FAIL,
        undo ? Purpose.ROLLBACK : Purpose.FORWARD,
        service.rollback().waitForPeers(),
        undo ? record.settings() : record.asked(),
        rollout.missing());
  }

  /// How much longer a peer's tunnels may stay than the service says, where all peers leave at once
  /// for the canaries to serve alone: whoever is cut off reconnects to these, and not everybody in
  /// the same second. Less than what every deadline has on top ([Deadlines#SLACK]).
  private static Duration later(Rollout rollout, int index) {
    if (!Alone.isLeaving(rollout.steps().get(index))) {
      return Duration.ZERO;
    }
    int before = index - Batches.together(rollout.steps(), index).getFirst();
    Duration later = BETWEEN_RECONNECTS.multipliedBy(before);
    return later.compareTo(LATEST) < 0 ? later : LATEST;
  }

  private static HaproxyCommand serving(Rollout rollout, Node node, CommandHead head) {
    ServiceDefinition service = rollout.service();
    var check = service.loadBalancerHealth();
    String path = URI.create(service.health().url()).getRawPath();
    return new HaproxyCommand.CheckServing(
        head,
        service.pool(),
        service.loadBalancers(),
        node.server(),
        check != null ? check.path() : path.isEmpty() ? "/" : path,
        check == null ? null : check.host(),
        check == null ? null : check.ca(),
        Deadlines.serving(service),
        rollout.missing());
  }

  private static IncusCommand restore(
      Ledger ledger, Rollout rollout, Node node, NodeRecord record, CommandHead head) {
    Artifact named = rollout.request().rollbackArtifact();
    String digest = digestToRestore(rollout, record);
    return new IncusCommand.RestoreBinary(
        head,
        instance(node),
        rollout.service().install(),
        digest,
        named != null ? named : known(ledger, digest),
        Stream.of(record.sha256(), digest, rollout.request().artifact().sha256())
            .distinct()
            .toList(),
        record.instance() == null ? Map.of() : record.instance().unitFiles(),
        FileRecords.changes(rollout, record));
  }

  /// The digest that a rollback restores: what the node had, or what the request names instead.
  static String digestToRestore(Rollout rollout, NodeRecord record) {
    Artifact named = rollout.request().rollbackArtifact();
    return named == null ? record.sha256() : named.sha256();
  }

  private static @Nullable Artifact known(Ledger ledger, String sha256) {
    var good = ledger.lastKnownGood();
    return good != null && good.artifact().sha256().equals(sha256) ? good.artifact() : null;
  }

  /// Begins an analysis or renews its lease.
  static SliCommand watch(Rollout rollout, Watch watch, CommandHead head, Instant now) {
    return new SliCommand.WatchSlis(
        head,
        watch.id(),
        watch.start(),
        watch.interval(),
        watch.firstOpenSlot(),
        watch.lastSlot(),
        now.plus(LEASE),
        queries(rollout, watch));
  }

  private static List<SliQuery> queries(Rollout rollout, Watch watch) {
    String version = rollout.request().version();
    if (watch.isKept() && rollout.phase() instanceof Phase.Paused paused) {
      return Queries.of(rollout.service(), version, rollout.steps().get(paused.step()));
    }
    return rollout.steps().stream()
        .filter(step -> step.name() == StepName.ANALYSE)
        .filter(step -> Watching.idOf(rollout, step).equals(watch.id()))
        .findFirst()
        .map(step -> Queries.of(rollout.service(), version, step))
        .orElseGet(() -> Queries.of(rollout.service(), version));
  }

  private static PoolServer poolServer(Node node) {
    return new PoolServer(node.name(), node.server());
  }

  static InstanceRef instance(Node node) {
    return new InstanceRef(node.name(), node.instance(), node.host());
  }
}
