package dev.serin.incus.artifact;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.config.StoreToken;
import dev.serin.contracts.request.Artifact;
import dev.serin.incus.artifact.Putting.Tried;
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
import java.util.Set;

/// One try to put an artifact into the coordinator's store: asks whether it is there, and sends it
/// where it is not. A second one begins anew.
final class StoreUpload implements Putting.Attempt, AutoCloseable {
  private static final Duration CONNECTS_WITHIN = Duration.ofSeconds(5);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);

  /// 2 GiB at 4 MiB/s.
  private static final Duration SENT_WITHIN = Duration.ofMinutes(9);

  /// Besides 5xx: a body that broke off (400), a time-out, another upload of the same, too many.
  private static final Set<Integer> PASSING = Set.of(400, 408, 409, 429);

  private final ArtifactSource source;
  private final Store store;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(CONNECTS_WITHIN)
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  StoreUpload(ArtifactSource source, Store store) {
    this.source = source;
    this.store = store;
  }

  @Override
  public Tried put(Artifact artifact) throws InterruptedException {
    URI to = URI.create(store.at(artifact.sha256()).uri());
    try {
      int there = asked(to);
      if (there != 404) {
        return there / 100 == 2 ? new Tried.Stored(true) : refused(there);
      }
      return switch (source.locate(artifact)) {
        case Located.Here(Content content) -> {
          int status = sent(to, content);
          yield status / 100 == 2 ? new Tried.Stored(false) : refused(status);
        }
        case Located.Unusable(Failure failure) ->
            new Tried.Failed(failure.sentence(), failure.retryable());
      };
    } catch (IOException | UncheckedIOException gone) {
      Throwable cause =
          gone instanceof UncheckedIOException && gone.getCause() != null ? gone.getCause() : gone;
      return new Tried.Failed(
          "expected the store at "
              + store.base()
              + " to take it, found "
              + cause.getClass().getSimpleName(),
          true);
    }
  }

  private int asked(URI to) throws IOException, InterruptedException {
    HttpRequest.Builder head = HttpRequest.newBuilder(to).HEAD().timeout(ANSWERS_WITHIN);
    // Without it what is private there looks as if it were not.
    Optional<StoreToken> token = store.token();
    token.ifPresent(it -> head.header("Authorization", it.shown()));
    return http.send(head.build(), BodyHandlers.discarding()).statusCode();
  }

  private int sent(URI to, Content content) throws IOException, InterruptedException {
    HttpRequest put =
        HttpRequest.newBuilder(to)
            .timeout(SENT_WITHIN)
            .header("Content-Type", "application/octet-stream")
            .expectContinue(true)
            .PUT(
                BodyPublishers.fromPublisher(
                    BodyPublishers.ofInputStream(() -> open(content)), content.sizeBytes()))
            .build();
    return http.send(put, BodyHandlers.discarding()).statusCode();
  }

  private Tried refused(int status) {
    return new Tried.Failed(
        "expected the store at " + store.base() + " to take it, found HTTP status " + status,
        status / 100 == 5 || PASSING.contains(status));
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
    http.shutdownNow();
  }
}
