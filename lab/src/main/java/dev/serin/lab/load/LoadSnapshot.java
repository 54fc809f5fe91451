package dev.serin.lab.load;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongBinaryOperator;
import org.HdrHistogram.Histogram;

/// What a load has seen so far.
///
/// @param failedByVersionAndKind as [#versionAndKind] names them
/// @param failures the first few of each kind, oldest first
/// @param slowServed those of the served that lasted long on purpose; they are not in
///   `latencyMicros`
/// @param latencyMicros from the first byte sent (connecting included, for fresh clients) to the
///   last read
public record LoadSnapshot(
    Instant startedAt,
    Instant at,
    Map<String, Long> servedByVersion,
    Map<String, Long> servedByNode,
    Map<String, Long> failedByVersion,
    Map<String, Long> failedByKind,
    Map<String, Long> failedByVersionAndKind,
    List<Failure> failures,
    long slowServed,
    Histogram latencyMicros,
    WebSockets webSockets) {

  /// @param openings handshakes that succeeded, the first ones included
  /// @param closings that the load did not ask for
  /// @param refusals handshakes that failed
  /// @param openByNode open now
  public record WebSockets(
      long openings, long closings, long refusals, Map<String, Long> openByNode) {

    public long open() {
      return openings - closings;
    }
  }

  /// What failures of one version and one kind are counted under.
  public static String versionAndKind(String version, String kind) {
    return version + " " + kind;
  }

  public long served() {
    return total(servedByVersion);
  }

  public long failed() {
    return total(failedByVersion);
  }

  /// The latency below which `percent` of the fast requests stayed.
  public Duration latency(double percent) {
    return Duration.ofNanos(latencyMicros.getValueAtPercentile(percent) * 1_000);
  }

  /// What came after `earlier`, a snapshot of the same load. WebSockets open now stay as they are.
  public LoadSnapshot since(LoadSnapshot earlier) {
    Histogram latency = latencyMicros.copy();
    latency.subtract(earlier.latencyMicros);
    return new LoadSnapshot(
        earlier.at,
        at,
        minus(servedByVersion, earlier.servedByVersion),
        minus(servedByNode, earlier.servedByNode),
        minus(failedByVersion, earlier.failedByVersion),
        minus(failedByKind, earlier.failedByKind),
        minus(failedByVersionAndKind, earlier.failedByVersionAndKind),
        failures.subList(earlier.failures.size(), failures.size()),
        slowServed - earlier.slowServed,
        latency,
        new WebSockets(
            webSockets.openings - earlier.webSockets.openings,
            webSockets.closings - earlier.webSockets.closings,
            webSockets.refusals - earlier.webSockets.refusals,
            webSockets.openByNode));
  }

  /// A few lines for people.
  public String report() {
    StringBuilder text = new StringBuilder();
    double seconds = Math.max(0.001, Duration.between(startedAt, at).toMillis() / 1e3);
    text.append(
        "  requests    %,d served, %,d failed, %.0f a second over %.1f s%n"
            .formatted(served(), failed(), (served() + failed()) / seconds, seconds));
    new TreeMap<>(servedByVersion)
        .forEach((version, count) ->
            text.append(
                "              %-10s %,d served, %,d failed%n"
                    .formatted(version, count, failedByVersion.getOrDefault(version, 0L))));
    new TreeMap<>(failedByVersion)
        .forEach((version, count) -> {
          if (!servedByVersion.containsKey(version)) {
            text.append("              %-10s 0 served, %,d failed%n".formatted(version, count));
          }
        });
    text.append(
        "  slow        %,d of the served lasted seconds on purpose%n".formatted(slowServed));
    text.append(
        "  latency     p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, max %.1f ms%n"
            .formatted(millis(50), millis(95), millis(99), millis(100)));
    text.append("  nodes       %s%n".formatted(new TreeMap<>(servedByNode)));
    text.append(
        "  websockets  %,d openings, %,d closings, %,d refused, open now %s%n"
            .formatted(
                webSockets.openings,
                webSockets.closings,
                webSockets.refusals,
                new TreeMap<>(webSockets.openByNode)));
    if (failed() > 0) {
      text.append("  failures    %s%n".formatted(new TreeMap<>(failedByKind)));
      failures.forEach(failure -> text.append("              ").append(line(failure)));
    }
    return text.toString();
  }

  private static String line(Failure failure) {
    return "%s %s by %s on %s, %s client %s%n"
        .formatted(
            failure.at(),
            failure.kind(),
            failure.version(),
            failure.node(),
            failure.client(),
            failure.detail());
  }

  private double millis(double percent) {
    return latencyMicros.getValueAtPercentile(percent) / 1e3;
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Map<String, Long> minus(Map<String, Long> now, Map<String, Long> before) {
    LongBinaryOperator difference = (a, b) -> a - b;
    Map<String, Long> result = new TreeMap<>();
    now.forEach((key, count) -> {
      long more = difference.applyAsLong(count, before.getOrDefault(key, 0L));
      if (more != 0) {
        result.put(key, more);
      }
    });
    return result;
  }
}
