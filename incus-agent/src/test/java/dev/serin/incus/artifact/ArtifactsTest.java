package dev.serin.incus.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.config.StoreToken;
import dev.serin.contracts.request.Artifact;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactsTest {
  private static final byte[] BINARY = "#!/bin/sh\nexit 0\n".getBytes(UTF_8);

  private static final long LARGEST = 100_000;

  @TempDir Path directory;
  private Artifacts artifacts;
  private HttpServer server;
  private final List<String> shown = new CopyOnWriteArrayList<>();
  private final List<StoredArtifacts> opened = new ArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private byte[] served = BINARY;
  private int status = 200;
  private boolean cutOff;
  private Runnable onRequest = () -> {};

  @BeforeEach
  void serve() throws IOException {
    artifacts = artifacts(Optional.empty(), directory);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          String authorization = exchange.getRequestHeaders().getFirst("Authorization");
          shown.add(authorization == null ? "none" : authorization);
          onRequest.run();
          exchange.sendResponseHeaders(status, cutOff ? served.length + 100 : served.length);
          exchange.getResponseBody().write(served);
          if (cutOff) {
            throw new IOException("cut off");
          }
          exchange.close();
        });
    server.start();
  }

  private Artifacts artifacts(Optional<Store> store, @Nullable Path filesFrom) {
    return new Artifacts(new Downloads(directory.resolve("downloads"), LARGEST, store), filesFrom);
  }

  @AfterEach
  void stop() {
    server.stop(0);
    opened.forEach(StoredArtifacts::close);
  }

  @Test
  void whatIsLargerThanTheSettingSaysIsRefusedAndNotTriedAgain() {
    served = Arrays.copyOf(BINARY, (int) LARGEST + 1);
    Failure failure = failure(artifacts.locate(remote(digest(served))));
    assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
    assertThat(failure.retryable()).isFalse();
    assertThat(failure.expected()).startsWith("at most 100000 bytes (serin.artifacts.largest) at");
    served = Arrays.copyOf(BINARY, (int) LARGEST);
    assertThat(artifacts.locate(remote(digest(served)))).isInstanceOf(Located.Here.class);
  }

  @Test
  void aFurtherFileNeedBeNoExecutableAndMayBeEmptyButIsSmall() throws IOException {
    byte[] env = "PASSWORD=secret".getBytes(UTF_8);
    assertThat(artifacts.locateFile(file(env, digest(env)))).isInstanceOf(Located.Here.class);
    assertThat(artifacts.locateFile(file(new byte[0], digest(new byte[0]))))
        .isInstanceOf(Located.Here.class);
    assertThat(failure(artifacts.locate(file(env, digest(env)))).reason())
        .isEqualTo(Reason.INVALID);

    Failure other = failure(artifacts.locateFile(file(env, digest(BINARY))));
    assertThat(other.reason()).isEqualTo(Reason.DIGEST);
    assertThat(other.sentence()).doesNotContain("secret");
    byte[] large = new byte[1024 * 1024 + 1];
    assertThat(failure(artifacts.locateFile(file(large, digest(large)))).expected())
        .startsWith("at most 1048576 bytes");
  }

  /// Whoever may publish a request may not read what this process may.
  @Test
  void aFurtherFileOfThisMachineComesFromBelowTheDirectoryForThemAlone() throws IOException {
    Path allowed = Files.createDirectories(directory.resolve("allowed"));
    Path secret = Files.write(directory.resolve("allowed-not"), BINARY);
    Path link = Files.createSymbolicLink(allowed.resolve("link"), secret);
    Path inside = Files.write(allowed.resolve("env"), BINARY);
    Artifacts from = artifacts(Optional.empty(), allowed);

    assertThat(from.locateFile(at(inside))).isInstanceOf(Located.Here.class);
    for (Path other : List.of(secret, link, directory.resolve("none"))) {
      Failure failure = failure(from.locateFile(at(other)));
      assertThat(failure.reason()).as(other.toString()).isEqualTo(Reason.REFUSED);
      assertThat(failure.sentence()).contains("below " + allowed, "found file:" + other);
    }
    assertThat(from.locate(at(secret))).isInstanceOf(Located.Here.class);
    assertThat(failure(artifacts(Optional.empty(), null).locateFile(at(inside))).sentence())
        .contains("serin.incus.files-from");
  }

  private static Artifact at(Path file) {
    return new Artifact(file.toUri().toString(), digest(BINARY));
  }

  @Test
  void noDigestOfWhatIsFoundIsToldWithWhichItCouldBeAskedForAsAFurtherFile() throws IOException {
    Failure file = failure(artifacts.locateFile(file(BINARY, "0".repeat(64))));
    assertThat(file.found()).isEqualTo("another content");
    Failure fetched = failure(artifacts.locateFile(remote("0".repeat(64))));
    assertThat(fetched.found()).isEqualTo("another content");

    served = "PASSWORD=secret".getBytes(UTF_8);
    Failure binary = failure(artifacts.locate(remote("0".repeat(64))));
    assertThat(binary.sentence()).doesNotContain(digest(served));
    assertThat(failure(artifacts.locate(remote(digest(served)))).found()).isEqualTo("a text");
  }

  /// Whoever may publish a request says where the agent looks.
  @Test
  void norIsThatOfATextThatIsNoReleasesBinary() throws IOException {
    tellsOf("PASSWORD=secret", "something else, which is no executable");
    tellsOf("#!/bin/sh\nexport PASSWORD=secret\n", "another script");
  }

  private void tellsOf(String secret, String found) throws IOException {
    byte[] text = secret.getBytes(UTF_8);
    assertThat(failure(artifacts.locate(file(text, "0".repeat(64)))).found()).isEqualTo(found);
    served = text;
    assertThat(failure(artifacts.locate(remote("0".repeat(64)))).found()).isEqualTo(found);
  }

  @Test
  void theStoreIsShownTheTokenAndNobodyElse() {
    String token = "a-token-of-the-test";
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    Store store = new Store(base, StoreToken.of(token));
    ArtifactSource with = stored(store);
    served = "PASSWORD=secret".getBytes(UTF_8);

    // A build machine may know the coordinator by another name.
    Artifact elsewhere =
        new Artifact("http://localhost:1/api/v1/artifacts/" + digest(served), digest(served));
    assertThat(with.locateFile(elsewhere)).isInstanceOf(Located.Here.class);
    assertThat(shown).containsExactly("Bearer " + token);

    served = BINARY;
    assertThat(with.locateFile(remote(digest(BINARY)))).isInstanceOf(Located.Here.class);
    assertThat(shown).containsExactly("Bearer " + token, "none");
  }

  @Test
  void aStoreThatGivesNothingWithoutTheTokenSaysWhatToSet() {
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    Artifact secret = new Store(base, Optional.empty()).at("1".repeat(64));
    status = 404;
    Failure without = failure(stored(new Store(base, Optional.empty())).locateFile(secret));
    assertThat(without.sentence()).contains("404", "set the same serin.artifacts.token");

    status = 401;
    Store other = new Store(base, StoreToken.of("another-token-of-the-test"));
    Failure wrong = failure(stored(other).locateFile(secret));
    assertThat(wrong.sentence())
        .contains("401", "set the same serin.artifacts.token")
        .doesNotContain("another-token");
  }

  /// Else what is private there looks absent, and all of it goes there again.
  @Test
  void asksTheStoreWithTheTokenWhetherItHasWhatWasInstalled() throws Exception {
    status = 200;
    served = new byte[0];
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    CountDownLatch asked = new CountDownLatch(1);
    onRequest = asked::countDown;
    stored(new Store(base, StoreToken.of("a-token-of-the-test")))
        .installed(file(BINARY, digest(BINARY)));
    assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(shown).containsExactly("Bearer a-token-of-the-test");
  }

  private ArtifactSource stored(Store store) {
    StoredArtifacts with =
        new StoredArtifacts(
            artifacts(Optional.of(store), null),
            Optional.of(store),
            new StoreMetrics(new SimpleMeterRegistry()));
    opened.add(with);
    return with;
  }

  @Test
  void whatIsFetchedIsForTheAgentAlone() throws IOException {
    artifacts.locateFile(remote(digest(BINARY)));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(
                    directory.resolve("downloads").resolve(digest(BINARY)))))
        .isEqualTo("rw-------");
  }

  @Test
  void aFileWithItsDigestIsHere() throws IOException {
    assertThat(artifacts.locate(file(BINARY, digest(BINARY))))
        .isInstanceOfSatisfying(
            Located.Here.class,
            here -> {
              assertThat(here.content().sizeBytes()).isEqualTo(BINARY.length);
              assertThat(read(here)).isEqualTo(BINARY);
            });
  }

  @Test
  void aMissingFileIsNotFound() {
    Artifact missing = new Artifact(directory.resolve("none").toUri().toString(), digest(BINARY));
    assertThat(failure(artifacts.locate(missing)).reason()).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void anEmptyFileIsRefusedAsEmpty() throws IOException {
    byte[] empty = new byte[0];
    assertThat(failure(artifacts.locate(file(empty, digest(empty)))).found())
        .isEqualTo("an empty file");
  }

  @Test
  void aDirectoryIsRefused() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Artifact artifact = new Artifact("file://" + folder, digest(BINARY));
    assertThat(failure(artifacts.locate(artifact)).reason()).isEqualTo(Reason.INVALID);
  }

  @Test
  void aWrongDigestOfMachineCodeNamesBoth() throws IOException {
    byte[] elf = {0x7f, 'E', 'L', 'F', 2, 1};
    Failure failure = failure(artifacts.locate(file(elf, "0".repeat(64))));
    assertThat(failure.reason()).isEqualTo(Reason.DIGEST);
    assertThat(failure.expected()).contains("0".repeat(64));
    assertThat(failure.found()).isEqualTo(digest(elf));
  }

  @Test
  void anArchiveIsNoExecutable() throws IOException {
    byte[] zip = {'P', 'K', 3, 4, 0, 0};
    Failure failure = failure(artifacts.locate(file(zip, digest(zip))));
    assertThat(failure.expected()).contains("ELF");
    assertThat(failure.found()).contains("0x504b0304");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/opt/app",
        "ftp://host/app",
        "file:relative",
        "file:///a/../b",
        "file://host/a",
        "file:///",
        "http:///app",
        "node:",
        "not a uri"
      })
  void anotherUriIsRefused(String uri) {
    assertThat(failure(artifacts.locate(new Artifact(uri, digest(BINARY)))).reason())
        .isEqualTo(Reason.INVALID);
  }

  @Test
  void aDownloadIsKeptAndFetchedOnce() {
    Artifact artifact = remote(digest(BINARY));
    assertThat(read((Located.Here) artifacts.locate(artifact))).isEqualTo(BINARY);
    assertThat(read((Located.Here) artifacts.locate(artifact))).isEqualTo(BINARY);
    assertThat(requests).hasValue(1);
  }

  @Test
  void aDownloadWithAnotherDigestIsNotKept() throws IOException {
    assertThat(failure(artifacts.locate(remote("0".repeat(64)))).reason()).isEqualTo(Reason.DIGEST);
    assertThat(downloads()).isEmpty();
  }

  @Test
  void aDownloadThatBreaksOffIsNotKept() throws IOException {
    cutOff = true;
    Failure failure = failure(artifacts.locate(remote(digest(BINARY))));
    assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failure.retryable()).isTrue();
    assertThat(downloads()).isEmpty();
  }

  @Test
  void aMissingDownloadSaysItsStatusAndNoSecret() {
    status = 404;
    String port = String.valueOf(server.getAddress().getPort());
    Artifact artifact =
        new Artifact("http://me:secret@127.0.0.1:" + port + "/app?token=secret", digest(BINARY));
    Failure failure = failure(artifacts.locate(artifact));
    assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(failure.found()).isEqualTo("HTTP status 404");
    assertThat(failure.sentence()).doesNotContain("secret");
  }

  @Test
  void aServerThatIsAwayIsWorthAnotherTry() {
    server.stop(0);
    assertThat(failure(artifacts.locate(remote(digest(BINARY)))).retryable()).isTrue();
  }

  private List<Path> downloads() throws IOException {
    Path downloads = directory.resolve("downloads");
    if (!Files.exists(downloads)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(downloads)) {
      return files.toList();
    }
  }

  private Artifact remote(String sha256) {
    return new Artifact("http://127.0.0.1:" + server.getAddress().getPort() + "/app", sha256);
  }

  private Artifact file(byte[] bytes, String sha256) throws IOException {
    Path file = Files.write(directory.resolve("app"), bytes);
    return new Artifact(file.toUri().toString(), sha256);
  }

  private static Failure failure(Located located) {
    return ((Located.Unusable) located).failure();
  }

  private static byte[] read(Located.Here here) {
    try (InputStream stream = here.content().open()) {
      return stream.readAllBytes();
    } catch (IOException unreadable) {
      throw new AssertionError(unreadable);
    }
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
