package dev.serin.incus.artifact;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.config.StoreToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Artifacts fetched over HTTP, each kept under its digest. What is there under a digest was whole
/// when it got that name; a part never does.
public final class Downloads {
  private static final Duration CONNECTS_WITHIN = Duration.ofSeconds(10);

  /// How long a whole download may take: 2 GiB at 4 MiB/s.
  private static final Duration WITHIN = Duration.ofMinutes(9);

  /// How many are kept: a rollback may need one of the last few again.
  private static final int KEPT = 10;

  private final Path directory;
  private final long largestBytes;
  private final HttpClient http;
  private final HttpClient httpOfTheStore;
  private final Optional<Store> store;
  private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  sealed interface Fetch {}

  record Fetched(Path file) implements Fetch {}

  record NotFetched(Failure failure) implements Fetch {}

  /// @param directory made when it is first needed
  /// @param largestBytes how large one may be
  /// @param store what is fetched there may be private
  public Downloads(Path directory, long largestBytes, Optional<Store> store) {
    this.directory = directory;
    this.largestBytes = largestBytes;
    this.store = store;
    this.http = client(HttpClient.Redirect.NORMAL);
    // The token is for the store's own address, and goes nowhere else.
    this.httpOfTheStore = client(HttpClient.Redirect.NEVER);
  }

  private static HttpClient client(HttpClient.Redirect redirect) {
    return HttpClient.newBuilder()
        .connectTimeout(CONNECTS_WITHIN)
        .followRedirects(redirect)
        .version(HttpClient.Version.HTTP_1_1)
        .build();
  }

  /// Fetches what is not there yet. Several who ask for the same wait for one download.
  Fetch fetch(ArtifactUri.Remote remote, String sha256) {
    ReentrantLock lock = locks.computeIfAbsent(sha256, _ -> new ReentrantLock());
    lock.lock();
    try {
      Path kept = directory.resolve(sha256);
      if (Files.isRegularFile(kept)) {
        Files.setLastModifiedTime(kept, FileTime.fromMillis(System.currentTimeMillis()));
        return new Fetched(kept);
      }
      Files.createDirectories(directory);
      return download(remote, sha256, kept);
    } catch (IOException failed) {
      return notFetched(remote, Reason.UNREACHABLE, why(failed), true);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return notFetched(remote, Reason.UNREACHABLE, "the agent stops", true);
    } finally {
      lock.unlock();
    }
  }

  private Fetch download(ArtifactUri.Remote remote, String sha256, Path kept)
      throws IOException, InterruptedException {
    Path part = Files.createTempFile(directory, sha256 + ".", ".part");
    Optional<Store> ours = store.filter(it -> it.isAt(remote.uri(), sha256));
    HttpRequest.Builder request = HttpRequest.newBuilder(remote.uri()).timeout(WITHIN).GET();
    ours.flatMap(Store::token).ifPresent(it -> request.header("Authorization", it.shown()));
    CompletableFuture<HttpResponse<Path>> answer =
        (ours.isPresent() ? httpOfTheStore : http)
            .sendAsync(
                request.build(), HttpResponse.BodyHandlers.limiting(into(part), largestBytes));
    try {
      int status = answer.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      if (status == 200) {
        return keep(remote, sha256, part, kept);
      }
      if (ours.isPresent() && (status == 401 || status == 404)) {
        return notGiven(remote, status, ours.get().token().isPresent());
      }
      boolean passing = status >= 500;
      return notFetched(
          remote,
          passing ? Reason.UNREACHABLE : Reason.NOT_FOUND,
          "HTTP status " + status,
          passing);
    } catch (ExecutionException failed) {
      if (isTooLarge(failed.getCause())) {
        return new NotFetched(
            new Failure(
                Reason.REFUSED,
                "at most " + largestBytes + " bytes (serin.artifacts.largest) at " + remote.shown(),
                "more",
                "raise it in the incus-agent's configuration too, or release a smaller file",
                false));
      }
      return notFetched(remote, Reason.UNREACHABLE, why(failed.getCause()), true);
    } catch (TimeoutException slow) {
      return notFetched(
          remote, Reason.TIMED_OUT, "a part after " + WITHIN.toMinutes() + " min", true);
    } finally {
      answer.cancel(true);
      Files.deleteIfExists(part);
    }
  }

  /// The store does not say whether it has what it does not give.
  private static Fetch notGiven(ArtifactUri.Remote remote, int status, boolean hasToken) {
    return new NotFetched(
        new Failure(
            Reason.NOT_FOUND,
            "the artifact at " + remote.shown(),
            "HTTP status "
                + status
                + (status == 401
                    ? ", the coordinator has another " + StoreToken.SETTING + " or none"
                    : hasToken ? "" : ", and no " + StoreToken.SETTING + " for what is private"),
            hasToken && status == 404
                ? "release it again: the store keeps nothing that nobody needs"
                : "set the same " + StoreToken.SETTING + " for the coordinator and the incus-agent",
            false));
  }

  private static HttpResponse.BodyHandler<Path> into(Path part) {
    HttpResponse.BodyHandler<Path> file =
        HttpResponse.BodyHandlers.ofFile(part, StandardOpenOption.WRITE);
    return info ->
        info.statusCode() == 200 ? file.apply(info) : HttpResponse.BodySubscribers.replacing(part);
  }

  private Fetch keep(ArtifactUri.Remote remote, String sha256, Path part, Path kept)
      throws IOException {
    String found = Artifacts.digest(part);
    if (!found.equals(sha256)) {
      Failure failure =
          new Failure(
              Reason.DIGEST,
              "SHA-256 " + sha256 + " at " + remote.shown(),
              found(part, found),
              "release the file that was built, with its own digest",
              false);
      return new NotFetched(failure);
    }
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    prune(kept);
    return new Fetched(kept);
  }

  private static String found(Path part, String sha256) throws IOException {
    try (InputStream stream = Files.newInputStream(part)) {
      byte[] start = stream.readNBytes(Executable.MAGIC_BYTES);
      return start.length == 0 ? "an empty file" : Executable.told(start, sha256);
    }
  }

  private void prune(Path needed) throws IOException {
    List<Path> newestFirst;
    try (Stream<Path> files = Files.list(directory)) {
      newestFirst =
          files
              .filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}"))
              .sorted(Comparator.comparing(Downloads::lastUsed).reversed())
              .toList();
    }
    for (Path old : newestFirst.stream().skip(KEPT).toList()) {
      if (!old.equals(needed)) {
        Files.deleteIfExists(old);
      }
    }
  }

  private static FileTime lastUsed(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException gone) {
      return FileTime.fromMillis(0);
    }
  }

  private static Fetch notFetched(
      ArtifactUri.Remote remote, Reason reason, String found, boolean retryable) {
    return new NotFetched(
        new Failure(
            reason,
            "the artifact at " + remote.shown(),
            found,
            "see that the incus-agent can fetch it",
            retryable));
  }

  /// The JDK has no type for it ([HttpResponse.BodyHandlers#limiting]).
  private static boolean isTooLarge(@Nullable Throwable failed) {
    return failed instanceof IOException
        && failed.getMessage() != null
        && failed.getMessage().contains("exceeds capacity");
  }

  /// The message may quote the whole URI, which may hold a secret.
  private static String why(@Nullable Throwable failed) {
    return failed == null ? "an unknown error" : failed.getClass().getSimpleName();
  }
}
