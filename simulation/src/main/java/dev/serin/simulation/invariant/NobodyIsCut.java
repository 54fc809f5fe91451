package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.simulation.world.Instance;
import dev.serin.simulation.world.VirtualHaproxy;
import java.time.Duration;

/// A drain's promise: no request is in flight on a node whose unit is restarted on the way forward,
/// unless the service's own word was to force it.
final class NobodyIsCut implements Invariant {
  private static final Duration LONG_AGO = Duration.ofMinutes(10);

  private final Truth truth;
  private final boolean forced;

  NobodyIsCut(Truth truth, boolean forced) {
    this.truth = truth;
    this.forced = forced;
  }

  @Override
  public String name() {
    return "drain";
  }

  @Override
  public void inInstance(Instance instance, String script, long fence, String what) {
    RolloutState active = truth.active();
    if (!what.equals("restarted")
        || forced
        || active == null
        || active.phase() != RolloutPhase.ROLLING
        || truth.wasTouchedSince(instance.name(), truth.loop().now().minus(LONG_AGO))) {
      return;
    }
    for (VirtualHaproxy haproxy : truth.world().haproxies().values()) {
      boolean unknown = truth.wasTouchedSince(haproxy.name(), truth.loop().now().minus(LONG_AGO));
      if (!unknown && haproxy.hasRequests(instance.name())) {
        throw broken(
            instance.name() + " is restarted with a request of " + haproxy.name() + " on it");
      }
    }
  }
}
