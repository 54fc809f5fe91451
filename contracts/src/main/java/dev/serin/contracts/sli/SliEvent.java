package dev.serin.contracts.sli;

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

/// What the sli-watcher tells, on `serin.sli.events.v1`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface SliEvent extends AgentEvent {

  /// The answer to [SliCommand.CheckSlis].
  ///
  /// @param results one for each SLI; a verdict says only whether there is a value, not whether it
  ///   is within its limits
  /// @param problems what stands against a rollout: Prometheus away, a query refused
  /// @param warnings what does not: a query that matches nothing now
  /// @param before one for each SLI that was to be measured of the nodes that serve now, judged as
  ///   a probe's is; empty where none was, or from a watcher that does not know of it
  /// @param power what each window to come can find by comparison
  @JsonTypeName("slis-checked")
  record SlisChecked(
      @JsonUnwrapped AnswerHead head,
      List<SliResult> results,
      List<String> problems,
      List<String> warnings,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliResult> before,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliPower> power)
      implements SliEvent {
    public SlisChecked {
      Check.required("head", head);
      results = Check.list(results);
      problems = Check.list(problems);
      warnings = Check.list(warnings);
      before = Check.list(before);
      power = Check.list(power);
    }

    /// Where nothing was measured before the start.
    public SlisChecked(
        AnswerHead head, List<SliResult> results, List<String> problems, List<String> warnings) {
      this(head, results, problems, warnings, List.of(), List.of());
    }
  }

  /// One slot of an analysis is judged.
  ///
  /// @param slot which, 1 or more
  /// @param slotAt the instant that it was judged for
  @JsonTypeName("slot-probed")
  record SlotProbed(
      @JsonUnwrapped AnswerHead head,
      String analysisId,
      int slot,
      Instant slotAt,
      Verdict verdict,
      List<SliResult> results)
      implements SliEvent {
    public SlotProbed {
      Check.required("head", head);
      Check.text("analysisId", analysisId);
      Check.atLeast("slot", 1, slot);
      Check.required("slotAt", slotAt);
      Check.required("verdict", verdict);
      results = Check.list(results);
    }
  }

  /// The answer to [SliCommand.CallHook].
  ///
  /// @param hook which hook
  /// @param verdict what its answer comes to
  /// @param reason in its own words, or why there is no answer; empty where it gave none
  /// @param attempts how often it was called, 0 or more
  /// @param took how long all of them took, 0 or more
  @JsonTypeName("hook-answered")
  record HookAnswered(
      @JsonUnwrapped AnswerHead head,
      String hook,
      HookVerdict verdict,
      String reason,
      int attempts,
      Duration took)
      implements SliEvent {
    public HookAnswered {
      Check.required("head", head);
      Check.name("hook", hook);
      Check.required("verdict", verdict);
      Check.required("reason", reason);
      Check.atLeast("attempts", 0, attempts);
      Check.notNegative("took", took);
    }
  }

  /// The command could not be carried out at all.
  @JsonTypeName("sli-command-failed")
  record Failed(@JsonUnwrapped AnswerHead head, Failure failure) implements SliEvent {
    public Failed {
      Check.required("head", head);
      Check.required("failure", failure);
    }
  }
}
