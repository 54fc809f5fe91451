package dev.serin.incus.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.request.Artifact;
import dev.serin.incus.artifact.Putting.Tried;
import dev.serin.incus.rest.Content;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is installed goes into the store, also when the store is not there at once.
class PuttingTest {
  private static final Artifact ARTIFACT = new Artifact("file:///build/app", "a".repeat(64));

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final StoreMetrics metrics = new StoreMetrics(meters);
  private final List<Duration> pauses = new ArrayList<>();
  @TempDir private Path directory = Path.of("");

  private double counted(String outcome) {
    return meters.get("serin.artifacts.puts").tag("outcome", outcome).counter().count();
  }

  private Optional<String> put(Putting.Attempt attempt) throws InterruptedException {
    return new Putting(attempt, pauses::add, metrics).put(ARTIFACT);
  }

  private Located here() throws IOException {
    Path file = Files.writeString(directory.resolve("app"), "#!/bin/sh\n", UTF_8);
    return new Located.Here(Content.of(file, Files.size(file)));
  }

  @Test
  void isTriedAgainUntilTheStoreTakesIt() throws Exception {
    Located here = here();
    var statuses = new ConcurrentLinkedQueue<>(List.of(503, 404, 500, 404, 201));
    List<String> asked = new ArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/artifacts/" + ARTIFACT.sha256(),
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          asked.add(exchange.getRequestMethod());
          exchange.sendResponseHeaders(statuses.remove(), -1);
          exchange.close();
        });
    server.start();
    Store store =
        new Store(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()), Optional.empty());
    try (StoreUpload upload = new StoreUpload(artifact -> here, store)) {
      assertThat(put(upload)).isEmpty();
    } finally {
      server.stop(0);
    }

    assertThat(asked).containsExactly("HEAD", "HEAD", "PUT", "HEAD", "PUT");
    assertThat(pauses).hasSize(2);
    assertThat(counted("retried")).isEqualTo(2);
    assertThat(counted("stored")).isEqualTo(1);
  }

  @Test
  void isGivenUpInTheEndAndCounted() throws Exception {
    assertThat(put(artifact -> new Tried.Failed("found HTTP status 507", true)))
        .contains("found HTTP status 507, after 10 tries");

    assertThat(pauses).hasSize(Putting.TRIES - 1).allMatch(it -> it.toSeconds() <= 30);
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(Duration.ofSeconds(75), Duration.ofSeconds(151));
    assertThat(counted("retried")).isEqualTo(9);
    assertThat(counted("given_up")).isEqualTo(1);
  }

  @Test
  void whatWillNotPassIsNotTriedAgain() throws Exception {
    assertThat(put(artifact -> new Tried.Failed("found HTTP status 413", false)))
        .contains("found HTTP status 413");

    assertThat(pauses).isEmpty();
    assertThat(counted("given_up")).isEqualTo(1);
  }

  @Test
  void aStoreThatIsAwayMayComeBack() throws Exception {
    // Nobody listens on port 1.
    Store store = new Store(URI.create("http://127.0.0.1:1"), Optional.empty());
    try (StoreUpload upload = new StoreUpload(artifact -> unusable(true), store)) {
      assertThat(upload.put(ARTIFACT))
          .isInstanceOfSatisfying(Tried.Failed.class, it -> assertThat(it.again()).isTrue());
    }
  }

  private static Located unusable(boolean retryable) {
    return new Located.Unusable(
        new Failure(Failure.Reason.NOT_FOUND, "the artifact", "none", "", retryable));
  }

  @Test
  void remembersWhatTheStoreHasNotTakenAndTriesItAgainWhenAsked() throws Exception {
    Store store = new Store(URI.create("http://127.0.0.1:1"), Optional.empty());
    ExecutorService beside = Executors.newSingleThreadExecutor();
    try (StoredArtifacts artifacts =
        new StoredArtifacts(
            artifact -> unusable(false), Optional.of(store), metrics, pauses::add, beside)) {
      artifacts.installed(ARTIFACT);
      beside.submit(() -> {}).get(1, TimeUnit.MINUTES);

      assertThat(artifacts.unstored("b".repeat(64))).isEmpty();
      assertThat(artifacts.unstored(ARTIFACT.sha256()))
          .hasValueSatisfying(
              why -> assertThat(why).contains("http://127.0.0.1:1", "after 10 tries"));

      beside.submit(() -> {}).get(1, TimeUnit.MINUTES);
      assertThat(counted("given_up")).isEqualTo(2);
    }
  }

  /// A pipeline builds in a directory of its own, which the next one does not have.
  @Test
  void isPutFromWhereItWasInstalledLast() throws Exception {
    Located here = here();
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          asked.add(exchange.getRequestMethod());
          boolean isHead = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(isHead ? 404 : 201, -1);
          exchange.close();
        });
    server.start();
    Store store =
        new Store(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()), Optional.empty());
    Artifact again = new Artifact("file:///build-2/app", ARTIFACT.sha256());
    ExecutorService beside = Executors.newSingleThreadExecutor();
    try (StoredArtifacts artifacts =
        new StoredArtifacts(
            artifact -> artifact.equals(again) ? here : unusable(false),
            Optional.of(store),
            metrics,
            pauses::add,
            beside)) {
      artifacts.installed(ARTIFACT);
      beside.submit(() -> {}).get(1, TimeUnit.MINUTES);

      CountDownLatch busy = new CountDownLatch(1);
      beside.execute(() -> awaited(busy));
      assertThat(artifacts.unstored(ARTIFACT.sha256())).isPresent();
      artifacts.installed(again);
      busy.countDown();
      beside.submit(() -> {}).get(1, TimeUnit.MINUTES);

      assertThat(asked).containsExactly("HEAD", "HEAD", "PUT");
      assertThat(artifacts.unstored(ARTIFACT.sha256())).isEmpty();
    } finally {
      server.stop(0);
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatTooMuchWaitsBeforeIsRememberedToo() {
    Store store = new Store(URI.create("http://127.0.0.1:1"), Optional.empty());
    ExecutorService full = Executors.newSingleThreadExecutor();
    full.shutdown();
    try (StoredArtifacts artifacts =
        new StoredArtifacts(
            artifact -> unusable(false), Optional.of(store), metrics, pauses::add, full)) {
      artifacts.installed(ARTIFACT);

      assertThat(artifacts.unstored(ARTIFACT.sha256())).contains("16 others wait for it");
      assertThat(counted("left_out")).isGreaterThanOrEqualTo(1);
    }
  }
}
