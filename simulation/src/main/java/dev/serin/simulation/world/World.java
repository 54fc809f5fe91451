package dev.serin.simulation.world;

import dev.serin.simulation.engine.Loop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/// The fleet: what is true of it, whatever anybody says.
public final class World {
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final Map<String, VirtualHaproxy> haproxies = new LinkedHashMap<>();
  private final VirtualIncus incus;
  private final VirtualPrometheus prometheus;

  /// What a fleet is made of.
  ///
  /// @param weights each node's weight in HAProxy's configuration
  /// @param haproxies how many load balancers; none for workers
  /// @param master whether their masters' sockets can be reached
  /// @param standingBy the nodes that somebody has put into maintenance
  /// @param stateFile whether a reload keeps states and weights
  public record Design(
      List<String> nodes,
      List<Integer> weights,
      int haproxies,
      boolean sticky,
      boolean leavingMap,
      boolean master,
      Binary first,
      List<String> standingBy,
      boolean stateFile) {
    public Design {
      standingBy = List.copyOf(standingBy);
    }

    /// The same fleet with a group that stands by.
    public Design standingBy(List<String> group, boolean keepsStates) {
      return new Design(
          nodes, weights, haproxies, sticky, leavingMap, master, first, group, keepsStates);
    }
  }

  public World(Loop loop, Random users, Design design, Observer observer) {
    Map<Instance, Integer> weights = new LinkedHashMap<>();
    for (int i = 0; i < design.nodes().size(); i++) {
      String name = design.nodes().get(i);
      Instance instance = new Instance(loop, name, "10.0.0." + (i + 1) + ":8080", design.first());
      instances.put(name, instance);
      weights.put(instance, design.weights().get(i));
    }
    for (int i = 1; i <= design.haproxies(); i++) {
      VirtualHaproxy haproxy =
          new VirtualHaproxy(loop, users, "haproxy-" + i, design, weights, observer);
      design.standingBy().forEach(haproxy::standsBy);
      haproxies.put(haproxy.name(), haproxy);
    }
    this.incus = new VirtualIncus(loop, instances, observer);
    this.prometheus = new VirtualPrometheus(loop, instances);
  }

  public Map<String, Instance> instances() {
    return instances;
  }

  public Map<String, VirtualHaproxy> haproxies() {
    return haproxies;
  }

  public VirtualIncus incus() {
    return incus;
  }

  public VirtualPrometheus prometheus() {
    return prometheus;
  }

  /// Whether the node takes requests on every load balancer.
  public boolean inRotation(String node) {
    return inRotation(node, haproxy -> true);
  }

  /// @param asked which load balancers count, by their names
  public boolean inRotation(String node, Predicate<String> asked) {
    for (VirtualHaproxy haproxy : haproxies.values()) {
      VirtualServer server = haproxy.servers().get(node);
      if (asked.test(haproxy.name()) && (server == null || !server.inRotation())) {
        return false;
      }
    }
    return true;
  }
}
