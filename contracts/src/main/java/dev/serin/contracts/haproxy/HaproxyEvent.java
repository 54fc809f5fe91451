package dev.serin.contracts.haproxy;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.serin.contracts.Check;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import java.time.Duration;
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
  record ServerSeen(
      String node,
      ServerSetting setting,
      @Nullable String address,
      String status,
      boolean inRotation) {
    public ServerSeen {
      Check.name("node", node);
      Check.required("setting", setting);
      Check.required("status", status);
    }
  }

  /// The answer to [HaproxyCommand.CheckPool].
  ///
  /// @param problems what stands against a rollout; empty when the pool is fit for one
  /// @param warnings what the operator should know, and does not stop it
  @JsonTypeName("pool-checked")
  record PoolChecked(
      @JsonUnwrapped AnswerHead head,
      List<ServerSeen> servers,
      List<String> problems,
      List<String> warnings)
      implements HaproxyEvent {
    public PoolChecked {
      Check.required("head", head);
      servers = Check.list(servers);
      problems = Check.list(problems);
      warnings = Check.list(warnings);
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
  @JsonTypeName("server-ready")
  record ServerReady(@JsonUnwrapped AnswerHead head, List<ServerSeen> servers)
      implements HaproxyEvent {
    public ServerReady {
      Check.required("head", head);
      servers = Check.list(servers);
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
  @JsonTypeName("server-weighed")
  record ServerWeighed(@JsonUnwrapped AnswerHead head, List<ServerSeen> servers)
      implements HaproxyEvent {
    public ServerWeighed {
      Check.required("head", head);
      servers = Check.list(servers);
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
}
