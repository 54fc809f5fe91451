package dev.serin.lab.load;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A load that runs: each client, each slow request and each WebSocket is a virtual thread.
///
/// A client sends at its own steady pace; one that is late (its last answer took longer than its
/// period) sends at once and does not make up for what it missed.
public final class Load implements AutoCloseable {

  static final String STICKY = "sticky";
  static final String FRESH = "fresh";
  static final String SLOW = "slow";

  /// A request that has no answer after so long is a failed one.
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final LoadPlan plan;
  private final LoadCounts counts = new LoadCounts();
  private final InstantSource clock = InstantSource.system();
  private final Instant startedAt = clock.instant();
  private final long endNanos;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<WebSocketClient> webSockets = new ArrayList<>();
  private volatile boolean stopped;

  private Load(LoadPlan plan) {
    this.plan = plan;
    this.endNanos = System.nanoTime() + plan.limit().toNanos();
  }

  /// Starts at once; the load ends at its plan's limit or at [#stop()].
  public static Load start(LoadPlan plan) {
    Load load = new Load(plan);
    for (int i = 0; i < plan.clients(); i++) {
      int client = i;
      load.run(client % 2 == 0 ? STICKY : FRESH, () -> load.fastClient(client));
    }
    if (plan.slowEvery().isPositive()) {
      load.run(SLOW, load::slowRequests);
    }
    for (int i = 0; i < plan.webSockets(); i++) {
      WebSocketClient webSocket = new WebSocketClient(plan.target(), load.counts);
      load.webSockets.add(webSocket);
      load.run("websocket", () -> webSocket.run(load::isOver));
    }
    return load;
  }

  public LoadSnapshot snapshot() {
    return counts.snapshot(startedAt, clock.instant());
  }

  /// Waits until the plan's limit is over.
  public void awaitEnd() throws InterruptedException {
    while (!isOver()) {
      Thread.sleep(20);
    }
  }

  /// Lets the requests in flight end, closes the WebSockets, and returns the last snapshot.
  public LoadSnapshot stop() {
    stopped = true;
    webSockets.forEach(WebSocketClient::leave);
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join(TIMEOUT.plus(plan.slowFor()));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return snapshot();
  }

  @Override
  public void close() {
    stop();
  }

  private boolean isOver() {
    return stopped || System.nanoTime() >= endNanos;
  }

  private void run(String name, Runnable body) {
    threads.add(Thread.ofVirtual().name(name).start(body));
  }

  private void fastClient(int number) {
    long periodNanos = (long) (1e9 * plan.clients() / plan.ratePerSecond());
    long nextNanos = System.nanoTime() + periodNanos * number / plan.clients();
    try (Client client = number % 2 == 0 ? new Sticky(STICKY) : new Fresh(FRESH)) {
      while (sleepUntil(nextNanos)) {
        client.request("/api/v1/hello");
        nextNanos = Math.max(nextNanos + periodNanos, System.nanoTime());
      }
    }
  }

  private void slowRequests() {
    String path = "/api/v1/slow?ms=" + plan.slowFor().toMillis();
    long nextNanos = System.nanoTime();
    while (sleepUntil(nextNanos)) {
      threads.removeIf(thread -> !thread.isAlive());
      run(
          SLOW,
          () -> {
            try (Client client = new Fresh(SLOW)) {
              client.request(path);
            }
          });
      nextNanos += plan.slowEvery().toNanos();
    }
  }

  private boolean sleepUntil(long nanos) {
    while (!isOver()) {
      long left = nanos - System.nanoTime();
      if (left <= 0) {
        return true;
      }
      LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(200)));
    }
    return false;
  }

  /// Counts one request each time, whatever becomes of it.
  private abstract class Client implements AutoCloseable {

    private final String kind;

    Client(String kind) {
      this.kind = kind;
    }

    void request(String path) {
      long from = System.nanoTime();
      try {
        HttpConnection.Response response = exchange(path);
        counts.answered(kind, response, System.nanoTime() - from, clock.instant());
      } catch (IOException e) {
        counts.broke(kind, e, clock.instant());
        close();
      } catch (NumberFormatException e) {
        counts.broke(
            kind, new IOException("malformed length: " + e.getMessage(), e), clock.instant());
        close();
      }
    }

    abstract HttpConnection.Response exchange(String path) throws IOException;

    @Override
    public void close() {}
  }

  /// A new connection for each request, no cookie.
  private final class Fresh extends Client {

    Fresh(String kind) {
      super(kind);
    }

    @Override
    HttpConnection.Response exchange(String path) throws IOException {
      try (HttpConnection connection = HttpConnection.to(plan.target(), TIMEOUT)) {
        return connection.get(path, List.of("Connection: close"));
      }
    }
  }

  /// One connection and the load balancer's cookie, as long as they last.
  private final class Sticky extends Client {

    private @Nullable HttpConnection connection;
    private @Nullable String cookie;

    Sticky(String kind) {
      super(kind);
    }

    @Override
    HttpConnection.Response exchange(String path) throws IOException {
      HttpConnection open = connection;
      if (open == null || !open.isReusable()) {
        close();
        open = HttpConnection.to(plan.target(), TIMEOUT);
        connection = open;
      }
      HttpConnection.Response response =
          open.get(path, cookie == null ? List.of() : List.of("Cookie: " + cookie));
      String set = response.header("set-cookie");
      if (set != null) {
        cookie = set.split(";", 2)[0];
      }
      return response;
    }

    @Override
    public void close() {
      if (connection != null) {
        connection.close();
        connection = null;
      }
    }
  }
}
