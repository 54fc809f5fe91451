package dev.serin.lab.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.lab.backend.Backend;
import dev.serin.lab.backend.Behaviour;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadTest {

  @Test
  void servesAllOfAHealthyServerAndKeepsItsWebSocketsOpen() throws InterruptedException {
    Backend backend = start(0);
    LoadSnapshot seen = run(backend.port(), 5, Duration.ofMillis(800));
    backend.stop();

    assertThat(seen.failed()).isZero();
    assertThat(seen.served()).isPositive();
    assertThat(seen.slowServed()).isPositive();
    assertThat(seen.servedByVersion()).containsOnlyKeys("v1");
    assertThat(seen.servedByNode()).containsOnlyKeys("node-1");
    assertThat(seen.webSockets().openings()).isEqualTo(5);
    assertThat(seen.webSockets().closings()).isZero();
    assertThat(seen.report()).contains("0 failed");
  }

  @Test
  void countsTheFailuresOfARelease() throws InterruptedException {
    Backend backend = start(0.5);
    LoadSnapshot seen = run(backend.port(), 0, Duration.ofMillis(500));
    backend.stop();

    assertThat(seen.failed()).isBetween(seen.served() - 1, seen.served() + 1);
    assertThat(seen.failedByVersion()).containsOnlyKeys("v1");
    assertThat(seen.failedByKind()).containsOnlyKeys("status 500");
    assertThat(seen.failures()).isNotEmpty().hasSize((int) Math.min(5, seen.failed()));
  }

  @Test
  void retriesNothingWhenAConnectionBreaks() throws IOException, InterruptedException {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      int[] accepted = {0};
      Thread hangsUp =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    try (Socket socket = server.accept()) {
                      socket.getInputStream().read();
                      accepted[0]++;
                      socket
                          .getOutputStream()
                          .write("HTTP/1.1 200 OK\r\nContent-Le".getBytes(StandardCharsets.UTF_8));
                    }
                  }
                } catch (IOException closed) {
                  // The test is over.
                }
              });
      LoadSnapshot seen = run(server.getLocalPort(), 0, Duration.ofMillis(300));
      server.close();
      hangsUp.join();

      assertThat(seen.served()).isZero();
      assertThat(seen.failed()).isEqualTo(accepted[0]).isPositive();
      assertThat(seen.failedByVersion()).containsOnlyKeys("unknown");
    }
  }

  @Test
  void countsARefusedConnectionAsAFailedRequest() throws IOException, InterruptedException {
    int free;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = server.getLocalPort();
    }
    LoadSnapshot seen = run(free, 1, Duration.ofMillis(300));

    assertThat(seen.failedByKind()).containsOnlyKeys("refused");
    assertThat(seen.webSockets().refusals()).isPositive();
  }

  @Test
  void countsTheClosingsOfWebSocketsApartAndReconnects() throws InterruptedException {
    Backend backend = start(0);
    int port = backend.port();
    Load load = Load.start(plan(port, 3, Duration.ofSeconds(30)));
    awaitOpenings(load, 3);
    LoadSnapshot before = load.snapshot();
    backend.stop();
    backend =
        Backend.start(
            Behaviour.good("v2"),
            "node-1",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    awaitOpenings(load, 6);
    LoadSnapshot seen = load.stop().since(before);
    backend.stop();

    assertThat(seen.webSockets().closings()).isEqualTo(3);
    assertThat(seen.webSockets().openings()).isEqualTo(3);
  }

  @Test
  void aSnapshotSinceAnotherCountsOnlyWhatCameAfter() {
    LoadCounts counts = new LoadCounts();
    java.time.Instant at = java.time.Instant.EPOCH;
    counts.broke(Load.FRESH, new IOException("first"), at);
    LoadSnapshot first = counts.snapshot(at, at);
    counts.broke(Load.FRESH, new java.net.SocketTimeoutException("second"), at);
    LoadSnapshot since = counts.snapshot(at, at).since(first);

    assertThat(since.failed()).isEqualTo(1);
    assertThat(since.failedByKind()).containsOnlyKeys("timeout");
    assertThat(since.failures()).extracting(Failure::detail).containsExactly("second");
  }

  private static void awaitOpenings(Load load, int openings) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (load.snapshot().webSockets().openings() < openings && System.nanoTime() < end) {
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
    assertThat(load.snapshot().webSockets().openings()).isGreaterThanOrEqualTo(openings);
  }

  private static Backend start(double errorRate) {
    return Backend.start(
        new Behaviour(
            "v1", errorRate, Duration.ZERO, 200, null, false, Duration.ZERO, null, Duration.ZERO),
        "node-1",
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static LoadPlan plan(int port, int webSockets, Duration limit) {
    return new LoadPlan(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        100,
        4,
        Duration.ofMillis(200),
        Duration.ofMillis(300),
        webSockets,
        limit);
  }

  private static LoadSnapshot run(int port, int webSockets, Duration limit)
      throws InterruptedException {
    Load load = Load.start(plan(port, webSockets, limit));
    load.awaitEnd();
    return load.stop();
  }
}
