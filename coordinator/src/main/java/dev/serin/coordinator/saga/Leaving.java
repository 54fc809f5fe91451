package dev.serin.coordinator.saga;

import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Whether the minimum remains in rotation at every drain of the plan (I2), with the nodes as they
/// were found: who was out of rotation and is to come back is one more once it is back, who stays
/// out is one less all along. The haproxy-agent judges each drain anew when it comes; this is to
/// refuse beforehand what would stop half-way.
final class Leaving {
  private Leaving() {}

  /// @param nodes what each node has; where one is not known nothing is judged
  /// @param alone whether nodes that leave alone are judged too, of which else the haproxy-agent
  ///   says it
  /// @return the first drain of the plan that would leave too few; empty where none would
  static List<String> problems(
      ServiceDefinition service, Map<String, NodeRecord> nodes, boolean alone) {
    Set<String> in = new HashSet<>();
    for (Node node : service.nodes()) {
      NodeRecord record = nodes.get(node.name());
      if (record == null || record.inRotation() == null) {
        return List.of();
      }
      if (Boolean.TRUE.equals(record.inRotation())) {
        in.add(node.name());
      }
    }
    List<Step> steps = Plan.compile(service);
    for (int index = 0; index < steps.size(); index++) {
      Step step = steps.get(index);
      if (step.name() == StepName.READY) {
        comesBack(nodes, step).ifPresent(in::add);
      } else if (step.name() == StepName.DRAIN) {
        List<Integer> together = Batches.together(steps, index);
        List<String> leaving = together.stream().map(steps::get).map(Leaving::node).toList();
        boolean isFirst = together.getFirst() == index;
        if (isFirst
            && in.removeAll(leaving)
            && in.size() < Alone.minimum(service, leaving.getFirst())
            && (alone || leaving.size() > 1)) {
          return List.of(problem(service, leaving, in.size()));
        }
      }
    }
    return List.of();
  }

  private static String node(Step step) {
    return Objects.requireNonNull(step.node());
  }

  private static Optional<String> comesBack(Map<String, NodeRecord> nodes, Step step) {
    NodeRecord record = nodes.get(node(step));
    return record == null || NodeRecord.areOut(record.goal())
        ? Optional.empty()
        : Optional.of(record.name());
  }

  private static String problem(ServiceDefinition service, List<String> leaving, int left) {
    boolean several = leaving.size() > 1;
    return "expected "
        + Alone.minimum(service, leaving.getFirst())
        + " or more nodes in rotation when "
        + String.join(" and ", leaving)
        + (several ? " leave together" : " leaves")
        + ", found "
        + left
        + (several ? "; take fewer at once (batch)," : ";")
        + " bring the others back into rotation, or lower the service's minAvailable";
  }
}
