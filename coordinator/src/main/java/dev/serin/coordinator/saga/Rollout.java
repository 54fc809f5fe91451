package dev.serin.coordinator.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyEvent.RuntimeAccess;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Step;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The active rollout of a service.
///
/// @param service the definition it runs by, as it was at the start, with the release's overrides;
///   of two groups the canaries are the one that comes, as preflight found it
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
/// @param missing the load balancers that don't answer and that it goes on without; none in a
///   ledger from before there was such a field
/// @param doubt a red probe that is not acted on yet; none where there is none
/// @param aloneAt when the newest look was asked for that has found nobody else's hand on the nodes
///   of an analysis; none before there was one
/// @param handAt when a hand on such a node was told of last; none before there was one
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
    @Nullable Instant provenUntil,
    List<String> missing,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Doubt doubt,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant aloneAt,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant handAt) {
  /// What the haproxy-agent's guard sees.
  ///
  /// @param traffic each node's share
  /// @param inRotation the nodes that take requests everywhere
  /// @param silent the load balancers that don't answer, so that the rest is not known; none in a
  ///   ledger from before there was such a field
  /// @param fence that of the guard by which it was seen; 0 where nothing was seen yet
  /// @param at when it was seen, by the agent's clock; none where nothing was seen yet
  /// @param tooFewSince by that clock, since when fewer are in rotation than may be while the
  ///   canaries serve alone ([ServingAlone]); none where enough are, or it is not known
  public record Seen(
      Map<String, NodeView.Traffic> traffic,
      List<String> inRotation,
      List<String> silent,
      long fence,
      @Nullable Instant at,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant tooFewSince) {
    public Seen {
      traffic = Map.copyOf(traffic);
      inRotation = List.copyOf(inRotation);
      silent = silent == null ? List.of() : List.copyOf(silent);
    }

    static Seen nothing() {
      return new Seen(Map.of(), List.of(), List.of(), 0, null, null);
    }

    /// Whether that was seen before this: what is told again, or late, is no news.
    boolean isNewerThan(AnswerHead other) {
      return other.fence() < fence
          || (other.fence() == fence && at != null && other.at().isBefore(at));
    }
  }

  public Rollout {
    steps = List.copyOf(steps);
    nodes = Map.copyOf(nodes);
    pending = List.copyOf(pending);
    access = access == null ? List.of() : List.copyOf(access);
    missing = missing == null ? List.of() : List.copyOf(missing);
  }

  Rollout in(Phase now, String why) {
    return with(it -> {
      it.phase = now;
      it.message = why;
    });
  }

  Rollout planned(ServiceDefinition by, List<Step> all) {
    return with(it -> {
      it.service = by;
      it.steps = all;
    });
  }

  Rollout numbered(long newest) {
    return with(it -> it.sequence = newest);
  }

  Rollout doing(List<Step> all) {
    return with(it -> it.steps = all);
  }

  Rollout knowing(Map<String, NodeRecord> all) {
    return with(it -> it.nodes = all);
  }

  Rollout awaiting(List<Pending> all) {
    return with(it -> it.pending = all);
  }

  Rollout probed(ProbeView newest) {
    return with(it -> it.lastProbe = newest);
  }

  Rollout seeing(Seen newest) {
    return with(it -> it.seen = newest);
  }

  Rollout guardedUntil(@Nullable Instant renewal) {
    return with(it -> it.guardAt = renewal);
  }

  Rollout lookedAtUntil(@Nullable Instant next) {
    return with(it -> it.lookAt = next);
  }

  Rollout reachedBy(List<RuntimeAccess> ways) {
    return with(it -> it.access = ways);
  }

  Rollout provenUntil(@Nullable Instant newest) {
    return with(it -> it.provenUntil = newest);
  }

  Rollout without(List<String> silent) {
    return with(it -> it.missing = silent);
  }

  Rollout doubting(@Nullable Doubt about) {
    return with(it -> it.doubt = about);
  }

  Rollout aloneSince(Instant look) {
    return with(it -> it.aloneAt = look);
  }

  Rollout touchedAt(Instant hand) {
    return with(it -> it.handAt = hand);
  }

  private Rollout with(Consumer<Change> change) {
    Change it = new Change(this);
    change.accept(it);
    return it.made();
  }

  /// A rollout on its way to the next: what is not set stays.
  private static final class Change {
    private String rolloutId;
    private ReleaseRequested request;
    private ServiceDefinition service;
    private Instant queuedAt;
    private Instant startedAt;
    private long sequence;
    private Phase phase;
    private List<Step> steps;
    private Map<String, NodeRecord> nodes;
    private List<Pending> pending;
    private @Nullable ProbeView lastProbe;
    private String message;
    private Seen seen;
    private @Nullable Instant guardAt;
    private @Nullable Instant lookAt;
    private List<RuntimeAccess> access;
    private @Nullable Instant provenUntil;
    private List<String> missing;
    private @Nullable Doubt doubt;
    private @Nullable Instant aloneAt;
    private @Nullable Instant handAt;

    Change(Rollout from) {
      rolloutId = from.rolloutId;
      request = from.request;
      service = from.service;
      queuedAt = from.queuedAt;
      startedAt = from.startedAt;
      sequence = from.sequence;
      phase = from.phase;
      steps = from.steps;
      nodes = from.nodes;
      pending = from.pending;
      lastProbe = from.lastProbe;
      message = from.message;
      seen = from.seen;
      guardAt = from.guardAt;
      lookAt = from.lookAt;
      access = from.access;
      provenUntil = from.provenUntil;
      missing = from.missing;
      doubt = from.doubt;
      aloneAt = from.aloneAt;
      handAt = from.handAt;
    }

    Rollout made() {
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
          access,
          provenUntil,
          missing,
          doubt,
          aloneAt,
          handAt);
    }
  }
}
