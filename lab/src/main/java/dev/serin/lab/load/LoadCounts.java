package dev.serin.lab.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// The accounting of one load: each request is counted exactly once, served or failed.
final class LoadCounts {

  static final String UNKNOWN = "unknown";
  private static final int EXAMPLES_A_KIND = 5;
  private static final long LONGEST_MICROS = 120_000_000;

  private final Map<String, Long> servedByVersion = new TreeMap<>();
  private final Map<String, Long> servedByNode = new TreeMap<>();
  private final Map<String, Long> failedByVersion = new TreeMap<>();
  private final Map<String, Long> failedByKind = new TreeMap<>();
  private final Map<String, Long> failedByVersionAndKind = new TreeMap<>();
  private final List<Failure> examples = new ArrayList<>();
  private final Map<String, Long> webSocketsByNode = new TreeMap<>();
  private final Histogram latencyMicros = new Histogram(LONGEST_MICROS, 3);
  private long slowServed;
  private long webSocketOpenings;
  private long webSocketClosings;
  private long webSocketRefusals;

  /// A whole answer; below 200 and from 400 on it is a failed request.
  synchronized void answered(
      String client, HttpConnection.Response response, long nanos, Instant at) {
    String version = response.headers().getOrDefault("x-version", UNKNOWN);
    String node = response.headers().getOrDefault("x-node", UNKNOWN);
    if (response.status() < 200 || response.status() >= 400) {
      fail(new Failure(at, "status " + response.status(), version, node, client, ""));
      return;
    }
    servedByVersion.merge(version, 1L, Long::sum);
    servedByNode.merge(node, 1L, Long::sum);
    if (client.equals(Load.SLOW)) {
      slowServed++;
    } else {
      latencyMicros.recordValue(Math.min(nanos / 1_000, LONGEST_MICROS));
    }
  }

  /// No whole answer came.
  synchronized void broke(String client, IOException e, Instant at) {
    String detail = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    fail(new Failure(at, kindOf(e), UNKNOWN, UNKNOWN, client, detail));
  }

  synchronized void webSocketOpened(String node) {
    webSocketOpenings++;
    webSocketsByNode.merge(node, 1L, Long::sum);
  }

  synchronized void webSocketClosed(String node) {
    webSocketClosings++;
    webSocketsByNode.merge(node, -1L, Long::sum);
  }

  /// A WebSocket ended because the load did: no closing.
  synchronized void webSocketLeft(String node) {
    webSocketsByNode.merge(node, -1L, Long::sum);
  }

  synchronized void webSocketRefused() {
    webSocketRefusals++;
  }

  private void fail(Failure failure) {
    failedByVersion.merge(failure.version(), 1L, Long::sum);
    failedByVersionAndKind.merge(
        LoadSnapshot.versionAndKind(failure.version(), failure.kind()), 1L, Long::sum);
    long ofThisKind = failedByKind.merge(failure.kind(), 1L, Long::sum);
    if (ofThisKind <= EXAMPLES_A_KIND) {
      examples.add(failure);
    }
  }

  static String kindOf(IOException e) {
    return switch (e) {
      case SocketTimeoutException _ -> "timeout";
      case ConnectException _ -> "refused";
      case EOFException _ -> "closed";
      case SocketException _ -> "reset";
      default -> "malformed";
    };
  }

  synchronized LoadSnapshot snapshot(Instant startedAt, Instant at) {
    return new LoadSnapshot(
        startedAt,
        at,
        Map.copyOf(servedByVersion),
        Map.copyOf(servedByNode),
        Map.copyOf(failedByVersion),
        Map.copyOf(failedByKind),
        Map.copyOf(failedByVersionAndKind),
        List.copyOf(examples),
        slowServed,
        latencyMicros.copy(),
        new LoadSnapshot.WebSockets(
            webSocketOpenings, webSocketClosings, webSocketRefusals, Map.copyOf(webSocketsByNode)));
  }
}
