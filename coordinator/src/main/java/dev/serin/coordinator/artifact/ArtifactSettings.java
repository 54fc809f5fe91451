package dev.serin.coordinator.artifact;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How the coordinator stores artifacts.
///
/// @param directory where they lie, this coordinator's own; `artifact-store` in `serin.data` where
///   none is given
/// @param largest how large one may be, 1 B or more
/// @param keepFree how much of the disk is never taken by an upload, 0 or more
/// @param partsExpire how long an upload that broke off is kept to be resumed, 1 minute or more
/// @param grace how long an artifact that nothing needs is kept after it was last stored or asked
///   for, 1 minute or more: its release may not have been asked for yet
/// @param sweepEvery how often what is not needed is looked for, 1 second or more
@ConfigurationProperties("serin.artifacts")
public record ArtifactSettings(
    @Nullable Path directory,
    @DefaultValue("2GB") DataSize largest,
    @DefaultValue("1GB") DataSize keepFree,
    @DefaultValue("24h") Duration partsExpire,
    @DefaultValue("24h") Duration grace,
    @DefaultValue("10m") Duration sweepEvery) {
  public ArtifactSettings {
    if (largest.toBytes() < 1) {
      throw new IllegalArgumentException(
          "serin.artifacts.largest: expected 1B or more, was " + largest);
    }
    if (keepFree.isNegative()) {
      throw new IllegalArgumentException(
          "serin.artifacts.keep-free: expected 0B or more, was " + keepFree);
    }
    atLeast("parts-expire", partsExpire, Duration.ofMinutes(1));
    atLeast("grace", grace, Duration.ofMinutes(1));
    atLeast("sweep-every", sweepEvery, Duration.ofSeconds(1));
  }

  /// Where the store lies.
  ///
  /// @param data the coordinator's data directory
  public Path in(String data) {
    return (directory == null ? Path.of(data, "artifact-store") : directory).toAbsolutePath();
  }

  private static void atLeast(String key, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          "serin.artifacts." + key + ": expected " + least + " or more, was " + value);
    }
  }
}
