package dev.serin.contracts.haproxy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.serin.contracts.Check;
import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandHead;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the haproxy-agent is told to do, on `serin.haproxy.commands.v1`. Every command names all
/// the load balancers and pools that it is about, and is done when all of them say so.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface HaproxyCommand extends AgentCommand {

  /// What a drain does when requests are left at its deadline.
  enum OnTimeout {
    /// The node comes back into rotation and the step has failed.
    FAIL,
    /// The sessions that are left are cut, and counted.
    FORCE
  }

  /// Whether a command goes forward or undoes something.
  enum Purpose {
    FORWARD,
    /// Part of a rollback: a drain always forces and never brings the node back by itself.
    ROLLBACK
  }

  /// A node and its server line, the same in every pool and on every load balancer.
  record PoolServer(String node, String server) {
    public PoolServer {
      Check.name("node", node);
      Check.name("server", server);
    }
  }

  /// Looks, changes nothing: are the load balancers there, do they know the servers, is the pool
  /// healthy, do enough nodes stay when one leaves?
  ///
  /// @param servers all the nodes of the service
  /// @param minAvailable how many nodes must stay in rotation when one leaves
  /// @param leftOut nodes that an earlier rollout left out of rotation: they may be out
  /// @param weighed whether traffic is to be shared by weights: then the pool must heed them, and
  ///   have no servers but these
  /// @param goesOnWithout whether a load balancer that does not answer is only warned of, as long
  ///   as another one does
  @JsonTypeName("check-pool")
  record CheckPool(
      @JsonUnwrapped CommandHead head,
      List<String> pools,
      List<String> loadBalancers,
      List<PoolServer> servers,
      int minAvailable,
      List<String> leftOut,
      boolean weighed,
      boolean goesOnWithout)
      implements HaproxyCommand {
    public CheckPool {
      Check.required("head", head);
      pools = Check.list(pools);
      loadBalancers = Check.list(loadBalancers);
      servers = Check.list(servers);
      leftOut = Check.list(leftOut);
    }
  }

  /// Takes a server out of rotation: nothing new reaches it, nobody in flight is cut.
  ///
  /// @param peers the other nodes of the service, of which `minAvailable` must stay in rotation
  ///   (I2)
  /// @param within how long requests in flight may take, above 0
  /// @param tunnels how long WebSockets may stay once only they are left, 0 or more
  /// @param onTimeout what happens when requests are left after `within`; `FORCE` in a rollback
  /// @param waitForPeers in a rollback, how long to wait for the minimum before going on without it
  /// @param restore what the server goes back to when a forward drain fails
  /// @param mayBeSilent the load balancers that it does without where they don't answer
  @JsonTypeName("drain-server")
  record DrainServer(
      @JsonUnwrapped CommandHead head,
      List<String> pools,
      List<String> loadBalancers,
      String server,
      List<PoolServer> peers,
      int minAvailable,
      Duration within,
      Duration tunnels,
      OnTimeout onTimeout,
      Purpose purpose,
      Duration waitForPeers,
      List<ServerSetting> restore,
      List<String> mayBeSilent)
      implements HaproxyCommand {
    public DrainServer {
      Check.required("head", head);
      pools = Check.list(pools);
      loadBalancers = Check.list(loadBalancers);
      Check.name("server", server);
      peers = Check.list(peers);
      Check.positive("within", within);
      Check.notNegative("tunnels", tunnels);
      Check.required("onTimeout", onTimeout);
      Check.required("purpose", purpose);
      Check.notNegative("waitForPeers", waitForPeers);
      restore = Check.list(restore);
      mayBeSilent = Check.list(mayBeSilent);
    }
  }

  /// Puts a server into the given state and weight on every load balancer, takes it off the leaving
  /// maps, and waits until HAProxy itself has it in rotation where its state is `READY`.
  ///
  /// @param settings what each load balancer shall have
  /// @param within how long HAProxy may take to see the server up, above 0
  /// @param mayBeSilent the load balancers that it does without where they don't answer
  /// @param ramp how long a slow start is waited for after that, before the answer says how far it
  ///   is; 0, as where it is missing, where nobody asks about it
  /// @param weighed whether traffic is shared by weights: then one that an agent check of HAProxy's
  ///   has set is a foreign one. Else, as where it is missing, such a weight is left to the agent
  @JsonTypeName("ready-server")
  record ReadyServer(
      @JsonUnwrapped CommandHead head,
      List<ServerSetting> settings,
      Duration within,
      List<String> mayBeSilent,
      Duration ramp,
      boolean weighed)
      implements HaproxyCommand {
    /// Where no traffic is shared by weights.
    public ReadyServer(
        CommandHead head,
        List<ServerSetting> settings,
        Duration within,
        List<String> mayBeSilent,
        Duration ramp) {
      this(head, settings, within, mayBeSilent, ramp, false);
    }

    public ReadyServer {
      Check.required("head", head);
      settings = Check.list(settings);
      Check.positive("within", within);
      mayBeSilent = Check.list(mayBeSilent);
      ramp = Check.orZero("ramp", ramp);
    }
  }

  /// Sends requests through each load balancer until that very server has answered one with a
  /// status below 400.
  ///
  /// @param server the server that must answer
  /// @param path the path to ask for, beginning with `/`
  /// @param host the `Host` header; none for the load balancer's own address
  /// @param ca a PEM file that HTTPS front ends are verified with; none for the system's
  /// @param within how long it may take, above 0
  /// @param mayBeSilent the load balancers that it does without where they don't answer
  @JsonTypeName("check-serving")
  record CheckServing(
      @JsonUnwrapped CommandHead head,
      List<String> pools,
      List<String> loadBalancers,
      String server,
      String path,
      @Nullable String host,
      @Nullable String ca,
      Duration within,
      List<String> mayBeSilent)
      implements HaproxyCommand {
    public CheckServing {
      Check.required("head", head);
      pools = Check.list(pools);
      loadBalancers = Check.list(loadBalancers);
      Check.name("server", server);
      Check.text("path", path);
      Check.positive("within", within);
      mayBeSilent = Check.list(mayBeSilent);
    }
  }

  /// Gives servers the weights named, one after the other, and reads them back. States stay as they
  /// are.
  ///
  /// @param servers the nodes that they stand for
  /// @param settings in the order in which they are set
  /// @param mayBeSilent the load balancers that it does without where they don't answer
  /// @param ramp how long a slow start is waited for, before the answer says how far it is; 0, as
  ///   where it is missing, where nobody asks about it
  @JsonTypeName("weigh-servers")
  record WeighServers(
      @JsonUnwrapped CommandHead head,
      List<PoolServer> servers,
      List<ServerSetting> settings,
      List<String> mayBeSilent,
      Duration ramp)
      implements HaproxyCommand {
    public WeighServers {
      Check.required("head", head);
      servers = Check.list(servers);
      settings = Check.list(settings);
      mayBeSilent = Check.list(mayBeSilent);
      ramp = Check.orZero("ramp", ramp);
    }
  }

  /// A server as Serin has asked for it, on every load balancer and in every pool.
  ///
  /// @param settings state and weight asked for
  /// @param leaving whether its cookie belongs on the leaving maps
  /// @param inWork whether a command is about it now: what it has is that command's
  /// @param earlier what Serin asked of it before in this rollout: found again, it may be a command
  ///   of then that came late
  /// @param drained whether a step of this rollout has told it to leave: then a load balancer that
  ///   has not answered since may have it drained by that step, and not by a person
  record GuardedServer(
      String node,
      List<ServerSetting> settings,
      boolean leaving,
      boolean inWork,
      List<ServerSetting> earlier,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean drained) {
    /// One that no step has told to leave.
    public GuardedServer(
        String node,
        List<ServerSetting> settings,
        boolean leaving,
        boolean inWork,
        List<ServerSetting> earlier) {
      this(node, settings, leaving, inWork, earlier, false);
    }

    public GuardedServer {
      Check.name("node", node);
      settings = Check.list(settings);
      earlier = Check.list(earlier);
    }
  }

  /// What happens when nobody watches a canary that takes traffic.
  enum DeadManAction {
    /// It leaves rotation, once its peers are back.
    DRAIN,
    /// It is only told of.
    ALERT
  }

  /// The dead man's switch of a watched canary. It goes off at `expiresAt` unless a later command
  /// has moved that, whoever else is gone by then. An agent that starts anew grants one full
  /// period.
  ///
  /// @param nodes the canaries
  /// @param period how long nobody may have watched: 60 s or more by the service's definition,
  ///   above 0 and at most [#LONGEST]
  /// @param expiresAt the newest proof of watching and the period after it: an absolute instant, so
  ///   that a replayed backlog proves nothing
  /// @param restore the peers as they were before the rollout: they come back before the canary
  ///   leaves
  /// @param minAvailable how many nodes must stay in rotation when the canary leaves
  record DeadMan(
      List<String> nodes,
      Duration period,
      Instant expiresAt,
      DeadManAction action,
      List<GuardedServer> restore,
      int minAvailable) {
    /// A switch that waits longer is none.
    public static final Duration LONGEST = Duration.ofDays(7);

    public DeadMan {
      nodes = Check.list(nodes);
      Check.positive("period", period);
      if (period.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "period: expected at most " + LONGEST + ", was " + period);
      }
      Check.required("expiresAt", expiresAt);
      Check.required("action", action);
      restore = Check.list(restore);
    }
  }

  /// Begins to guard a service's servers, or renews the guard: the agent compares what was asked
  /// with what each load balancer has, puts back what a reload forgot or a stale instance of its
  /// own wrote, and tells of everything else. A node is guarded only while no command for it is
  /// newer than this one. The newest of a service counts; its fence says which that is.
  ///
  /// @param servers all the nodes of the service, as asked
  /// @param leaseUntil without a renewal the guard ends then; the dead man's switch does not
  /// @param deadMan none where no canary takes traffic unproven: the switch is disarmed
  /// @param weighed as in [ReadyServer]
  @JsonTypeName("guard-servers")
  record GuardServers(
      @JsonUnwrapped CommandHead head,
      List<GuardedServer> servers,
      Instant leaseUntil,
      @Nullable DeadMan deadMan,
      boolean weighed)
      implements HaproxyCommand {
    /// Where no traffic is shared by weights.
    public GuardServers(
        CommandHead head,
        List<GuardedServer> servers,
        Instant leaseUntil,
        @Nullable DeadMan deadMan) {
      this(head, servers, leaseUntil, deadMan, false);
    }

    public GuardServers {
      Check.required("head", head);
      servers = Check.list(servers);
      Check.required("leaseUntil", leaseUntil);
    }

    @Override
    public boolean renews() {
      return true;
    }

    @Override
    public List<Ahead> ahead() {
      return deadMan == null
          ? List.of(Ahead.lease(leaseUntil))
          : List.of(
              Ahead.lease(leaseUntil), Ahead.planned("deadMan.expiresAt", deadMan.expiresAt()));
    }
  }

  /// Ends a guard and disarms its switch: the rollout is over, or a person has taken over.
  ///
  /// @param handsOff whether a person has: what is under way for the service's nodes ends too, and
  ///   nothing is put back
  /// @param servers how the rollout leaves its nodes: for a minute more, a command of its own that
  ///   comes late is put back to this; empty where nothing is
  @JsonTypeName("stop-guarding-servers")
  record StopGuardingServers(
      @JsonUnwrapped CommandHead head, boolean handsOff, List<GuardedServer> servers)
      implements HaproxyCommand {
    public StopGuardingServers {
      Check.required("head", head);
      servers = Check.list(servers);
    }

    @Override
    public boolean endsOthers() {
      return handsOff;
    }
  }
}
