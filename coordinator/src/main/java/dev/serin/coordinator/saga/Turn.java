package dev.serin.coordinator.saga;

/// A service's place among the rollouts that may run at once.
///
/// @param rolloutId whose it is
/// @param granted whether it may start; until then it waits
public record Turn(String rolloutId, boolean granted) {}
