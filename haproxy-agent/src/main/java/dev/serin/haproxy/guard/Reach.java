package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyEvent.SilentLoadBalancer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which load balancers answer a guard. One that misses a single look may only be reloading; it is
/// silent from the second look in a row on, until it answers.
final class Reach {
  /// How many looks in a row make one silent.
  private static final int LOOKS = 2;

  private final Map<String, Outage> outages = new TreeMap<>();
  private List<String> told = List.of();

  /// @param looks how often it has not answered since it last did
  private record Outage(Failure failure, int looks) {}

  /// @return whether it did not answer the look before
  boolean answers(String loadBalancer) {
    return outages.remove(loadBalancer) != null;
  }

  void fails(String loadBalancer, Failure failure) {
    outages.merge(
        loadBalancer,
        new Outage(failure, 1),
        (before, now) -> new Outage(now.failure(), before.looks() + 1));
  }

  /// Those that are not asked for any more are nobody's.
  void keep(Collection<String> loadBalancers) {
    outages.keySet().retainAll(loadBalancers);
  }

  List<SilentLoadBalancer> silent() {
    return outages.entrySet().stream()
        .filter(it -> it.getValue().looks() >= LOOKS)
        .map(it -> new SilentLoadBalancer(it.getKey(), it.getValue().failure()))
        .toList();
  }

  /// Whether others are silent than when this was last asked: told once for each outage, and once
  /// when it is over, whatever the failures' words.
  boolean isNews() {
    List<String> now = silent().stream().map(SilentLoadBalancer::loadBalancer).toList();
    boolean news = !now.equals(told);
    told = now;
    return news;
  }

  /// Nobody was told anything: another rollout begins.
  void begun() {
    told = List.of();
  }
}
