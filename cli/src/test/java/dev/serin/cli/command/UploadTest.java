package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.Serin;
import dev.serin.cli.Surroundings;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class UploadTest {
  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  private final StubCoordinator stub = new StubCoordinator();
  @TempDir private Path directory = Path.of("");
  private String artifact = "";

  @BeforeEach
  void writeTheArtifact() throws IOException {
    artifact = Files.writeString(directory.resolve("api"), "hello").toString();
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  private SerinRun release(String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of("release", "api", "--artifact", artifact, "--version", "2.1.0", "--upload"));
    arguments.addAll(List.of(more));
    return SerinRun.of(stub, arguments.toArray(String[]::new));
  }

  private JsonNode asked() {
    assertThat(stub.requests()).hasSize(1);
    return stub.requests().getFirst().path("artifact");
  }

  private String stored() {
    return new String(
        stub.artifacts().whole().getOrDefault(HELLO, new byte[0]), StandardCharsets.UTF_8);
  }

  @Test
  void sendsTheFileAndAsksForItFromTheStore() throws Exception {
    SerinRun run = release();

    assertThat(run.code()).isZero();
    assertThat(stored()).isEqualTo("hello");
    assertThat(stub.artifacts().asked()).containsExactly("HEAD", "PUT from the start");
    assertThat(asked().path("uri").asString()).isEqualTo(stub.url() + "/api/v1/artifacts/" + HELLO);
    assertThat(asked().path("sha256").asString()).isEqualTo(HELLO);
    assertThat(run.err()).contains("serin: sending api (0.0 MiB)", "serin: sent api");
    assertThat(run.err()).doesNotContain("\r");
  }

  @Test
  void sendsNothingThatIsThere() throws Exception {
    stub.artifacts().whole().put(HELLO, "hello".getBytes(StandardCharsets.UTF_8));

    SerinRun run = release();

    assertThat(run.code()).isZero();
    assertThat(stub.artifacts().asked()).containsExactly("HEAD");
    assertThat(run.err()).contains("is in the coordinator's store already");
    assertThat(asked().path("uri").asString()).endsWith(HELLO);
  }

  @Test
  void goesOnWhereTheConnectionBroke() throws Exception {
    stub.artifacts().cuts(2, 2);

    SerinRun run = release();

    assertThat(run.code()).isZero();
    assertThat(stored()).isEqualTo("hello");
    assertThat(stub.artifacts().asked())
        .containsExactly(
            "HEAD", "PUT from the start", "HEAD", "PUT bytes 2-4/5", "HEAD", "PUT bytes 4-4/5");
    assertThat(run.err()).contains("serin: goes on at");
  }

  @Test
  void givesUpWhereItComesNoFurther() throws Exception {
    stub.artifacts().cuts(100, 0);

    SerinRun run = release();

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("nothing was asked for", "it goes on where it broke");
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void aRefusalIsToldAndNothingIsAskedFor() throws Exception {
    stub.artifacts().refuses(413);

    SerinRun run = release();

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).contains("status 413: expected less, found more");
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void writesNothingButJsonForPrograms() throws Exception {
    SerinRun run = release("-o", "json");

    assertThat(run.json().path("requestId").isString()).isTrue();
    assertThat(run.err()).isEmpty();
  }

  @Test
  void drawsABarOnATerminal() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings terminal =
        new Surroundings(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("USER", "alice", "TERM", "xterm", "SERIN_URL", stub.url()),
            InstantSource.fixed(Instant.parse("2026-11-20T14:05:00Z")),
            ZoneOffset.UTC,
            true,
            StandardCharsets.UTF_8);

    int code =
        Serin.run(
            terminal, "release", "api", "--artifact", artifact, "--version", "2.1.0", "--upload");

    assertThat(code).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("\r  [##############################] 100 %");
  }

  @Test
  void aUriIsTakenAsItIs() throws Exception {
    SerinRun run =
        SerinRun.of(
            stub,
            "release",
            "api",
            "--artifact",
            "file:///srv/api",
            "--sha256",
            HELLO,
            "--version",
            "2.1.0",
            "--upload");

    assertThat(run.code()).isZero();
    assertThat(asked().path("uri").asString()).isEqualTo("file:///srv/api");
    assertThat(stub.artifacts().asked()).isEmpty();
  }

  @Test
  void knowsWhichCoordinatorIsElsewhere() {
    assertThat(Uploading.isElsewhere(URI.create("http://127.0.0.1:7070"))).isFalse();
    assertThat(Uploading.isElsewhere(URI.create("http://localhost:7070"))).isFalse();
    assertThat(Uploading.isElsewhere(URI.create("http://[::1]:7070"))).isFalse();
    // RFC 5737 keeps this network for documents.
    assertThat(Uploading.isElsewhere(URI.create("http://192.0.2.1:7070"))).isTrue();
  }
}
