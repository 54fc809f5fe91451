package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyEvent.SilentLoadBalancer;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficShare;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.rollout.NodeView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the guard sees of the traffic.
final class Observing {
  private Observing() {}

  /// The state shows it; it is no event of its own, but where load balancers fall silent or answer
  /// again. A service that says so goes on without them ([CatchingUp]); for another nothing follows
  /// from that: a step that needs one fails by itself.
  static void observed(Draft draft, TrafficObserved observed) {
    if (draft.rollout().seen().isNewerThan(observed.head())) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    Map<String, NodeView.Traffic> traffic = new HashMap<>();
    for (NodeRecord record : draft.rollout().nodes().values()) {
      List<TrafficShare> shares =
          observed.shares().stream().filter(it -> it.node().equals(record.name())).toList();
      if (!shares.isEmpty()) {
        traffic.put(
            record.name(),
            new NodeView.Traffic(
                askedShare(draft.rollout(), record),
                shares.stream().mapToDouble(TrafficShare::configured).min().orElseThrow(),
                lowest(shares, TrafficShare::observed),
                lowest(shares, TrafficShare::newSessions)));
      }
    }
    List<String> before = draft.rollout().seen().silent();
    List<String> silent =
        observed.silent().stream().map(SilentLoadBalancer::loadBalancer).sorted().toList();
    Rollout.Seen seenBefore = draft.rollout().seen();
    draft.change(it ->
        it.seeing(
            new Rollout.Seen(
                traffic,
                observed.inRotation(),
                silent,
                observed.head().fence(),
                observed.head().at(),
                ServingAlone.tooFewSince(it, observed))));
    String without = CatchingUp.observed(draft, silent);
    if (!silent.equals(before)) {
      Pausing.tell(
          draft, reach(observed.silent(), before) + (without == null ? "" : "; " + without));
    } else if (without != null) {
      Pausing.tell(draft, without);
    }
    ServingAlone.look(draft, seenBefore);
    CatchingUp.look(draft, observed);
  }

  /// None where a load balancer says nothing.
  private static @Nullable Double lowest(
      List<TrafficShare> shares, Function<TrafficShare, @Nullable Double> share) {
    double lowest = Double.MAX_VALUE;
    for (TrafficShare one : shares) {
      Double said = share.apply(one);
      if (said == null) {
        return null;
      }
      lowest = Math.min(lowest, said);
    }
    return lowest;
  }

  private static String reach(List<SilentLoadBalancer> silent, List<String> before) {
    return silent.isEmpty()
        ? String.join(", ", before)
            + (before.size() == 1 ? " answers" : " answer")
            + " the guard again; shares of the traffic are observed again"
        : silent.stream()
                .map(it ->
                    it.loadBalancer() + " does not answer the guard: " + it.failure().sentence())
                .collect(Collectors.joining("; "))
            + "; shares of the traffic are not observed";
  }

  /// The node's share by the weights that were asked for.
  static double askedShare(Rollout rollout, NodeRecord record) {
    long all = rollout.nodes().values().stream().mapToLong(Observing::askedWeight).sum();
    return all == 0 ? 0 : Math.round(askedWeight(record) * 10_000.0 / all) / 100.0;
  }

  private static long askedWeight(NodeRecord record) {
    return record.asked().stream()
        .mapToLong(it -> it.state() == ServerSetting.AdminState.READY ? it.weight() : 0)
        .min()
        .orElse(0);
  }
}
