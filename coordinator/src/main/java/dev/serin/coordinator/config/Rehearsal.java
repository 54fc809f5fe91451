package dev.serin.coordinator.config;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.coordinator.streams.CoordinatorStreams;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;

/// Plays a small rollout on a broker of the launcher's own and ends (`serin.rehearse: true`). What
/// the JVM learns of the classes on the way is kept for the real start: a coordinator that was
/// killed in a rollout goes on with it in half the time.
final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(30);
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
  private static final String SERVICE = "rehearsal";

  /// A service of a fleet that is nowhere: no agent touches anything for it.
  private static final String DEFINITION =
      """
      {
        "service": "rehearsal",
        "pool": "rehearsal",
        "loadBalancers": ["rehearsal"],
        "nodes": [{"name": "rehearsal-1"}, {"name": "rehearsal-2", "canary": true}],
        "install": {"path": "/opt/rehearsal/app", "unit": "rehearsal"},
        "health": {"url": "http://127.0.0.1:1/health"},
        "analysis": {"window": "1m", "interval": "10s"},
        "slis": [{"name": "p95", "query": "rehearsal{node=~\\"$canary\\"}", "max": 1}]
      }
      """;

  private static final String RELEASE =
      """
      {
        "type": "release-requested",
        "requestId": "rehearsal",
        "service": "rehearsal",
        "version": "v1",
        "artifact": {"uri": "file:/rehearsal", "sha256": "%s"}
      }
      """
          .formatted("0".repeat(64));

  private static final String ABORT =
      """
      {
        "type": "abort-requested",
        "requestId": "rehearsal-abort",
        "service": "rehearsal",
        "reason": "rehearsed"
      }
      """;

  private final CoordinatorStreams streams;

  Rehearsal(CoordinatorStreams streams) {
    this.streams = streams;
  }

  @EventListener
  void ready(ApplicationReadyEvent event) {
    ConfigurableApplicationContext context = event.getApplicationContext();
    Thread.ofPlatform()
        .name("rehearsal")
        .start(() -> {
          play(context);
          context.close();
        });
  }

  /// Nothing depends on it but the speed of the next start: what fails is told, and that is all.
  private void play(ConfigurableApplicationContext context) {
    if (!within(SETTLED_WITHIN, streams::isSettled)
        || !(context instanceof WebServerApplicationContext web)
        || web.getWebServer() == null) {
      log.info("rehearsed the start alone");
      return;
    }
    String api = "http://127.0.0.1:" + web.getWebServer().getPort() + "/api/v1/";
    try (HttpClient http = HttpClient.newHttpClient()) {
      if (!send(http, request(api + "services")).body().equals("[]")) {
        log.warn("expected a broker that knows no service, found some: nothing is played there");
        return;
      }
      send(http, request(api + "services/" + SERVICE).PUT(BodyPublishers.ofString(DEFINITION)));
      send(http, request(api + "requests").POST(BodyPublishers.ofString(RELEASE)));
      String rollout = api + "rollouts/" + RolloutIds.of(SERVICE, "rehearsal");
      within(ANSWERED_WITHIN, () -> isThere(http, rollout));
      send(http, request(api + "requests").POST(BodyPublishers.ofString(ABORT)));
      boolean over = within(ANSWERED_WITHIN, () -> isOver(http, rollout));
      log.info(over ? "rehearsed a rollout" : "rehearsed half a rollout");
    } catch (IOException notPlayed) {
      log.info("rehearsed the start alone: {}", notPlayed.getMessage());
    }
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "application/json");
  }

  private static HttpResponse<String> send(HttpClient http, HttpRequest.Builder request)
      throws IOException {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped", stopped);
    }
  }

  private static boolean isThere(HttpClient http, String rollout) {
    try {
      return send(http, request(rollout)).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static boolean isOver(HttpClient http, String rollout) {
    try {
      HttpResponse<String> answer = send(http, request(rollout));
      return answer.statusCode() == 200
          && Json.mapper().readTree(answer.body()).hasNonNull("endedAt");
    } catch (IOException notYet) {
      return false;
    }
  }

  private static boolean within(Duration time, BooleanSupplier fits) {
    long end = System.nanoTime() + time.toNanos();
    while (!fits.getAsBoolean()) {
      if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    return true;
  }
}
