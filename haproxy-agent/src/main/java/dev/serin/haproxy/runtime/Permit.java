package dev.serin.haproxy.runtime;

import dev.serin.contracts.agent.Turn;

/// Says whether a write may still be made. HAProxy can't compare fences, so this is asked just
/// before each line that changes something there (I10): between two of them a load balancer may
/// have been silent for seconds, and the work may have become another's.
@FunctionalInterface
public interface Permit {
  void check() throws Turn.Preempted;
}
