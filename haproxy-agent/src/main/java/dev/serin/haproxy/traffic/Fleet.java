package dev.serin.haproxy.traffic;

import dev.serin.haproxy.runtime.Failures;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The load balancers that the agent knows.
///
/// @param byName each with its front door
public record Fleet(Map<String, Balancer> byName) {
  /// @param url where its users come in; none where nobody may ask there
  /// @param shell how a person reaches its runtime API without Serin; takes a command's line on its
  ///   standard input
  public record Balancer(LoadBalancer runtime, @Nullable URI url, String shell) {}

  public Fleet {
    byName = Map.copyOf(byName);
  }

  Balancer balancer(String name) throws NotDone {
    Balancer found = byName.get(name);
    if (found == null) {
      throw Failures.unknownLoadBalancer(name, new TreeSet<>(byName.keySet()));
    }
    return found;
  }

  /// What a load balancer can be asked and told.
  public LoadBalancer runtime(String name) throws NotDone {
    return balancer(name).runtime();
  }

  /// The load balancers named, each once, in their order.
  List<LoadBalancer> runtimes(Collection<String> names) throws NotDone {
    List<LoadBalancer> found = new ArrayList<>();
    for (String name : names.stream().distinct().toList()) {
      found.add(balancer(name).runtime());
    }
    return found;
  }
}
