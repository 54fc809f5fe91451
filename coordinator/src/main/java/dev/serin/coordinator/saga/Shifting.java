package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.TrafficStep;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.Weights;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The canaries' share of a pool's requests, by weights: those of all nodes follow from the weights
/// that the nodes had before the rollout, so the same share is always the same weights.
final class Shifting {
  private Shifting() {}

  private static Set<String> canaries(ServiceDefinition service) {
    return service.canaries().stream().map(Node::name).collect(Collectors.toSet());
  }

  /// The nodes that take a share, with the weight that each has by itself. Of two groups one is in
  /// rotation, and the other one is to be.
  private static Map<String, Integer> home(Map<String, NodeRecord> nodes) {
    Map<String, Integer> home = new TreeMap<>();
    nodes.forEach((name, record) -> {
      boolean takes = !NodeRecord.areOut(record.goal()) || !NodeRecord.areOut(record.settings());
      if (!record.goal().isEmpty() && takes) {
        home.put(name, record.goal().getFirst().weight());
      }
    });
    return home;
  }

  /// What stands against sharing the traffic as the strategy wants it.
  static List<String> problems(ServiceDefinition service, Map<String, NodeRecord> nodes) {
    List<String> problems = new ArrayList<>();
    if (!service.isWeighed()) {
      return problems;
    }
    for (NodeRecord record : nodes.values()) {
      List<Integer> weights =
          record.goal().stream().map(ServerSetting::weight).distinct().sorted().toList();
      if (weights.size() > 1) {
        problems.add(
            "node "
                + record.name()
                + ": expected one weight in every pool and on every load balancer, since the"
                + " strategy shares the traffic by weights, found "
                + weights);
      }
    }
    Map<String, Integer> home = home(nodes);
    Set<String> canaries = canaries(service);
    long mine = home.keySet().stream().filter(canaries::contains).count();
    if (mine == 0 || mine == home.size()) {
      problems.add(
          "expected a canary and a peer in rotation to share the traffic, found "
              + (mine == 0 ? "no canary" : "no peer")
              + " among "
              + home.keySet());
      return problems;
    }
    for (TrafficStep step : service.traffic()) {
      if (!step.isAll()) {
        Weights weights = Weights.of(home, canaries, step.share());
        if (weights.error(step.share()) > Weights.TOLERANCE) {
          problems.add(
              "expected weights that give the canary "
                  + percent(step.share())
                  + " of the requests, at most 0.5 points off, found "
                  + percent(Math.round(weights.share() * 100) / 100.0)
                  + " as the nearest by "
                  + new TreeMap<>(weights.byNode())
                  + " (HAProxy has weights from 0 to 256)");
        }
      }
    }
    return problems;
  }

  static String percent(double share) {
    return Quantities.shown(share) + " %";
  }

  /// The nodes that take a share, each as the step leaves it.
  private static List<Move> moves(Rollout rollout, Step step) {
    Map<String, Integer> home = home(rollout.nodes());
    Double share = step.share();
    Map<String, Integer> weights =
        share == null ? Map.of() : Weights.of(home, canaries(rollout.service()), share).byNode();
    return home.keySet().stream()
        .map(name -> Objects.requireNonNull(rollout.nodes().get(name)))
        .map(record -> new Move(record, record.shifted(weights.get(record.name()), step.undo())))
        .toList();
  }

  private record Move(NodeRecord before, NodeRecord after) {
    int rank(Set<String> canaries) {
      if (canaries.contains(before.name())) {
        return 1;
      }
      int now = before.asked().getFirst().weight();
      return after.asked().getFirst().weight() > now ? 0 : 2;
    }
  }

  /// Peers that gain come first, those that lose last: on the way the canary never has more than it
  /// had before or shall have.
  static WeighServers command(Rollout rollout, Step step, CommandHead head) {
    Set<String> canaries = canaries(rollout.service());
    List<Move> moves =
        moves(rollout, step).stream()
            .sorted(
                Comparator.comparingInt((Move move) -> move.rank(canaries))
                    .thenComparing(move -> move.before().name()))
            .toList();
    return new WeighServers(
        head,
        rollout.service().nodes().stream()
            .filter(node -> moves.stream().anyMatch(it -> it.before().name().equals(node.name())))
            .map(node -> new PoolServer(node.name(), node.server()))
            .toList(),
        moves.stream().flatMap(move -> move.after().asked().stream()).toList(),
        rollout.missing(),
        Deadlines.rampOnce(step));
  }

  /// Every node has what it was told.
  static void applied(Draft draft, Step step) {
    moves(draft.rollout(), step)
        .forEach(move -> draft.node(move.before().name(), record -> move.after()));
  }

  /// What the step does, to follow a verb's subject.
  static String described(Step step) {
    return step.share() == null
        ? "give every node its own weight"
        : "give the canary " + percent(step.share()) + " of the requests";
  }
}
