package dev.serin.contracts.haproxy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.serin.contracts.Check;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the haproxy-agent tells, on `serin.haproxy.events.v1`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface HaproxyEvent extends AgentEvent {

  /// A server as one load balancer sees it.
  ///
  /// @param node the node that it stands for
  /// @param address where HAProxy sends its requests, `address:port`; none where it does not say
  /// @param status HAProxy's own word (`UP`, `DOWN 1/2`, `MAINT`, `no check`, …)
  /// @param inRotation admitted, weight above 0, and up or unchecked
  /// @param cookie the value that pins a user to it; none where the pool pins nobody
  record ServerSeen(
      String node,
      ServerSetting setting,
      @Nullable String address,
      String status,
      boolean inRotation,
      @Nullable String cookie) {
    public ServerSeen {
      Check.name("node", node);
      Check.required("setting", setting);
      Check.required("status", status);
    }
  }

  /// How a person reaches a load balancer without Serin.
  ///
  /// @param shell the shell command that takes a line of the runtime API on its standard input,
  ///   `socat - UNIX-CONNECT:/run/haproxy/admin.sock` for example
  /// @param leavingMap the leaving map's file as HAProxy's configuration writes it; none where
  ///   there is none
  record RuntimeAccess(String loadBalancer, String shell, @Nullable String leavingMap) {
    public RuntimeAccess {
      Check.name("loadBalancer", loadBalancer);
      Check.text("shell", shell);
    }
  }

  /// The answer to [HaproxyCommand.CheckPool].
  ///
  /// @param access one for each load balancer
  /// @param problems what stands against a rollout; empty when the pool is fit for one
  /// @param warnings what the operator should know, and does not stop it
  /// @param missing the load balancers that don't answer, where the rollout goes on without them
  @JsonTypeName("pool-checked")
  record PoolChecked(
      @JsonUnwrapped AnswerHead head,
      List<ServerSeen> servers,
      List<RuntimeAccess> access,
      List<String> problems,
      List<String> warnings,
      List<String> missing)
      implements HaproxyEvent {
    public PoolChecked {
      Check.required("head", head);
      servers = Check.list(servers);
      access = Check.list(access);
      problems = Check.list(problems);
      warnings = Check.list(warnings);
      missing = Check.list(missing);
    }
  }

  /// No request is left on the server, and no new one reaches it.
  ///
  /// @param took how long it lasted
  /// @param sessionsCut requests that were cut at the deadline, 0 unless forced
  /// @param tunnelsClosed WebSockets that were closed after their grace
  /// @param belowMinimum whether a rollback went on although fewer than the minimum remained
  @JsonTypeName("server-drained")
  record ServerDrained(
      @JsonUnwrapped AnswerHead head,
      Duration took,
      int sessionsCut,
      int tunnelsClosed,
      boolean belowMinimum)
      implements HaproxyEvent {
    public ServerDrained {
      Check.required("head", head);
      Check.notNegative("took", took);
    }
  }

  /// Every load balancer has the server as asked, and in rotation where that was asked.
  ///
  /// @param ramping what a slow start of HAProxy's still withholds, one sentence a server and load
  ///   balancer; empty where none does, or none was asked about
  /// @param governed whose weight an agent check of HAProxy's has set, so that their state alone is
  ///   as asked, one sentence a server and load balancer; empty where none has
  @JsonTypeName("server-ready")
  record ServerReady(
      @JsonUnwrapped AnswerHead head,
      List<ServerSeen> servers,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> ramping,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> governed)
      implements HaproxyEvent {
    /// With all that the server is to get.
    public ServerReady(AnswerHead head, List<ServerSeen> servers) {
      this(head, servers, List.of(), List.of());
    }

    /// With the weights that were asked for.
    public ServerReady(AnswerHead head, List<ServerSeen> servers, List<String> ramping) {
      this(head, servers, ramping, List.of());
    }

    public ServerReady {
      Check.required("head", head);
      servers = Check.list(servers);
      ramping = Check.list(ramping);
      governed = Check.list(governed);
    }
  }

  /// That very server answered through every load balancer.
  ///
  /// @param proof how that is known, one sentence a load balancer
  @JsonTypeName("server-serving")
  record ServerServing(@JsonUnwrapped AnswerHead head, List<String> proof) implements HaproxyEvent {
    public ServerServing {
      Check.required("head", head);
      proof = Check.list(proof);
    }
  }

  /// The weights are as asked, read back.
  ///
  /// @param ramping what a slow start still withholds, as in [ServerReady]
  @JsonTypeName("servers-weighed")
  record ServersWeighed(
      @JsonUnwrapped AnswerHead head,
      List<ServerSeen> servers,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> ramping)
      implements HaproxyEvent {
    /// With all that the weights say.
    public ServersWeighed(AnswerHead head, List<ServerSeen> servers) {
      this(head, servers, List.of());
    }

    public ServersWeighed {
      Check.required("head", head);
      servers = Check.list(servers);
      ramping = Check.list(ramping);
    }
  }

  /// The command did not have its effect.
  @JsonTypeName("haproxy-command-failed")
  record Failed(@JsonUnwrapped AnswerHead head, Failure failure) implements HaproxyEvent {
    public Failed {
      Check.required("head", head);
      Check.required("failure", failure);
    }
  }

  /// A server that was not as asked on one load balancer and in one pool.
  ///
  /// @param status HAProxy's own word for what it is
  /// @param leavingAsked whether its cookie belongs on the leaving map
  record Drift(
      String node,
      ServerSetting asked,
      ServerSetting found,
      boolean leavingAsked,
      boolean leavingFound,
      String status) {
    public Drift {
      Check.name("node", node);
      Check.required("asked", asked);
      Check.required("found", found);
      Check.required("status", status);
    }
  }

  /// Why a server was not as asked, where that is Serin's to put right.
  enum DriftCause {
    /// HAProxy was reloaded or restarted, and has forgotten it.
    FORGOTTEN,
    /// An earlier command of Serin's own had its effect late: a process of its that was held up, or
    /// a load balancer that was.
    LATE,
    /// The load balancer was out of reach when Serin asked for something else.
    MISSED,
    /// The dead man's switch had taken it out, and somebody watches again, or has no more to watch.
    SWITCH
  }

  /// What was asked is there again, read back.
  @JsonTypeName("drift-mended")
  record DriftMended(@JsonUnwrapped AnswerHead head, DriftCause cause, List<Drift> drifts)
      implements HaproxyEvent {
    public DriftMended {
      Check.required("head", head);
      Check.required("cause", cause);
      drifts = Check.list(drifts);
    }
  }

  /// What was asked could not be put back.
  @JsonTypeName("drift-remains")
  record DriftRemains(
      @JsonUnwrapped AnswerHead head, DriftCause cause, List<Drift> drifts, Failure failure)
      implements HaproxyEvent {
    public DriftRemains {
      Check.required("head", head);
      Check.required("cause", cause);
      drifts = Check.list(drifts);
      Check.required("failure", failure);
    }
  }

  /// Somebody else has changed servers by hand; nothing was reverted.
  @JsonTypeName("servers-changed-by-hand")
  record ServersChangedByHand(@JsonUnwrapped AnswerHead head, List<Drift> drifts)
      implements HaproxyEvent {
    public ServersChangedByHand {
      Check.required("head", head);
      drifts = Check.list(drifts);
    }
  }

  /// A server's share of the pool's requests on one load balancer, in per cent.
  ///
  /// @param configured of the weights in rotation, 0 to 100
  /// @param observed of the requests since the last time it was told; none where there were none
  /// @param newSessions of those of them that the balancing gave away: users who follow a cookie
  ///   are left out; none where there were none
  record TrafficShare(
      String node,
      String loadBalancer,
      String pool,
      double configured,
      @Nullable Double observed,
      @Nullable Double newSessions) {
    public TrafficShare {
      Check.name("node", node);
      Check.name("loadBalancer", loadBalancer);
      Check.name("pool", pool);
    }
  }

  /// A load balancer that did not answer a guard, twice in a row or more.
  ///
  /// @param failure what came instead of an answer
  record SilentLoadBalancer(String loadBalancer, Failure failure) {
    public SilentLoadBalancer {
      Check.name("loadBalancer", loadBalancer);
      Check.required("failure", failure);
    }
  }

  /// What a guard sees: told when it begins, when rotation changes, and every ten seconds. While a
  /// load balancer is silent nothing is known of the whole: that is told once, when others fall
  /// silent or answer again, and then no more until all answer.
  ///
  /// @param servers as far as their load balancers answer
  /// @param shares empty while a load balancer is silent
  /// @param inRotation nodes that are admitted, weighed above 0 and up on every load balancer;
  ///   empty while one is silent
  /// @param silent the load balancers that don't answer; none in what agents told before there was
  ///   such a field
  @JsonTypeName("traffic-observed")
  record TrafficObserved(
      @JsonUnwrapped AnswerHead head,
      List<ServerSeen> servers,
      List<TrafficShare> shares,
      List<String> inRotation,
      List<SilentLoadBalancer> silent)
      implements HaproxyEvent {
    public TrafficObserved {
      Check.required("head", head);
      servers = Check.list(servers);
      shares = Check.list(shares);
      inRotation = Check.list(inRotation);
      silent = Check.list(silent);
    }
  }

  /// Nobody has watched the canary for its period: the switch has gone off.
  ///
  /// @param expiredAt when the last proof of watching ran out
  /// @param action what the service asks for then
  /// @param drained the nodes that are out of rotation by it; empty when it only tells
  /// @param failure why a canary is still in rotation; none where it isn't, or was not to leave
  @JsonTypeName("dead-man-went-off")
  record DeadManWentOff(
      @JsonUnwrapped AnswerHead head,
      Instant expiredAt,
      HaproxyCommand.DeadManAction action,
      List<String> drained,
      @Nullable Failure failure)
      implements HaproxyEvent {
    public DeadManWentOff {
      Check.required("head", head);
      Check.required("expiredAt", expiredAt);
      Check.required("action", action);
      drained = Check.list(drained);
    }
  }
}
