package dev.serin.incus.artifact;

import dev.serin.contracts.request.Artifact;
import dev.serin.incus.rest.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Artifacts, with the coordinator's store behind them: what was installed from elsewhere is put
/// there, so that a rollback finds it when the node and the build machine have lost it.
///
/// Putting goes on beside the agent's work, one after the other. It is left out where too much
/// waits, and given up at the first failure: the next node's push tries again.
public final class StoredArtifacts implements ArtifactSource, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoredArtifacts.class);
  private static final Duration CONNECTS_WITHIN = Duration.ofSeconds(5);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);

  /// 2 GiB at 4 MiB/s.
  private static final Duration SENT_WITHIN = Duration.ofMinutes(9);

  private static final int WAITING = 16;

  private final ArtifactSource source;
  private final Optional<Store> store;
  private final HttpClient http;
  private final ThreadPoolExecutor beside;

  /// @param store none where there is none
  public StoredArtifacts(ArtifactSource source, Optional<Store> store) {
    this.source = source;
    this.store = store;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(CONNECTS_WITHIN)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    this.beside =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("artifact-store").daemon().factory());
    beside.allowCoreThreadTimeOut(true);
  }

  @Override
  public Located locate(Artifact artifact) {
    return source.locate(artifact);
  }

  @Override
  public Located locateFile(Artifact artifact) {
    Optional<Artifact> ours =
        Store.isOfAny(artifact) ? stored(artifact.sha256()) : Optional.empty();
    if (ours.isEmpty() || ours.get().equals(artifact)) {
      return source.locateFile(artifact);
    }
    // Who sent it there may know the coordinator by another address than this machine does, and
    // what is private is given to nobody at that one.
    Located here = source.locateFile(ours.get());
    return here instanceof Located.Unusable
            && source.locateFile(artifact) instanceof Located.Here there
        ? there
        : here;
  }

  @Override
  public Optional<Artifact> stored(String sha256) {
    return store.map(it -> it.at(sha256));
  }

  @Override
  public void installed(Artifact artifact) {
    Optional<Artifact> stored = stored(artifact.sha256());
    if (stored.isEmpty()
        || stored.get().equals(artifact)
        || ArtifactUri.of(artifact.uri()) instanceof ArtifactUri.OnNode) {
      return;
    }
    try {
      beside.execute(() -> put(artifact, URI.create(stored.get().uri())));
    } catch (RejectedExecutionException full) {
      log.atDebug()
          .addKeyValue("sha256", artifact.sha256())
          .log("too much waits for the store of artifacts");
    }
  }

  private void put(Artifact artifact, URI to) {
    try {
      HttpRequest.Builder head = HttpRequest.newBuilder(to).HEAD().timeout(ANSWERS_WITHIN);
      // Without it what is private there looks as if it were not.
      store.flatMap(Store::token).ifPresent(it -> head.header("Authorization", it.shown()));
      if (http.send(head.build(), BodyHandlers.discarding()).statusCode() != 404) {
        return;
      }
      if (source.locate(artifact) instanceof Located.Here(Content content)) {
        HttpRequest put =
            HttpRequest.newBuilder(to)
                .timeout(SENT_WITHIN)
                .header("Content-Type", "application/octet-stream")
                .expectContinue(true)
                .PUT(
                    BodyPublishers.fromPublisher(
                        BodyPublishers.ofInputStream(() -> open(content)), content.sizeBytes()))
                .build();
        int status = http.send(put, BodyHandlers.discarding()).statusCode();
        log.atInfo()
            .addKeyValue("sha256", artifact.sha256())
            .addKeyValue("status", status)
            .log(status / 100 == 2 ? "put into the store" : "the store did not take an artifact");
      }
    } catch (IOException | UncheckedIOException failed) {
      log.atInfo()
          .addKeyValue("sha256", artifact.sha256())
          .log("the store of artifacts can't be reached: {}", failed.getClass().getSimpleName());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private static InputStream open(Content content) {
    try {
      return content.open();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @Override
  public void close() {
    beside.shutdownNow();
    http.shutdownNow();
  }
}
