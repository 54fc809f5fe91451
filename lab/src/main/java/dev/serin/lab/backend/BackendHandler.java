package dev.serin.lab.backend;

import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.websockets.WebSocketProtocolHandshakeHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Every request of the backend. Delays are timers on the I/O thread: a slow request holds no
/// thread.
///
/// | path | answer |
/// |---|---|
/// | `/api/v1/health` | the baked status |
/// | `/api/v1/hello` | at once, or as badly as baked |
/// | `/api/v1/slow?ms=3000` | after so long, at most a minute |
/// | `/ws` | a WebSocket: echoes, and a heartbeat each second |
/// | `/metrics` | Prometheus' text format |
final class BackendHandler implements HttpHandler {

  private static final HttpString X_VERSION = new HttpString("X-Version");
  private static final HttpString X_NODE = new HttpString("X-Node");
  private static final long LONGEST_MILLIS = 60_000;
  private static final long DEFAULT_SLOW_MILLIS = 3_000;

  private final Behaviour behaviour;
  private final String node;
  private final BackendMetrics metrics;
  private final WebSockets webSockets;
  private final WebSocketProtocolHandshakeHandler webSocketHandshake;
  private final long startedNanos = System.nanoTime();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean stopping;

  BackendHandler(Behaviour behaviour, String node) {
    this.behaviour = behaviour;
    this.node = node;
    this.metrics = new BackendMetrics(behaviour.version(), inFlight::get);
    this.webSockets = new WebSockets(node, metrics);
    this.webSocketHandshake = Handlers.websocket(webSockets);
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    exchange.getResponseHeaders().put(X_VERSION, behaviour.version()).put(X_NODE, node);
    if (stopping) {
      exchange.setPersistent(false);
      answer(exchange, 503, "text/plain", text("stopping"));
      return;
    }
    switch (exchange.getRequestPath()) {
      case "/ws" -> webSocketHandshake.handleRequest(exchange);
      case "/api/v1/health" ->
          answer(exchange, behaviour.healthAt(sinceStart()), "text/plain", text("health"));
      case "/api/v1/hello" -> api(exchange, 0, true);
      case "/api/v1/slow" -> api(exchange, slowMillis(exchange), false);
      case "/metrics" -> answer(exchange, 200, "text/plain; version=0.0.4", metrics.text());
      default -> answer(exchange, 404, "text/plain", text("no such path"));
    }
  }

  private void api(HttpServerExchange exchange, long delayMillis, boolean observed) {
    inFlight.incrementAndGet();
    exchange.addExchangeCompleteListener((_, next) -> {
      inFlight.decrementAndGet();
      next.proceed();
    });
    boolean bad = behaviour.isBadAt(sinceStart());
    int status = bad && behaviour.failsRequest(requests.incrementAndGet()) ? 500 : 200;
    long millis = delayMillis + (bad ? behaviour.latency().toMillis() : 0);
    if (observed) {
      long from = System.nanoTime();
      exchange.addExchangeCompleteListener((done, next) -> {
        metrics.served(done.getStatusCode(), (System.nanoTime() - from) / 1e9);
        next.proceed();
      });
    }
    byte[] body = text("hello from " + node + " " + behaviour.version());
    if (millis == 0) {
      answer(exchange, status, "text/plain", body);
      return;
    }
    exchange.dispatch(
        exchange.getIoThread(),
        () -> {
          var _ =
              exchange
                  .getIoThread()
                  .executeAfter(
                      () -> answer(exchange, status, "text/plain", body),
                      millis,
                      TimeUnit.MILLISECONDS);
        });
  }

  private Duration sinceStart() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  private static void answer(HttpServerExchange exchange, int status, String type, byte[] body) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
    exchange.getResponseSender().send(ByteBuffer.wrap(body));
  }

  private static byte[] text(String line) {
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static long slowMillis(HttpServerExchange exchange) {
    Deque<String> values = exchange.getQueryParameters().get("ms");
    try {
      long millis = values == null ? DEFAULT_SLOW_MILLIS : Long.parseLong(values.getFirst());
      return Math.clamp(millis, 0, LONGEST_MILLIS);
    } catch (NumberFormatException notANumber) {
      return DEFAULT_SLOW_MILLIS;
    }
  }

  /// Refuses what is new, tells the WebSockets to go and waits until no request is in flight, at
  /// most so long.
  void drain(Duration within) {
    stopping = true;
    webSockets.closeAll();
    long end = System.nanoTime() + within.toNanos();
    try {
      while (inFlight.get() > 0 && System.nanoTime() < end) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
