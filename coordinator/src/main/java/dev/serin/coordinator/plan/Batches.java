package dev.serin.coordinator.plan;

import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Nodes that are updated together. A batch's steps stand name by name (`drain a`, `drain b`, `keep
/// a`, …): those with one name begin together, and the next name begins when all of them have
/// ended.
public final class Batches {
  private Batches() {}

  /// The steps that update these nodes, batch after batch.
  ///
  /// @param update the steps of one node
  /// @param first the number of the first batch
  static List<Step> of(
      ServiceDefinition service,
      List<Node> nodes,
      java.util.function.Function<Node, List<Step>> update,
      int first) {
    int size = size(service);
    List<Step> steps = new ArrayList<>();
    for (int from = 0; from < nodes.size(); from += size) {
      List<Node> batch = nodes.subList(from, Math.min(nodes.size(), from + size));
      Integer number = size == 1 ? null : Integer.valueOf(first + from / size);
      steps.addAll(byName(batch.stream().map(update).toList(), number));
    }
    return steps;
  }

  /// Where no canary comes first, the first batch is what may be promoted: who may veto that is
  /// asked after it, or before it where it is the only one.
  static List<Step> askingInBetween(List<Step> batches, List<Step> hooks) {
    int first = 0;
    while (first < batches.size() && isOfOneUnit(batches.getFirst(), batches.get(first))) {
      first++;
    }
    List<Step> steps = new ArrayList<>(batches);
    steps.addAll(first == batches.size() ? 0 : first, hooks);
    return steps;
  }

  private static boolean isOfOneUnit(Step one, Step other) {
    return one.batch() == null
        ? java.util.Objects.equals(one.node(), other.node())
        : one.batch().equals(other.batch());
  }

  /// How many nodes are updated at once: never so many that fewer than the minimum would remain,
  /// also where what an earlier rollout left out has changed who is a peer.
  private static int size(ServiceDefinition service) {
    int size = service.atOnce();
    return service.pool().isEmpty()
        ? size
        : Math.max(1, Math.min(size, service.nodes().size() - Alone.least(service)));
  }

  /// The steps of several nodes, name by name in the order of the longest of them.
  static List<Step> byName(List<List<Step>> ofNodes, @Nullable Integer batch) {
    List<Step> steps = new ArrayList<>();
    int longest = ofNodes.stream().mapToInt(List::size).max().orElse(0);
    for (int at = 0; at < longest; at++) {
      for (List<Step> ofNode : ofNodes) {
        if (at < ofNode.size()) {
          steps.add(ofNode.get(at).in(batch));
        }
      }
    }
    return steps;
  }

  /// Nodes that were begun, the oldest first, those of one batch together. Peers that have only
  /// left, so that the canaries serve alone, are the newest, whatever came after their leaving: who
  /// has its old binary is back first.
  static List<Unit> units(List<Step> begun) {
    Map<Object, Unit> units = new LinkedHashMap<>();
    List<Step> updated = begun.stream().filter(step -> !Alone.isLeaving(step)).toList();
    List<Step> left = begun.stream().filter(Alone::isLeaving).toList();
    for (Step step : Stream.concat(updated.stream(), left.stream()).toList()) {
      String node = step.node();
      if (!step.isBegun() || step.undo() || node == null) {
        continue;
      }
      if (units.values().stream().anyMatch(unit -> unit.nodes().contains(node))) {
        continue; // a later step of its own, as of a canary that was admitted once more
      }
      Integer batch = step.batch();
      units
          .computeIfAbsent(batch == null ? node : batch, key -> new Unit(batch, new ArrayList<>()))
          .nodes()
          .add(node);
    }
    return List.copyOf(units.values());
  }

  /// What is taken back together.
  ///
  /// @param batch none for a node that was alone
  record Unit(@Nullable Integer batch, List<String> nodes) {}

  /// Which steps are under way together with this one: those beside it with its name and batch.
  public static List<Integer> together(List<Step> steps, int index) {
    int first = index;
    while (first > 0 && isTogether(steps.get(first - 1), steps.get(index))) {
      first--;
    }
    int end = index + 1;
    while (end < steps.size() && isTogether(steps.get(index), steps.get(end))) {
      end++;
    }
    return IntStream.range(first, end).boxed().toList();
  }

  private static boolean isTogether(Step one, Step other) {
    return one.batch() != null
        && one.batch().equals(other.batch())
        && one.name() == other.name()
        && one.undo() == other.undo();
  }

  /// Which of the steps under way is about this node; the step itself where it is alone.
  public static int indexOf(List<Step> steps, int index, @Nullable String node) {
    return together(steps, index).stream()
        .filter(it -> node != null && node.equals(steps.get(it).node()))
        .findFirst()
        .orElse(index);
  }

  /// The steps with a batch's way back taken apart, from this step on: node after node.
  public static List<Step> alone(List<Step> steps, int index) {
    Integer batch = steps.get(index).batch();
    int end = index;
    while (end < steps.size()
        && steps.get(end).undo()
        && java.util.Objects.equals(batch, steps.get(end).batch())) {
      end++;
    }
    List<Step> apart = new ArrayList<>(steps.subList(0, index));
    List<Step> together = steps.subList(index, end);
    together.stream()
        .map(Step::node)
        .distinct()
        .forEach(node ->
            together.stream()
                .filter(step -> java.util.Objects.equals(node, step.node()))
                .map(step -> step.in(null))
                .forEach(apart::add));
    apart.addAll(steps.subList(end, steps.size()));
    return apart;
  }

  /// Whether one of the steps beside this one has not ended.
  public static boolean isUnderWay(List<Step> steps, int index) {
    return together(steps, index).stream()
        .anyMatch(it -> steps.get(it).status() == StepStatus.RUNNING);
  }

  /// The nodes of a node's batch, itself among them.
  public static List<String> mates(List<Step> steps, Step step) {
    return steps.stream()
        .filter(it -> it.undo() == step.undo())
        .filter(it -> step.batch() != null && step.batch().equals(it.batch()))
        .map(Step::node)
        .filter(java.util.Objects::nonNull)
        .distinct()
        .toList();
  }
}
