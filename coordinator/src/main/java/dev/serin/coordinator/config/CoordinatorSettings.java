package dev.serin.coordinator.config;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The coordinator's own settings.
///
/// @param data the directory for what may be lost: locks and checkpoints; the state itself is on
///   the broker
@ConfigurationProperties("serin")
public record CoordinatorSettings(@DefaultValue("./data") String data) {
  public CoordinatorSettings {
    if (data.isBlank()) {
      throw new IllegalArgumentException("serin.data: expected a directory, was empty");
    }
  }
}
