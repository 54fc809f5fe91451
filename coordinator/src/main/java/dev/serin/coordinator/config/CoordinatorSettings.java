package dev.serin.coordinator.config;

import dev.serin.coordinator.saga.Limit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The coordinator's own settings.
///
/// @param data the directory for what may be lost: locks and checkpoints; the state itself is on
///   the broker
/// @param limits how many rollouts may run at once; nothing limits them where there is none
@ConfigurationProperties("serin")
public record CoordinatorSettings(
    @DefaultValue("./data") String data, @DefaultValue List<OneLimit> limits) {
  /// One limit, as it is written.
  ///
  /// @param atMost 1 or more
  /// @param label a release's label, `KEY` (each value by itself) or `KEY=VALUE`; none for all
  ///   rollouts
  public record OneLimit(@DefaultValue("0") int atMost, @Nullable String label) {}

  public CoordinatorSettings {
    if (data.isBlank()) {
      throw new IllegalArgumentException("serin.data: expected a directory, was empty");
    }
    limits = List.copyOf(limits);
    limits.forEach(one -> Limit.of(one.atMost(), one.label()));
  }

  List<Limit> turns() {
    return limits.stream().map(one -> Limit.of(one.atMost(), one.label())).toList();
  }
}
