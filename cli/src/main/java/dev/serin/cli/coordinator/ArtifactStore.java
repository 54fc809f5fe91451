package dev.serin.cli.coordinator;

import dev.serin.contracts.json.Json;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;
import tools.jackson.core.JacksonException;

/// The coordinator's store of artifacts, as docs/api.md has it.
public final class ArtifactStore {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(15);

  /// For a whole upload: 2 GiB at 600 KiB/s.
  private static final Duration SENT = Duration.ofHours(1);

  private static final String OFFSET = "Upload-Offset";

  /// Whether the store keeps private what it is asked to; missing where it knows of no such thing.
  private static final String PRIVACY = "Artifact-Private";

  private final URI base;
  private final boolean isPrivate;
  private final HttpClient http;

  /// What the store says of a digest, or of bytes that were sent to it.
  public sealed interface Reply {
    /// It has the artifact, whole.
    ///
    /// @param isPublic whether anybody can have it already, though it was sent as private: it had
    ///   the same bytes before, and hides nothing from those who fetch them
    record Whole(boolean isPublic) implements Reply {}

    /// It has so many bytes of it.
    record Part(long offset) implements Reply {}

    /// It doesn't take it; another try is of no use.
    record Refused(String why) implements Reply {}

    /// There was no answer, or one that may be another one next time.
    record Broken(String found) implements Reply {}
  }

  /// @param base the coordinator's address, without a path
  /// @param isPrivate whether what is sent is for the agents alone
  public ArtifactStore(URI base, boolean isPrivate) {
    this.base = base;
    this.isPrivate = isPrivate;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
  }

  /// Where the artifact can be fetched once it is there.
  public URI at(String sha256) {
    return URI.create(base + "/api/v1/artifacts/" + sha256);
  }

  /// Whether it is there, or how much of it.
  public Reply look(String sha256) {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(to(sha256)).timeout(ANSWER).HEAD().build(),
              BodyHandlers.ofString());
      Optional<Reply> exposed = isPrivate ? exposed(response) : Optional.empty();
      return exposed.orElseGet(() -> read(response));
    } catch (IOException failed) {
      return new Reply.Broken(Coordinator.sentence(failed));
    } catch (InterruptedException stopped) {
      return interrupted();
    }
  }

  /// Where it is sent.
  private URI to(String sha256) {
    return isPrivate ? URI.create(at(sha256) + "?private=true") : at(sha256);
  }

  /// A store that would give to anybody what is private is sent nothing.
  private static Optional<Reply> exposed(HttpResponse<String> response) {
    String privacy = response.headers().firstValue(PRIVACY).orElse("");
    if (privacy.equals("kept") || response.statusCode() / 100 == 5) {
      return Optional.empty();
    }
    return Optional.of(
        new Reply.Refused(
            privacy.isEmpty()
                ? "that it keeps no file private; is it an older version?"
                : "that it has no token for private files; set serin.artifacts.token, the same for"
                    + " the coordinator and every incus-agent"));
  }

  /// Sends a file from this byte on.
  ///
  /// @param sent is told how many bytes of the whole file went out
  public Reply send(String sha256, Path file, long offset, LongConsumer sent) throws IOException {
    long size = Files.size(file);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to(sha256))
            .timeout(SENT)
            .header("Content-Type", "application/octet-stream")
            // So that a refusal comes before the bytes go.
            .expectContinue(true)
            .PUT(
                size == offset
                    ? BodyPublishers.noBody()
                    : BodyPublishers.fromPublisher(
                        BodyPublishers.ofInputStream(() -> open(file, offset, sent)),
                        size - offset));
    if (offset > 0) {
      request.header("Content-Range", "bytes " + offset + "-" + (size - 1) + "/" + size);
    }
    return exchange(request.build());
  }

  private Reply exchange(HttpRequest request) {
    try {
      return read(http.send(request, BodyHandlers.ofString()));
    } catch (IOException failed) {
      return new Reply.Broken(Coordinator.sentence(failed));
    } catch (UncheckedIOException unreadable) {
      return new Reply.Refused("a file that can't be read");
    } catch (InterruptedException stopped) {
      return interrupted();
    }
  }

  private static Reply interrupted() {
    Thread.currentThread().interrupt();
    return new Reply.Refused("it was interrupted");
  }

  private static Reply read(HttpResponse<String> response) {
    int status = response.statusCode();
    String offset = response.headers().firstValue(OFFSET).orElse("");
    if (status / 100 == 2) {
      return new Reply.Whole(
          response.headers().firstValue(PRIVACY).filter("public"::equals).isPresent());
    }
    if (offset.matches("[0-9]{1,18}")) {
      return new Reply.Part(Long.parseLong(offset));
    }
    if (status == 404) {
      return new Reply.Refused("no store of artifacts there (status 404); is it an older version?");
    }
    String detail = detail(response.body());
    boolean mayPass = status == 502 || status == 503 || status == 504;
    String found = "status " + status + (detail.isEmpty() ? "" : ": " + detail);
    return mayPass ? new Reply.Broken(found) : new Reply.Refused(found);
  }

  private static String detail(String body) {
    try {
      return body.isBlank() ? "" : Json.mapper().readTree(body).path("detail").asString("");
    } catch (JacksonException notJson) {
      return "";
    }
  }

  private static InputStream open(Path file, long offset, LongConsumer sent) {
    try {
      InputStream stream = Files.newInputStream(file);
      stream.skipNBytes(offset);
      return new Counted(stream, offset, sent);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /// Tells how far it was read.
  private static final class Counted extends FilterInputStream {
    private final LongConsumer sent;
    private long at;

    Counted(InputStream stream, long offset, LongConsumer sent) {
      super(stream);
      this.at = offset;
      this.sent = sent;
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      count(one < 0 ? -1 : 1);
      return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      count(read);
      return read;
    }

    private void count(int read) {
      if (read > 0) {
        at += read;
        sent.accept(at);
      }
    }
  }
}
