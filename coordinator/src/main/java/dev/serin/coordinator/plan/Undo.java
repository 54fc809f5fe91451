package dev.serin.coordinator.plan;

import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.Strategies;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The steps of the way back, as they follow from what was begun.
public final class Undo {
  private Undo() {}

  /// The steps that take back what was begun, newest node first, and a batch at once.
  public static List<Step> of(ServiceDefinition service, List<Step> begun) {
    boolean shifted =
        begun.stream()
            .anyMatch(step -> step.name() == StepName.SHIFT && step.isBegun() && !step.undo());
    String canary = service.canaries().isEmpty() ? "" : service.canaries().getFirst().name();
    List<Step> steps = new ArrayList<>();
    for (Batches.Unit unit : Batches.units(begun).reversed()) {
      // Who has kept its binary is back first: a peer more for the others (I2).
      for (boolean replaced : new boolean[] {false, true}) {
        steps.addAll(
            Batches.byName(
                unit.nodes().reversed().stream()
                    .filter(node -> isReplaced(begun, node) == replaced)
                    .map(node -> undoNode(service, replaced, node))
                    .toList(),
                unit.batch()));
      }
      if (shifted && unit.nodes().contains(canary)) {
        // Every node has its own weight before the first of them is ready again.
        steps.add(firstReady(steps, unit), Step.undo(StepName.SHIFT, canary).in(unit.batch()));
      }
    }
    return List.copyOf(steps);
  }

  private static int firstReady(List<Step> steps, Batches.Unit unit) {
    int index = 0;
    while (steps.get(index).name() != StepName.READY
        || !unit.nodes().contains(Objects.requireNonNull(steps.get(index).node()))) {
      index++;
    }
    return index;
  }

  /// Whether the node's binary may be another one than before.
  public static boolean isReplaced(List<Step> begun, String node) {
    return begun.stream()
        .anyMatch(step ->
            node.equals(step.node())
                && step.isBegun()
                && !step.undo()
                && !Set.of(StepName.DRAIN, StepName.KEEP, StepName.SHIFT, StepName.MAINT)
                    .contains(step.name()));
  }

  /// Where nothing was installed nothing is restored: the node has to be up and healthy, no more. A
  /// group that has left is asked for its health too: nobody has looked at it since.
  private static List<Step> undoNode(ServiceDefinition service, boolean touched, String node) {
    boolean pooled = !service.pool().isEmpty();
    boolean replaced = touched && Strategies.installs(service.strategy());
    List<StepName> names = new ArrayList<>();
    if (touched && !replaced) {
      names.addAll(Plan.RESTART);
    }
    if (BlueGreen.isLeaving(service, node)) {
      names.add(StepName.HEALTH);
    }
    if (replaced) {
      names.addAll(List.of(StepName.RESTORE, StepName.RESTART, StepName.HEALTH));
    }
    if (pooled) {
      if (replaced) {
        names.addFirst(StepName.DRAIN);
      }
      names.add(StepName.READY);
      names.add(StepName.SERVING);
    }
    return names.stream().map(name -> Step.undo(name, node)).toList();
  }
}
