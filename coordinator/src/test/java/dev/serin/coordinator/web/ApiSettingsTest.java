package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ApiSettingsTest {
  @Test
  void hasDefaults() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new ApiSettings(List.of(), 200, 5_000, Duration.ofSeconds(10), Duration.ofSeconds(90)));
  }

  @ParameterizedTest
  @CsvSource({
    "serin.http.event-streams,0,serin.http.event-streams: expected 1 to 5000",
    "serin.http.events-kept,0,serin.http.events-kept: expected 1 to 1000000",
    "serin.http.heartbeat,0s,serin.http.heartbeat: expected 100ms to 1m",
    "serin.http.heartbeat,2m,serin.http.heartbeat: expected 100ms to 1m",
    "serin.http.plan-patience,0s,serin.http.plan-patience: expected 1s to 10m",
    "serin.http.plan-patience,1h,serin.http.plan-patience: expected 1s to 10m"
  })
  void refusesWhatMakesNoSense(String key, String value, String message) {
    assertThatThrownBy(() -> bind(Map.of(key, value))).hasStackTraceContaining(message);
  }

  private static ApiSettings bind(Map<String, String> properties) {
    return new Binder(new MapConfigurationPropertySource(properties))
        .bindOrCreate("serin.http", ApiSettings.class);
  }
}
