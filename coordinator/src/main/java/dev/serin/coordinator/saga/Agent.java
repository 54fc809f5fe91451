package dev.serin.coordinator.saga;

/// Who carries a command out.
public enum Agent {
  HAPROXY,
  INCUS,
  SLI
}
