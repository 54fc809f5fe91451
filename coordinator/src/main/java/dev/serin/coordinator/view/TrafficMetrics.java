package dev.serin.coordinator.view;

import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `serin_traffic_share_percent{service,node,share}` of each node while its rollout is active:
/// `share` is `asked`, `configured` (what the load balancers have) or `observed` (of the requests
/// of the last seconds). Names of services and nodes come from definitions, so there are few. Not
/// safe for use by several threads.
final class TrafficMetrics {
  private final MultiGauge shares;
  private final Map<String, RolloutState> active = new HashMap<>();
  private boolean changed;

  TrafficMetrics(MeterRegistry meters) {
    shares =
        MultiGauge.builder("serin.traffic.share")
            .description("a node's share of its pool's requests while a rollout is active")
            .baseUnit("percent")
            .register(meters);
  }

  void seen(RolloutState state) {
    if (!state.phase().isOver() && state.phase() != RolloutPhase.QUEUED) {
      active.put(state.service(), state);
      changed = true;
    } else {
      changed |= active.values().removeIf(before -> before.rolloutId().equals(state.rolloutId()));
    }
  }

  void forget() {
    active.clear();
    changed = true;
  }

  /// After everything that was read at once.
  void show() {
    if (!changed) {
      return;
    }
    changed = false;
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (RolloutState state : active.values()) {
      for (NodeView node : state.nodes()) {
        NodeView.Traffic traffic = node.traffic();
        if (traffic != null) {
          row(rows, state, node, "asked", traffic.asked());
          row(rows, state, node, "configured", traffic.configured());
          row(rows, state, node, "observed", traffic.observed());
          row(rows, state, node, "newSessions", traffic.newSessions());
        }
      }
    }
    shares.register(rows, true);
  }

  private static void row(
      List<MultiGauge.Row<?>> rows,
      RolloutState state,
      NodeView node,
      String share,
      @Nullable Double percent) {
    if (percent != null) {
      rows.add(
          MultiGauge.Row.of(
              Tags.of("service", state.service(), "node", node.name(), "share", share), percent));
    }
  }
}
