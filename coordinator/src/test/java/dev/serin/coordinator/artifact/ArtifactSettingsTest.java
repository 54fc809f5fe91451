package dev.serin.coordinator.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

class ArtifactSettingsTest {
  private final ApplicationContextRunner context =
      new ApplicationContextRunner().withUserConfiguration(Bound.class);

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(ArtifactSettings.class)
  static class Bound {}

  @Test
  void hasDefaults() {
    context.run(bound ->
        assertThat(bound.getBean(ArtifactSettings.class))
            .isEqualTo(
                new ArtifactSettings(
                    null,
                    DataSize.ofGigabytes(2),
                    DataSize.ofGigabytes(1),
                    Duration.ofHours(24),
                    Duration.ofHours(24),
                    Duration.ofMinutes(10))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "largest=0B | serin.artifacts.largest: expected 1B or more, was 0B",
        "keep-free=-1B | serin.artifacts.keep-free: expected 0B or more, was -1B",
        "parts-expire=1s | serin.artifacts.parts-expire: expected PT1M or more, was PT1S",
        "grace=0s | serin.artifacts.grace: expected PT1M or more, was PT0S",
        "sweep-every=10ms | serin.artifacts.sweep-every: expected PT1S or more, was PT0.01S",
      })
  void refusesWhatCannotBe(String property, String problem) {
    context
        .withPropertyValues("serin.artifacts." + property)
        .run(bound -> assertThat(bound).getFailure().rootCause().hasMessage(problem));
  }
}
