package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyEvent.RuntimeAccess;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Step;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The active rollout of a service.
///
/// @param service the definition it runs by, as it was at the start, with the release's overrides
/// @param sequence of its newest event
/// @param steps forward, then those of a rollback
/// @param nodes by name; empty before preflight has passed
/// @param message one sentence on why it is where it is
/// @param seen what the load balancers were last seen to do
/// @param guardAt when the guard over the load balancers is renewed; none before there is one
/// @param lookAt when the instances are looked at next; none where nobody looks
/// @param access how a person reaches each load balancer
/// @param provenUntil when the dead man's switch goes off without another proof of watching; a
///   rollback, which gives none, goes by the one from before it. None where no canary takes traffic
///   unproven
public record Rollout(
    String rolloutId,
    ReleaseRequested request,
    ServiceDefinition service,
    Instant queuedAt,
    Instant startedAt,
    long sequence,
    Phase phase,
    List<Step> steps,
    Map<String, NodeRecord> nodes,
    List<Pending> pending,
    @Nullable ProbeView lastProbe,
    String message,
    Seen seen,
    @Nullable Instant guardAt,
    @Nullable Instant lookAt,
    List<RuntimeAccess> access,
    @Nullable Instant provenUntil) {
  /// What the haproxy-agent's guard sees.
  ///
  /// @param traffic each node's share
  /// @param inRotation the nodes that take requests everywhere
  public record Seen(Map<String, NodeView.Traffic> traffic, List<String> inRotation) {
    public Seen {
      traffic = Map.copyOf(traffic);
      inRotation = List.copyOf(inRotation);
    }

    static Seen nothing() {
      return new Seen(Map.of(), List.of());
    }
  }

  public Rollout {
    steps = List.copyOf(steps);
    nodes = Map.copyOf(nodes);
    pending = List.copyOf(pending);
    access = access == null ? List.of() : List.copyOf(access);
  }

  Rollout in(Phase now, String why) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        now,
        steps,
        nodes,
        pending,
        lastProbe,
        why,
        seen,
        guardAt,
        lookAt,
        access,
        provenUntil);
  }

  Rollout numbered(long newest) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        newest,
        phase,
        steps,
        nodes,
        pending,
        lastProbe,
        message,
        seen,
        guardAt,
        lookAt,
        access,
        provenUntil);
  }

  Rollout doing(List<Step> all) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        phase,
        all,
        nodes,
        pending,
        lastProbe,
        message,
        seen,
        guardAt,
        lookAt,
        access,
        provenUntil);
  }

  Rollout knowing(Map<String, NodeRecord> all) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        phase,
        steps,
        all,
        pending,
        lastProbe,
        message,
        seen,
        guardAt,
        lookAt,
        access,
        provenUntil);
  }

  Rollout awaiting(List<Pending> all) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        phase,
        steps,
        nodes,
        all,
        lastProbe,
        message,
        seen,
        guardAt,
        lookAt,
        access,
        provenUntil);
  }

  Rollout probed(ProbeView newest) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        phase,
        steps,
        nodes,
        pending,
        newest,
        message,
        seen,
        guardAt,
        lookAt,
        access,
        provenUntil);
  }

  Rollout seeing(Seen newest) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        phase,
        steps,
        nodes,
        pending,
        lastProbe,
        message,
        newest,
        guardAt,
        lookAt,
        access,
        provenUntil);
  }

  Rollout guardedUntil(@Nullable Instant renewal) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        phase,
        steps,
        nodes,
        pending,
        lastProbe,
        message,
        seen,
        renewal,
        lookAt,
        access,
        provenUntil);
  }

  Rollout lookedAtUntil(@Nullable Instant next) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        phase,
        steps,
        nodes,
        pending,
        lastProbe,
        message,
        seen,
        guardAt,
        next,
        access,
        provenUntil);
  }

  Rollout reachedBy(List<RuntimeAccess> ways) {
    return new Rollout(
        rolloutId,
        request,
        service,
        queuedAt,
        startedAt,
        sequence,
        phase,
        steps,
        nodes,
        pending,
        lastProbe,
        message,
        seen,
        guardAt,
        lookAt,
        ways,
        provenUntil);
  }

  Rollout provenUntil(@Nullable Instant newest) {
    return new Rollout(
        rolloutId, request, service, queuedAt, startedAt, sequence, phase, steps, nodes, pending,
        lastProbe, message, seen, guardAt, lookAt, access, newest);
  }
}
