package dev.serin.cli.stub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// A stub coordinator: the design's HTTP API over states and events that a test puts there. Each
/// answer carries the header `Server: stub-coordinator`.
public final class StubCoordinator implements AutoCloseable {
  /// An answer put there by a test, for any method and path.
  public record Canned(int status, String type, String body) {}

  private static final java.time.Duration STREAM_LIMIT = java.time.Duration.ofSeconds(30);

  private final Map<String, RolloutState> states = new LinkedHashMap<>();
  private final List<JsonNode> events = new ArrayList<>();
  private String freezes = "[]";
  private final Map<String, JsonNode> services = new LinkedHashMap<>();
  private final Map<String, Canned> canned = new LinkedHashMap<>();
  private final List<BlockingQueue<String>> streams = new CopyOnWriteArrayList<>();
  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private final List<JsonNode> planned = new CopyOnWriteArrayList<>();
  private final List<String> resumedFrom = new CopyOnWriteArrayList<>();
  private final StubArtifacts artifacts = new StubArtifacts();
  private Consumer<JsonNode> onRequest = request -> {};
  private String rolloutId = "r-1";
  private final int port;
  private HttpServer server;

  public StubCoordinator() {
    this(0);
  }

  /// @param port where it listens; 0 for any free one
  public StubCoordinator(int port) {
    this.server = listen(port);
    this.port = server.getAddress().getPort();
  }

  private HttpServer listen(int on) {
    try {
      HttpServer opened =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), on), 0);
      opened.createContext("/", this::handle);
      opened.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      opened.start();
      return opened;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  public StubArtifacts artifacts() {
    return artifacts;
  }

  /// What the next requests are told to be.
  public void givesRolloutId(String id) {
    rolloutId = id;
  }

  /// What is frozen, as a JSON array.
  public synchronized void freezes(String json) {
    freezes = json;
  }

  /// Called for each accepted request, once it is answered.
  public void onRequest(Consumer<JsonNode> reaction) {
    onRequest = reaction;
  }

  public List<JsonNode> requests() {
    return requests;
  }

  /// What was asked for a plan last.
  public JsonNode planned() {
    return planned.getLast();
  }

  /// The `Last-Event-ID` of each stream that was opened, `none` without.
  public List<String> resumedFrom() {
    return resumedFrom;
  }

  public synchronized void define(JsonNode service) {
    services.put(service.path("service").asString(), service);
  }

  /// Answers this instead, until it is taken away.
  public synchronized void answers(String methodAndPath, Canned answer) {
    canned.put(methodAndPath, answer);
  }

  public synchronized void answersNormally(String methodAndPath) {
    canned.remove(methodAndPath);
  }

  /// A state and the event that led to it.
  public synchronized void tell(Play.Moment moment) {
    states.put(moment.state().rolloutId(), moment.state());
    tell(Json.mapper().valueToTree(moment.event()));
  }

  public synchronized void tell(JsonNode event) {
    events.add(event);
    streams.forEach(stream -> stream.add(frame(events.size())));
  }

  public synchronized void put(RolloutState state) {
    states.put(state.rolloutId(), state);
  }

  private String frame(int id) {
    JsonNode event = events.get(id - 1);
    return "id: " + id + "\nevent: " + event.path("type").asString() + "\ndata: " + event + "\n\n";
  }

  /// Ends all open streams, as a proxy or a restart does.
  public void cutStreams() {
    streams.forEach(stream -> stream.add(""));
  }

  /// Waits until somebody listens to the stream.
  public synchronized void awaitStream() throws InterruptedException {
    long until = System.nanoTime() + STREAM_LIMIT.toNanos();
    while (streams.isEmpty()) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError("expected a listener to the event stream, found none");
      }
      wait(Math.max(1, left / 1_000_000));
    }
  }

  /// Nobody listens any more.
  public void goDown() {
    cutStreams();
    server.stop(0);
  }

  public void comeBack() {
    server = listen(port);
  }

  @Override
  public void close() {
    goDown();
  }

  private void handle(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Server", "stub-coordinator");
    URI uri = exchange.getRequestURI();
    if (uri.getPath().startsWith("/api/v1/artifacts/")) {
      artifacts.handle(exchange);
      return;
    }
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Canned wanted = cannedFor(exchange.getRequestMethod() + " " + uri.getPath());
    if (uri.getPath().equals("/api/v1/plans")) {
      planned.add(Json.mapper().readTree(body));
    }
    if (wanted != null) {
      answer(exchange, wanted.status(), wanted.type(), wanted.body());
    } else if (uri.getPath().equals("/api/v1/events")) {
      stream(exchange);
    } else if (uri.getPath().equals("/api/v1/requests")) {
      request(exchange, Json.mapper().readTree(body));
    } else if (exchange.getRequestMethod().equals("PUT")) {
      define(Json.mapper().readTree(body));
      answer(exchange, 200, "application/json", body);
    } else {
      read(exchange, uri);
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Canned cannedFor(String methodAndPath) {
    return canned.get(methodAndPath);
  }

  private void request(HttpExchange exchange, JsonNode request) throws IOException {
    requests.add(request);
    answer(
        exchange,
        202,
        "application/json",
        "{\"requestId\":" + request.path("requestId") + ",\"rolloutId\":\"" + rolloutId + "\"}");
    onRequest.accept(request);
  }

  private void read(HttpExchange exchange, URI uri) throws IOException {
    String found = find(uri);
    if (found.isEmpty()) {
      answer(
          exchange,
          404,
          "application/problem+json",
          "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"expected a name that is known\"}");
    } else {
      answer(exchange, 200, "application/json", found);
    }
  }

  private synchronized String find(URI uri) {
    String[] parts = uri.getPath().split("/", -1);
    String kind = parts.length > 3 ? parts[3] : "";
    if (kind.equals("freezes")) {
      return freezes;
    }
    if (kind.equals("services")) {
      if (parts.length == 4) {
        return services.values().toString();
      }
      JsonNode service = services.get(parts[4]);
      return service == null ? "" : service.toString();
    }
    if (parts.length == 4) {
      return list(uri.getQuery() == null ? "" : "&" + uri.getQuery() + "&").toString();
    }
    RolloutState state = states.get(parts[4]);
    if (state == null) {
      return "";
    }
    return parts.length == 5
        ? Json.mapper().writeValueAsString(state)
        : events.stream()
            .filter(event -> event.path("rolloutId").asString("").equals(parts[4]))
            .toList()
            .toString();
  }

  private ArrayNode list(String query) {
    ArrayNode list = Json.mapper().createArrayNode();
    for (RolloutState state : List.copyOf(states.values()).reversed()) {
      boolean service =
          !query.contains("&service=") || query.contains("&service=" + state.service() + "&");
      boolean active = !query.contains("&active=true&") || !state.phase().isOver();
      boolean room = !query.contains("&limit=1&") || list.isEmpty();
      if (service && active && room) {
        list.add(Json.mapper().<JsonNode>valueToTree(state));
      }
    }
    return list;
  }

  private void stream(HttpExchange exchange) throws IOException {
    String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
    BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    synchronized (this) {
      int from = last == null ? events.size() : Integer.parseInt(last);
      frames.add(": a stub's heartbeat\nretry: 2000\nid: " + from + "\n\n");
      for (int id = last == null ? events.size() : Integer.parseInt(last);
          id < events.size();
          id++) {
        frames.add(frame(id + 1));
      }
      streams.add(frames);
      resumedFrom.add(last == null ? "none" : last);
      notifyAll();
    }
    try (OutputStream out = exchange.getResponseBody()) {
      for (String frame = frames.take(); !frame.isEmpty(); frame = frames.take()) {
        out.write(frame.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      streams.remove(frames);
    }
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
