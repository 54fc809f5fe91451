package dev.serin.simulation.service;

import dev.serin.simulation.engine.VirtualProcess;

/// A process in a consumer group.
interface Member {
  VirtualProcess process();

  /// It has been given the group's work.
  void begin();

  /// Whether it knows all that it has to before it does the work.
  default boolean isReady() {
    return true;
  }

  /// The work was given to another.
  void fence();
}
