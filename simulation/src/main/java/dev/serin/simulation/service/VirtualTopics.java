package dev.serin.simulation.service;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.streams.Published;
import dev.serin.simulation.broker.Broker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What was published on the virtual broker so far.
final class VirtualTopics implements Published {
  private final Broker broker;

  VirtualTopics(Broker broker) {
    this.broker = broker;
  }

  @Override
  public void awaitRead() {}

  private Map<String, byte[]> newest() {
    Map<String, byte[]> newest = new LinkedHashMap<>();
    for (Broker.Entry entry : broker.entries(Topics.ROLLOUT_STATES)) {
      if (entry.key() != null && entry.value() != null) {
        newest.put(entry.key(), entry.value());
      }
    }
    return newest;
  }

  private static RolloutState read(byte[] value) {
    return Json.mapper().readValue(value, RolloutState.class);
  }

  @Override
  public Map<String, List<RolloutState>> newestStates() {
    Map<String, List<RolloutState>> all = new HashMap<>();
    for (byte[] value : newest().values()) {
      RolloutState state = read(value);
      all.computeIfAbsent(state.service(), service -> new ArrayList<>()).add(state);
    }
    return all;
  }

  @Override
  public Optional<RolloutState> state(String rolloutId) {
    return Optional.ofNullable(newest().get(rolloutId)).map(VirtualTopics::read);
  }

  /// They are not needed: no changelog is ever lost here.
  @Override
  public List<ServiceDefinition> services() {
    return List.of();
  }
}
