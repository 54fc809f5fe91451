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
import java.net.http.HttpTimeoutException;
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

  /// Less than the three minutes that `serin` gives it. On a machine that is short of time a
  /// coordinator takes a minute to settle, and what it would learn is needed there most.
  private static final Duration PLAYED_WITHIN = Duration.ofSeconds(150);

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
    long end = System.nanoTime() + PLAYED_WITHIN.toNanos();
    if (!until(end, streams::isSettled)
        || !(context instanceof WebServerApplicationContext web)
        || web.getWebServer() == null) {
      log.info("rehearsed the start alone");
      return;
    }
    String api = "http://127.0.0.1:" + web.getWebServer().getPort() + "/api/v1/";
    try (HttpClient http = HttpClient.newHttpClient()) {
      if (!answered(end, http, request(api + "services")).equals("[]")) {
        log.warn("expected a broker that knows no service, found some: nothing is played there");
        return;
      }
      answered(
          end, http, request(api + "services/" + SERVICE).PUT(BodyPublishers.ofString(DEFINITION)));
      answered(end, http, request(api + "requests").POST(BodyPublishers.ofString(RELEASE)));
      HttpRequest.Builder rollout =
          request(api + "rollouts/" + RolloutIds.of(SERVICE, "rehearsal"));
      answered(end, http, rollout);
      answered(end, http, request(api + "requests").POST(BodyPublishers.ofString(ABORT)));
      while (!Json.mapper().readTree(answered(end, http, rollout)).hasNonNull("endedAt")) {
        rest(end);
      }
      log.info("rehearsed a rollout");
    } catch (IOException notPlayed) {
      log.info("not all was rehearsed: {}", notPlayed.getMessage());
    }
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url))
        .timeout(ANSWERED_WITHIN)
        .header("Content-Type", "application/json");
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

  /// The body of the first answer that is no error. Right after its start, and while its partitions
  /// move, a coordinator has some.
  private static String answered(long end, HttpClient http, HttpRequest.Builder request)
      throws IOException {
    while (true) {
      try {
        HttpResponse<String> answer = send(http, request);
        if (answer.statusCode() < 300) {
          return answer.body();
        }
      } catch (HttpTimeoutException notYet) {
        log.debug("no answer yet", notYet);
      }
      rest(end);
    }
  }

  private static void rest(long end) throws IOException {
    if (!pause(end)) {
      throw new IOException("no answer in time");
    }
  }

  private static boolean until(long end, BooleanSupplier fits) {
    while (!fits.getAsBoolean()) {
      if (!pause(end)) {
        return false;
      }
    }
    return true;
  }

  /// Whether there is time left after a moment.
  private static boolean pause(long end) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    return System.nanoTime() - end < 0 && !Thread.currentThread().isInterrupted();
  }
}
