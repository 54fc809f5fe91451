package dev.serin.coordinator.config;

import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.coordinator.artifact.ArtifactSettings;
import dev.serin.coordinator.rescue.RescueFiles;
import dev.serin.coordinator.streams.CoordinatorMetrics;
import dev.serin.coordinator.streams.CoordinatorStreams;
import dev.serin.coordinator.view.RolloutViews;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/// The coordinator's beans: the saga's streams, the views, the HTTP API.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({
  KafkaSettings.class,
  CoordinatorSettings.class,
  ArtifactSettings.class
})
@ComponentScan({"dev.serin.coordinator.web", "dev.serin.coordinator.view"})
public class CoordinatorConfiguration {
  @Bean
  CoordinatorMetrics coordinatorMetrics(MeterRegistry meters) {
    return new CoordinatorMetrics(meters);
  }

  @Bean
  RescueFiles rescueFiles(
      CoordinatorSettings settings, ArtifactSettings artifacts, KafkaSettings kafka) {
    RescueFiles files =
        new RescueFiles(
            Path.of(settings.data(), "rescue").toAbsolutePath(),
            artifacts.in(settings.data()),
            InstantSource.system(),
            kafka.instanceId());
    files.begin();
    return files;
  }

  @Bean
  CoordinatorStreams coordinatorStreams(
      KafkaSettings kafka,
      CoordinatorSettings settings,
      CoordinatorMetrics metrics,
      RescueFiles rescue,
      RolloutViews views) {
    return new CoordinatorStreams(
        kafka,
        Path.of(settings.data(), "coordinator").toAbsolutePath(),
        metrics,
        rescue,
        views,
        settings.turns());
  }

  @Bean
  @ConditionalOnBooleanProperty("serin.rehearse")
  Rehearsal rehearsal(CoordinatorStreams streams) {
    return new Rehearsal(streams);
  }
}
