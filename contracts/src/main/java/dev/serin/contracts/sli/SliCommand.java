package dev.serin.contracts.sli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.serin.contracts.Check;
import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.service.Hook;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// What the sli-watcher is told to do, on `serin.sli.commands.v1`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface SliCommand extends AgentCommand {

  /// Asks each query once, now: does Prometheus answer, and with one number? And are the secrets
  /// there that hooks are signed with? Nobody is called.
  ///
  /// @param slis as they will be asked of the canary; not judged
  /// @param hooks whom the rollout will call; none where it is missing
  /// @param before as they are asked of the nodes that serve now, and judged as a probe's are; none
  ///   where nothing is measured before the start
  /// @param windows those to come in which SLIs are compared; what they can find is told
  @JsonTypeName("check-slis")
  record CheckSlis(
      @JsonUnwrapped CommandHead head,
      List<SliQuery> slis,
      List<Hook> hooks,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliQuery> before,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PlannedWindow> windows)
      implements SliCommand {
    public CheckSlis {
      Check.required("head", head);
      slis = Check.list(slis);
      hooks = Check.list(hooks);
      before = Check.list(before);
      windows = Check.list(windows);
    }

    /// Where nothing is measured before the start.
    public CheckSlis(CommandHead head, List<SliQuery> slis, List<Hook> hooks) {
      this(head, slis, hooks, List.of(), List.of());
    }
  }

  /// Begins an analysis, or renews its lease. Slot `k` (1, 2, …) is due at `start + k × interval`;
  /// a slot that is past is probed as of its own time. Without renewal it ends at `leaseUntil`.
  ///
  /// @param analysisId names the analysis; a second command with the same name renews it
  /// @param fromSlot the first slot that the coordinator has no probe of, 1 or more
  /// @param lastSlot the last slot wanted so far; a renewal may raise it
  @JsonTypeName("watch-slis")
  record WatchSlis(
      @JsonUnwrapped CommandHead head,
      String analysisId,
      Instant start,
      Duration interval,
      int fromSlot,
      int lastSlot,
      Instant leaseUntil,
      List<SliQuery> slis)
      implements SliCommand {
    public WatchSlis {
      Check.required("head", head);
      Check.text("analysisId", analysisId);
      Check.required("start", start);
      Check.positive("interval", interval);
      Check.atLeast("fromSlot", 1, fromSlot);
      Check.required("leaseUntil", leaseUntil);
      slis = Check.list(slis);
    }

    @Override
    public boolean renews() {
      return true;
    }

    @Override
    public List<Ahead> ahead() {
      return List.of(Ahead.lease(leaseUntil), Ahead.planned("start", start));
    }
  }

  /// Ends an analysis; unknown ones are none the worse for it.
  @JsonTypeName("stop-watching")
  record StopWatching(@JsonUnwrapped CommandHead head, String analysisId) implements SliCommand {
    public StopWatching {
      Check.required("head", head);
      Check.text("analysisId", analysisId);
    }
  }

  /// Calls somebody outside over HTTP, again where no usable answer comes. The command's id is the
  /// call's `Idempotency-Key`: over a restart of the watcher it may be called twice.
  ///
  /// @param hook whom, how often and how long; the secret's name, never the secret
  /// @param call what is said
  @JsonTypeName("call-hook")
  record CallHook(@JsonUnwrapped CommandHead head, Hook hook, HookCall call) implements SliCommand {
    public CallHook {
      Check.required("head", head);
      Check.required("hook", hook);
      Check.required("call", call);
    }
  }
}
