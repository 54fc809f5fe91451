package dev.serin.coordinator.streams;

import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the coordinator has published and been given, as the topics have it: to compare the saga's
/// own record with, which is rebuilt from other topics.
public interface Published {
  /// Nothing at all.
  Published NOTHING =
      new Published() {
        @Override
        public void awaitRead() {}

        @Override
        public Map<String, List<RolloutState>> newestStates() {
          return Map.of();
        }

        @Override
        public Optional<RolloutState> state(String rolloutId) {
          return Optional.empty();
        }

        @Override
        public List<ServiceDefinition> services() {
          return List.of();
        }
      };

  /// Returns when everything that was there at the start is read, or when it never will be.
  void awaitRead() throws InterruptedException;

  /// By service: the state of each rollout that is not over, and of the one asked for last.
  Map<String, List<RolloutState>> newestStates();

  Optional<RolloutState> state(String rolloutId);

  List<ServiceDefinition> services();
}
