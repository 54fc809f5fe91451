package dev.serin.coordinator.streams;

/// A bug in the saga. Nothing has been written, and the service's other records go on.
final class Undecided extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Undecided(RuntimeException bug) {
    super(bug);
  }
}
