package dev.serin.coordinator.saga;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How many rollouts may run at once.
///
/// @param atMost 1 or more
/// @param label over which of them; none for all
/// @param value only those whose label has this value; none where each value is counted by itself
public record Limit(int atMost, @Nullable String label, @Nullable String value) {
  /// Reads `label` or `label=value`.
  ///
  /// @param over empty for all rollouts
  public static Limit of(int atMost, @Nullable String over) {
    if (atMost < 1) {
      throw new IllegalArgumentException(
          "serin.limits: expected at-most to be 1 or more, found " + atMost);
    }
    if (over == null || over.isBlank()) {
      return new Limit(atMost, null, null);
    }
    int equals = over.indexOf('=');
    String label = (equals < 0 ? over : over.substring(0, equals)).strip();
    String value = equals < 0 ? null : over.substring(equals + 1).strip();
    if (label.isEmpty() || (value != null && value.isEmpty())) {
      throw new IllegalArgumentException(
          "serin.limits: expected label to be a release's label, KEY or KEY=VALUE, found '"
              + over
              + "'");
    }
    return new Limit(atMost, label, value);
  }

  /// Those that are counted together with a release of these labels; none where it is not limited.
  Optional<String> group(Map<String, String> labels) {
    if (label == null) {
      return Optional.of("");
    }
    String found = labels.get(label);
    return found == null || (value != null && !value.equals(found))
        ? Optional.empty()
        : Optional.of(label + "=" + found);
  }
}
