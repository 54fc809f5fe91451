package dev.serin.simulation.world;

import dev.serin.simulation.engine.VirtualProcess;

/// Says what goes wrong with the next exchange.
@FunctionalInterface
public interface Troubles {
  /// @param target what the process talks to: a load balancer, an Incus server, Prometheus
  /// @param what it says, in a word or two
  Mishap of(VirtualProcess process, String target, String what);
}
