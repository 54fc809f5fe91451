package dev.serin.coordinator.web;

import dev.serin.contracts.config.StoreToken;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.coordinator.artifact.ArtifactMetrics;
import dev.serin.coordinator.artifact.ArtifactSettings;
import dev.serin.coordinator.artifact.ArtifactStore;
import dev.serin.coordinator.artifact.ArtifactSweep;
import dev.serin.coordinator.view.ArtifactNeeds;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Puts the store of artifacts together.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ArtifactSettings.class)
class ArtifactsConfiguration {
  @Bean
  ArtifactStore artifactStore(
      ArtifactSettings settings, @Value("${serin.data:./data}") String data) {
    return new ArtifactStore(
        settings.in(data),
        settings.largest().toBytes(),
        settings.keepFree().toBytes(),
        InstantSource.system());
  }

  @Bean
  PrivateArtifacts privateArtifacts(@Value(StoreToken.PLACEHOLDER) String token) {
    return new PrivateArtifacts(StoreToken.of(token));
  }

  @Bean
  ArtifactNeeds artifactNeeds(KafkaSettings kafka) {
    return new ArtifactNeeds(kafka);
  }

  @Bean
  ArtifactMetrics artifactMetrics(MeterRegistry meters, ArtifactStore store) {
    return new ArtifactMetrics(meters, store);
  }

  @Bean
  ArtifactSweep artifactSweep(
      ArtifactStore store,
      ArtifactSettings settings,
      ArtifactMetrics metrics,
      ArtifactNeeds needs) {
    return new ArtifactSweep(store, settings, metrics, needs::digests, InstantSource.system());
  }

  /// Who asks beforehand (`Expect: 100-continue`) is told what is wrong before sending gigabytes.
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> bodiesWhenTheyAreRead() {
    return tomcat ->
        tomcat.addConnectorCustomizers(
            connector -> connector.setProperty("continueResponseTiming", "onRead"));
  }
}
