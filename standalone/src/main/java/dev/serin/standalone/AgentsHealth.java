package dev.serin.standalone;

import dev.serin.contracts.kafka.AgentShell;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/// Whether each agent of this process obeys: one that waits is out of service, and says for what.
/// Nobody has to restart it: it goes on by itself. Its bean's name makes it `agents` in the answer.
@Component("agentsHealthIndicator")
final class AgentsHealth implements HealthIndicator {
  private final Map<String, Supplier<Optional<String>>> agents;

  @Autowired
  AgentsHealth(ObjectProvider<AgentShell<?, ?>> agents) {
    this(
        agents
            .orderedStream()
            .collect(
                Collectors.<AgentShell<?, ?>, String, Supplier<Optional<String>>>toMap(
                    AgentShell::agent, agent -> agent::waitsFor)));
  }

  /// @param agents what each waits for
  AgentsHealth(Map<String, Supplier<Optional<String>>> agents) {
    this.agents = new TreeMap<>(agents);
  }

  @Override
  public Health health() {
    Health.Builder health = Health.up();
    agents.forEach((agent, waiting) -> {
      Optional<String> waits = waiting.get();
      if (waits.isPresent()) {
        health.outOfService();
      }
      health.withDetail(agent, waits.map(what -> "waits for " + what).orElse("obeys"));
    });
    return health.build();
  }
}
