package dev.serin.simulation.service;

import dev.serin.simulation.engine.VirtualProcess;

/// A process in a consumer group.
interface Member {
  VirtualProcess process();

  /// It has been given the group's work.
  void begin();

  /// The work was given to another.
  void fence();
}
