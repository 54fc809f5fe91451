package dev.serin.coordinator.saga;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.serin.contracts.Check;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where an active rollout is, with what it must remember there.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "phase")
public sealed interface Phase {
  /// The phase as everybody sees it.
  RolloutPhase shown();

  /// The rollback that is under way, or goes on once a pause is over; none on the way forward.
  default @Nullable RollingBack wayBack() {
    return switch (this) {
      case RollingBack back -> back;
      case Paused paused -> paused.back();
      default -> null;
    };
  }

  /// All checks at once.
  ///
  /// @param problems what agents that could not check at all have said, and who was asked outside
  /// @param warnings what does not stand against a rollout
  @JsonTypeName("preflight")
  record Preflight(
      @Nullable PoolChecked pool,
      @Nullable InstancesInspected instances,
      @Nullable SlisChecked slis,
      List<String> problems,
      List<String> warnings)
      implements Phase {
    public Preflight {
      problems = Check.list(problems);
      warnings = Check.list(warnings);
    }

    @Override
    public RolloutPhase shown() {
      return RolloutPhase.PREFLIGHT;
    }
  }

  /// A step on a node.
  ///
  /// @param step its index among the rollout's steps
  @JsonTypeName("rolling")
  record Rolling(int step) implements Phase {
    @Override
    public RolloutPhase shown() {
      return RolloutPhase.ROLLING;
    }
  }

  /// The analysis: of a window, or in one of the plan's pauses.
  @JsonTypeName("watching")
  record Watching(int step, Watch watch) implements Phase {
    @Override
    public RolloutPhase shown() {
      return watch.isPause() ? RolloutPhase.PAUSED : RolloutPhase.ANALYSING;
    }
  }

  /// It waits for a person.
  ///
  /// @param step what resuming goes on with
  /// @param watch the analysis that goes on; none where the step begins anew
  /// @param back the rollback that goes on; none on the way forward
  /// @param untilHandsOn whether it goes on by itself once somebody puts Serin's hands on again
  @JsonTypeName("paused")
  record Paused(
      int step,
      @Nullable Watch watch,
      String waitingFor,
      @Nullable RollingBack back,
      boolean untilHandsOn)
      implements Phase {
    /// The same pause with another analysis, or none.
    Paused with(@Nullable Watch other) {
      return new Paused(step, other, waitingFor, back, untilHandsOn);
    }

    @Override
    public RolloutPhase shown() {
      return RolloutPhase.PAUSED;
    }
  }

  /// The rollback.
  ///
  /// @param cause what it will end as
  /// @param why one sentence on what it was begun for, whatever comes in between; empty in a ledger
  ///   from before there was such a field
  /// @param left which node is left in what state, and what to do
  /// @param leftNodes the names of these nodes
  /// @param halts whether it ends as halted: only one peer is taken back
  /// @param foreign whether a node was left because somebody else had changed it
  @JsonTypeName("rolling-back")
  record RollingBack(
      int step,
      Outcome cause,
      String why,
      List<String> left,
      List<String> leftNodes,
      boolean halts,
      boolean foreign)
      implements Phase {
    public RollingBack {
      why = why == null ? "" : why;
    }

    RollingBack at(int index) {
      return new RollingBack(index, cause, why, left, leftNodes, halts, foreign);
    }

    RollingBack leaving(List<String> all, List<String> nodes, boolean others) {
      return new RollingBack(step, cause, why, all, nodes, halts, others);
    }

    /// What it was begun for, beside what it waits for now.
    String waiting(String now) {
      return why.isEmpty() ? now : now + "; the rollback's reason: " + why;
    }

    @Override
    public RolloutPhase shown() {
      return RolloutPhase.ROLLING_BACK;
    }
  }
}
