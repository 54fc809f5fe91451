package dev.serin.incus.config;

import dev.serin.contracts.config.StoreToken;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.kafka.AgentShell;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.incus.artifact.Artifacts;
import dev.serin.incus.artifact.Downloads;
import dev.serin.incus.artifact.Store;
import dev.serin.incus.artifact.StoreMetrics;
import dev.serin.incus.artifact.StoredArtifacts;
import dev.serin.incus.instance.IncusCommandHandler;
import dev.serin.incus.instance.Servers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/// Puts the incus-agent together. `standalone` imports it too.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({IncusSettings.class, KafkaSettings.class})
public class IncusConfiguration {
  /// Where the store of artifacts is: said so, or where a coordinator with these settings listens.
  static final String STORE =
      "${serin.artifacts.url:${serin.http.bind:127.0.0.1}:${serin.http.port:7070}}";

  /// How large an artifact may be: what the coordinator takes, the agent fetches.
  static final String LARGEST = "${serin.artifacts.largest:2GB}";

  @Bean
  Wires incusWires(IncusSettings settings) {
    return new Wires(settings.servers());
  }

  @Bean
  StoredArtifacts storedArtifacts(
      IncusSettings settings,
      @Value("${serin.data:./data}") String data,
      @Value(STORE) String address,
      @Value(LARGEST) String largest,
      @Value(StoreToken.PLACEHOLDER) String token,
      ObjectProvider<MeterRegistry> meters) {
    Path downloads =
        settings.downloads() == null ? Path.of(data, "artifacts") : settings.downloads();
    Optional<StoreToken> shown = StoreToken.of(token);
    Optional<Store> store = StoreAddress.of(address).map(base -> new Store(base, shown));
    return new StoredArtifacts(
        new Artifacts(
            new Downloads(downloads, DataSize.parse(largest).toBytes(), store),
            settings.filesFrom()),
        store,
        new StoreMetrics(meters.getIfAvailable(SimpleMeterRegistry::new)));
  }

  @Bean
  IncusCommandHandler incusCommandHandler(
      IncusSettings settings, Wires wires, StoredArtifacts artifacts) {
    return new IncusCommandHandler(
        new Servers(wires.servers()),
        artifacts,
        () -> UUID.randomUUID().toString().replace("-", ""),
        settings.settle(),
        settings.restartWithin());
  }

  @Bean
  AgentShell<IncusCommand, IncusEvent> incusAgentShell(
      IncusCommandHandler handler, KafkaSettings kafka, ObjectProvider<MeterRegistry> meters) {
    return new AgentShell<>(
        "incus",
        IncusCommand.class,
        handler,
        refusal -> new IncusEvent.Failed(refusal.head(), refusal.failure()),
        kafka,
        meters.getIfAvailable(SimpleMeterRegistry::new));
  }
}
