package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.contracts.request.ReleaseFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A release with further files, as it is asked for.
class FilesTest {
  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  private final StubCoordinator stub = new StubCoordinator();
  @TempDir private Path directory = Path.of("");
  private Path env = Path.of("");

  @BeforeEach
  void writeTheFiles() throws IOException {
    Files.writeString(directory.resolve("api"), "binary");
    env = Files.writeString(directory.resolve("a,b=env"), "hello");
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  private SerinRun release(String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "release",
                "api",
                "--artifact",
                directory.resolve("api").toString(),
                "--version",
                "2.1.0"));
    arguments.addAll(List.of(more));
    return SerinRun.of(stub, arguments.toArray(String[]::new));
  }

  private JsonNode files() {
    assertThat(stub.requests()).hasSize(1);
    return stub.requests().getFirst().path("files");
  }

  @Test
  void areNamedByPathDigestOwnerAndMode() throws Exception {
    SerinRun run =
        release(
            "--file",
            "/etc/api/env=" + env + ",mode=0600,uid=api,gid=1001",
            "--file",
            "/etc/api/other=" + env);

    assertThat(run.code()).isZero();
    JsonNode first = files().get(0);
    assertThat(first.path("path").asString()).isEqualTo("/etc/api/env");
    assertThat(first.path("artifact").path("sha256").asString()).isEqualTo(HELLO);
    assertThat(first.path("artifact").path("uri").asString())
        .isEqualTo(stub.url() + "/api/v1/artifacts/" + HELLO);
    assertThat(first.path("mode").asString()).isEqualTo("0600");
    assertThat(first.path("uid").asString()).isEqualTo("api");
    assertThat(first.path("gid").asString()).isEqualTo("1001");
    assertThat(files().get(1).has("mode")).isFalse();
    assertThat(run.err() + run.out() + stub.requests()).doesNotContain("hello");
  }

  @Test
  void areSentToTheStoreForTheAgentsAloneEvenOnThisMachine() throws Exception {
    assertThat(release("--upload", "--file", "/etc/api/env=" + env).code()).isZero();

    assertThat(stub.artifacts().whole().get(HELLO))
        .isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
    assertThat(stub.artifacts().whole()).hasSize(2);
    assertThat(stub.artifacts().hidden()).containsExactly(HELLO);
  }

  @Test
  void whoSendsWhatTheStoreHasForEverybodyIsToldSo() throws Exception {
    assertThat(release("--file", "/etc/api/env=" + env).err()).doesNotContain("anybody can fetch");
    stub.artifacts().hidden().clear();

    SerinRun run = release("--file", "/etc/api/env=" + env);
    assertThat(run.code()).isZero();
    assertThat(run.err()).contains("anybody can fetch", "if they are a secret, change it");
    assertThat(stub.artifacts().hidden()).isEmpty();
  }

  @Test
  void aStoreThatKeepsNothingPrivateIsSentNone() throws Exception {
    stub.artifacts().ofPrivateFilesSays("no-token");
    SerinRun run = release("--file", "/etc/api/env=" + env);
    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).contains("set serin.artifacts.token", "nothing was asked for");

    stub.artifacts().ofPrivateFilesSays(null);
    SerinRun older = release("--file", "/etc/api/env=" + env);
    assertThat(older.code()).isEqualTo(5);
    assertThat(older.err()).contains("is it an older version?");

    assertThat(stub.artifacts().whole()).isEmpty();
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void aUriNeedsItsDigest() throws Exception {
    assertThat(release("--file", "/etc/api/env=https://builds.example/env").code()).isEqualTo(2);
    assertThat(release("--file", "/etc/api/env=https://builds.example/env,sha256=" + HELLO).code())
        .isZero();
    assertThat(files().get(0).path("artifact").path("uri").asString())
        .isEqualTo("https://builds.example/env");
  }

  @Test
  void noneIsRequestedWithoutAWord() throws Exception {
    assertThat(release().code()).isZero();
    assertThat(stub.requests().getFirst().has("files")).isFalse();
  }

  @Test
  void whatIsWrongIsToldBeforeAnythingIsSent() throws Exception {
    Path large = directory.resolve("large");
    Files.write(large, new byte[(int) ReleaseFile.LARGEST_BYTES + 1]);
    for (List<String> wrong :
        List.of(
            List.of("etc/env=" + env, "an absolute PATH"),
            List.of("/etc/../shadow=" + env, "an absolute PATH"),
            List.of("/etc/api/env", "PATH=FILE"),
            List.of("/etc/api/env=" + directory.resolve("none"), "expected a file"),
            List.of("/etc/api/env=" + large, "at most 1048576 bytes"))) {
      SerinRun run = release("--upload", "--file", wrong.getFirst());
      assertThat(run.code()).as(wrong.getFirst()).isEqualTo(2);
      assertThat(run.err()).contains(wrong.getLast());
    }
    assertThat(release("--file", "/etc/a=" + env, "--file", "/etc/a=" + env).code()).isEqualTo(2);
    assertThat(stub.requests()).isEmpty();
  }
}
