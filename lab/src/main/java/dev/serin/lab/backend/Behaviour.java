package dev.serin.lab.backend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a release does, as baked into its artifact.
///
/// @param version what `X-Version` and `build_info` say
/// @param errorRate share of the API's requests answered 500, from 0 to 1
/// @param latency added to each of the API's requests
/// @param healthStatus the status that the health check answers
/// @param crashAfter the process halts so long after its start; null for never
/// @param exitAtOnce the process ends before it listens
/// @param badAfter errors and latency begin so long after the start
/// @param badWhile errors and latency apply only while this file is there; null for always
/// @param healthyAfter the health check answers 503 for so long after the start
public record Behaviour(
    String version,
    double errorRate,
    Duration latency,
    int healthStatus,
    @Nullable Duration crashAfter,
    boolean exitAtOnce,
    Duration badAfter,
    @Nullable Path badWhile,
    Duration healthyAfter) {

  /// The entry of the artifact's jar that holds it.
  public static final String ENTRY = "behaviour.properties";

  public Behaviour {
    if (!version.matches("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")) {
      throw new IllegalArgumentException(
          "expected a version of letters, digits and . _ + -, was '" + version + "'");
    }
    if (!(errorRate >= 0 && errorRate <= 1)) {
      throw new IllegalArgumentException("expected an error rate from 0 to 1, was " + errorRate);
    }
    if (healthStatus < 200 || healthStatus > 599) {
      throw new IllegalArgumentException(
          "expected a health status from 200 to 599, was " + healthStatus);
    }
  }

  /// A release without a fault.
  public static Behaviour good(String version) {
    return new Behaviour(
        version, 0, Duration.ZERO, 200, null, false, Duration.ZERO, null, Duration.ZERO);
  }

  /// What is baked into the jar that this class was loaded from; a good `dev` where it is run from
  /// the build's classes.
  static Behaviour baked() {
    try (InputStream in = Behaviour.class.getResourceAsStream("/" + ENTRY)) {
      if (in == null) {
        return good("dev");
      }
      Properties properties = new Properties();
      properties.load(in);
      return of(properties);
    } catch (IOException e) {
      throw new UncheckedIOException("expected a readable " + ENTRY + " in the artifact", e);
    }
  }

  static Behaviour of(Properties properties) {
    String crashAfter = properties.getProperty("crashAfter");
    String badWhile = properties.getProperty("badWhile");
    return new Behaviour(
        properties.getProperty("version", "dev"),
        Double.parseDouble(properties.getProperty("errorRate", "0")),
        Duration.parse(properties.getProperty("latency", "PT0S")),
        Integer.parseInt(properties.getProperty("healthStatus", "200")),
        crashAfter == null ? null : Duration.parse(crashAfter),
        Boolean.parseBoolean(properties.getProperty("exitAtOnce", "false")),
        Duration.parse(properties.getProperty("badAfter", "PT0S")),
        badWhile == null ? null : Path.of(badWhile),
        Duration.parse(properties.getProperty("healthyAfter", "PT0S")));
  }

  /// The properties file, one sorted `key=value` a line and no date: the same behaviour gives the
  /// same bytes.
  public String toProperties() {
    SortedMap<String, String> values =
        new TreeMap<>(
            Map.of(
                "version", version,
                "errorRate", Double.toString(errorRate),
                "latency", latency.toString(),
                "healthStatus", Integer.toString(healthStatus),
                "exitAtOnce", Boolean.toString(exitAtOnce),
                "badAfter", badAfter.toString(),
                "healthyAfter", healthyAfter.toString()));
    if (crashAfter != null) {
      values.put("crashAfter", crashAfter.toString());
    }
    if (badWhile != null) {
      values.put("badWhile", badWhile.toString());
    }
    StringBuilder text = new StringBuilder();
    values.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString();
  }

  /// Whether errors and latency apply so long after the start.
  boolean isBadAt(Duration sinceStart) {
    return sinceStart.compareTo(badAfter) >= 0 && (badWhile == null || Files.exists(badWhile));
  }

  /// What the health check answers so long after the start.
  int healthAt(Duration sinceStart) {
    return sinceStart.compareTo(healthyAfter) < 0 ? 503 : healthStatus;
  }

  /// Whether the `n`th request (from 1) fails: evenly spread, so that a rate of 0.2 fails exactly
  /// every fifth.
  boolean failsRequest(long n) {
    return Math.floor(n * errorRate) > Math.floor((n - 1) * errorRate);
  }
}
