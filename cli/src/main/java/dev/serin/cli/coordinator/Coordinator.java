package dev.serin.cli.coordinator;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// The coordinator's HTTP API, as the design has it.
public final class Coordinator {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(15);
  private static final Duration PLAN = Duration.ofMinutes(11);
  private static final Duration LOOK = Duration.ofSeconds(4);

  private final URI base;
  private final HttpClient http;

  /// @param base its address, without a path
  public Coordinator(URI base) {
    this.base = base;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
  }

  public URI base() {
    return base;
  }

  public Answer request(JsonNode request) {
    return send(json("POST", "/api/v1/requests", request));
  }

  /// What a release would do; patient, since the agents are asked, and may fetch the artifact.
  public Answer plan(JsonNode release) {
    return send(json("POST", "/api/v1/plans", release).timeout(PLAN));
  }

  /// One state; impatient, since it is asked for again and again.
  public Answer rollout(String id) {
    return send(
        HttpRequest.newBuilder(at("/api/v1/rollouts/" + segment(id)))
            .header("Accept", "application/json")
            .timeout(LOOK));
  }

  /// The events of one rollout, oldest first.
  public Answer story(String id) {
    return get("/api/v1/rollouts/" + segment(id) + "/events");
  }

  /// States, newest first.
  ///
  /// @param limit at most so many; none for the coordinator's own limit
  public Answer rollouts(@Nullable String service, boolean active, @Nullable Integer limit) {
    List<String> query = new ArrayList<>();
    if (service != null) {
      query.add("service=" + segment(service));
    }
    if (active) {
      query.add("active=true");
    }
    if (limit != null) {
      query.add("limit=" + limit);
    }
    return get("/api/v1/rollouts" + (query.isEmpty() ? "" : "?" + String.join("&", query)));
  }

  public Answer services() {
    return get("/api/v1/services");
  }

  /// The freezes that are, and those to come.
  public Answer freezes() {
    return get("/api/v1/freezes");
  }

  public Answer service(String name) {
    return get("/api/v1/services/" + segment(name));
  }

  public Answer define(String name, JsonNode definition) {
    return send(json("PUT", "/api/v1/services/" + segment(name), definition));
  }

  /// The rescue sheet of a service; empty where nobody there has one, or nobody is there.
  public Optional<String> rescue(String service) {
    try {
      HttpResponse<String> response =
          exchange(
              HttpRequest.newBuilder(at("/api/v1/services/" + segment(service) + "/rescue"))
                  .timeout(LOOK)
                  .build(),
              BodyHandlers.ofString(StandardCharsets.UTF_8));
      return response.statusCode() == 200 && response.body().startsWith("#!/bin/sh\n")
          ? Optional.of(response.body())
          : Optional.empty();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /// What could not be used, newest first.
  public Answer deadLetters(@Nullable String topic, int limit) {
    return get(
        "/api/v1/dead-letters?limit=" + limit + (topic == null ? "" : "&topic=" + segment(topic)));
  }

  /// @param id as a list has it: topic, partition and offset with slashes between
  public Answer deadLetter(String id) {
    return get("/api/v1/dead-letters/" + path(id));
  }

  /// Sends a dead letter to its topic once more.
  public Answer replay(String id) {
    return send(
        HttpRequest.newBuilder(at("/api/v1/dead-letters/" + path(id) + "/replay"))
            .header("Accept", "application/json")
            .timeout(ANSWER)
            .POST(BodyPublishers.noBody()));
  }

  private static String path(String id) {
    return String.join("/", List.of(id.split("/", -1)).stream().map(Coordinator::segment).toList());
  }

  /// The body of an answer, or the end of the command.
  public JsonNode body(Answer answer) {
    return switch (answer) {
      case Answer.Found(JsonNode body) -> body;
      case Answer.Unknown(String detail) -> throw new CommandFailed(ExitCode.FAILED, detail);
      case Answer.Refused refused ->
          throw new CommandFailed(
              ExitCode.REJECTED,
              refused.problems().isEmpty() ? "refused: " + refused.detail() : "refused:",
              refused.problems(),
              refused.body());
      case Answer.Unfit(String found) ->
          throw new CommandFailed(
              ExitCode.FAILED,
              "expected Serin's coordinator to answer at " + base + ", found " + found);
      case Answer.Unreachable(String found, boolean _) ->
          throw new CommandFailed(ExitCode.FAILED, absent(found));
    };
  }

  /// One sentence for a coordinator that isn't there.
  public String absent(String found) {
    return "expected Serin's coordinator at "
        + base
        + ", found "
        + found
        + "; start it with 'serin standalone', or name another with --url or SERIN_URL";
  }

  /// Opens the stream of all events. The caller closes it.
  ///
  /// @param wanted which events
  /// @param after the id of the last event that was read; none for what comes from now on
  /// @throws StreamRefused when it is refused
  /// @throws IOException when there is no stream, with a message that says what was there instead
  public InputStream events(Wanted wanted, @Nullable String after) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at("/api/v1/events" + wanted.query()))
            .header("Accept", "text/event-stream");
    if (after != null) {
      request.header("Last-Event-ID", after);
    }
    HttpResponse<InputStream> response = exchange(request.build(), BodyHandlers.ofInputStream());
    Optional<String> type = response.headers().firstValue("Content-Type");
    if (response.statusCode() != 200 || !type.orElse("").startsWith("text/event-stream")) {
      response.body().close();
      if (response.statusCode() / 100 == 4) {
        throw new StreamRefused("status " + response.statusCode());
      }
      throw new IOException(
          "status "
              + response.statusCode()
              + " with "
              + type.orElse("no type")
              + " instead of an event stream");
    }
    return response.body();
  }

  private Answer get(String path) {
    return send(
        HttpRequest.newBuilder(at(path)).header("Accept", "application/json").timeout(ANSWER));
  }

  private HttpRequest.Builder json(String method, String path, JsonNode body) {
    return HttpRequest.newBuilder(at(path))
        .header("Accept", "application/json")
        .header("Content-Type", "application/json")
        .timeout(ANSWER)
        .method(method, BodyPublishers.ofString(Json.mapper().writeValueAsString(body)));
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      return read(exchange(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8)));
    } catch (IOException failed) {
      boolean connected =
          !(failed instanceof ConnectException || failed instanceof HttpConnectTimeoutException);
      return new Answer.Unreachable(sentence(failed), connected);
    }
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    try {
      return http.send(request, handler);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
    }
  }

  /// What went wrong with a connection, in words.
  public static String sentence(IOException failed) {
    return switch (failed) {
      case HttpConnectTimeoutException _ -> "no answer to a connection within 5s";
      case ConnectException refused
          when refused.getCause() instanceof java.nio.channels.UnresolvedAddressException ->
          "no host of that name";
      case ConnectException _ -> "nothing listening there";
      case HttpTimeoutException _ -> "no answer in time";
      case IOException other ->
          "a broken connection ("
              + (other.getMessage() == null ? other.getClass().getSimpleName() : other.getMessage())
              + ")";
    };
  }

  private static Answer read(HttpResponse<String> response) {
    int status = response.statusCode();
    Optional<JsonNode> body = tree(response.body());
    if (status / 100 == 2) {
      return body.<Answer>map(Answer.Found::new)
          .orElseGet(() -> new Answer.Unfit("status " + status + " with a body that is no JSON"));
    }
    if (body.isEmpty() || !body.get().isObject()) {
      return new Answer.Unfit("status " + status + " without problem details");
    }
    JsonNode problem = body.get();
    String detail = text(problem, "detail").or(() -> text(problem, "title")).orElse("no reason");
    if (status == 404 && problem.path("problems").isEmpty()) {
      return new Answer.Unknown(detail);
    }
    if (status / 100 == 4) {
      List<String> problems = new ArrayList<>();
      problem.path("problems").forEach(one -> problems.add(one.asString()));
      return new Answer.Refused(status, detail, problems, problem);
    }
    return new Answer.Unfit("status " + status + ": " + detail);
  }

  private static Optional<String> text(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  private static Optional<JsonNode> tree(String body) {
    if (body.isBlank()) {
      return Optional.of(MissingNode.getInstance());
    }
    try {
      return Optional.of(Json.mapper().readTree(body));
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  private URI at(String path) {
    return URI.create(base + path);
  }

  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// The address that a person wrote, checked.
  public static URI address(String text) {
    try {
      URI uri = URI.create(text.strip().replaceAll("/+$", ""));
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getRawQuery() == null) {
        return uri;
      }
    } catch (IllegalArgumentException notOne) {
      // Told below, as every other text that is no address.
    }
    throw new CommandFailed(
        ExitCode.USAGE,
        "--url or SERIN_URL: expected an address such as http://127.0.0.1:7070, found '"
            + Check.printable(text)
            + "'");
  }
}
