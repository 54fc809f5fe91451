package dev.serin.coordinator.saga;

import dev.serin.contracts.incus.UnitSeen;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.Strategies;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.List;
import java.util.Set;

/// The strategies that install nothing: nodes that are restarted with the binary that they have (a
/// rotated secret, a changed environment file), and analyses of what somebody else has deployed.
final class Restarts {
  private Restarts() {}

  static boolean installs(Rollout rollout) {
    return Strategies.installs(rollout.service().strategy());
  }

  private static boolean isRestart(Rollout rollout) {
    return rollout.service().strategy().equals(Strategies.RESTART);
  }

  /// What an earlier rollout has left out may have another binary than the rest: restarted, it
  /// would come into rotation with that.
  static List<String> problems(ServiceDefinition service, Set<String> leftOut) {
    return service.strategy().equals(Strategies.RESTART) && !leftOut.isEmpty()
        ? List.of(
            "expected no node that an earlier rollout has left out, found "
                + leftOut.stream().sorted().toList()
                + "; release again first, which takes them first")
        : List.of();
  }

  /// The starts that shall not go on; any other one is later than the rollout's begin. On the way
  /// back nothing is restarted but what is down.
  static List<String> outworn(Rollout rollout, Step step, NodeRecord record) {
    return isRestart(rollout) && !step.undo() && record.instance() != null
        ? record.instance().units().stream()
            .map(UnitSeen::invocation)
            .filter(invocation -> !invocation.isEmpty())
            .toList()
        : List.of();
  }

  /// Whether no node is left that was not restarted.
  static boolean isOnEveryNode(Rollout rollout) {
    return rollout.steps().stream()
        .filter(step -> step.name() == StepName.RESTART && !step.undo())
        .allMatch(step -> step.status() == StepStatus.SUCCEEDED);
  }

  /// What a completed rollout has come to.
  static String completed(Rollout rollout) {
    return isRestart(rollout)
        ? "every node was restarted with the binary that it has"
        : "the SLIs were green to the end; nothing was touched";
  }
}
