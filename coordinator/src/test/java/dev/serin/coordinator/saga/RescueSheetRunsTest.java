package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.release;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rescue.SheetHead;
import dev.serin.contracts.service.ServiceDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rescue sheets run by the shell, with tools that write down what they are told. That the tools do
/// it is shown on the lab.
class RescueSheetRunsTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");

  @TempDir Path directory;

  private record Said(int exit, String text) {}

  @BeforeEach
  void settle() throws IOException {
    tool(
        "incus",
        """
        case $* in
          *'no binary with SHA-256'*) [ ! -e %1$s/lost ] || exit 1 ;;
        esac
        """);
    tool("curl", "");
    tool("socat", "cat >/dev/null\n");
  }

  /// The log has each command's words on one line.
  private void tool(String name, String does) throws IOException {
    Path tool = directory.resolve(name);
    Files.writeString(
        tool,
        "#!/bin/sh\necho %2$s \"$*\" | tr '\\n' ' ' >>%1$s/log\necho >>%1$s/log\n"
                .formatted(directory, name)
            + does.formatted(directory));
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
  }

  private Said run(String sheet, String word) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("sheet.sh"), sheet);
    ProcessBuilder builder = new ProcessBuilder("sh", file.toString(), word);
    builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
    builder.environment().put("SERIN_ARTIFACTS", directory.resolve("store").toString());
    Process shell = builder.redirectErrorStream(true).start();
    shell.getOutputStream().close();
    String text = new String(shell.getInputStream().readAllBytes(), UTF_8);
    return new Said(shell.waitFor(), text);
  }

  private List<String> log() throws IOException {
    return Files.readAllLines(directory.resolve("log"));
  }

  /// The second release of the service: the first one is its last known good.
  private static Story second() {
    return Story.of(SERVICE).on(release("v2")).goesOn().on(release("v3"));
  }

  @ParameterizedTest
  @CsvSource({
    "drain b2, back", "drain b2, finish", "push b2, back", "push b2, finish",
    "watch 1-3, back", "watch 1-3, finish", "push b1, back", "push b1, finish",
  })
  void runToTheirEnd(String step, String word) throws IOException, InterruptedException {
    Said said = run(second().until(step).sheet(), word);
    assertThat(said.text()).endsWith(word.equals("back") ? "taken back\n" : "finished\n");
    assertThat(said.exit()).isZero();
    assertThat(log()).anyMatch(line -> line.startsWith("socat"));
  }

  @ParameterizedTest
  @CsvSource({"back", "finish"})
  void sayHowOldTheyAreBeforeAnythingElse(String word) throws IOException, InterruptedException {
    SheetHead head = new SheetHead(Story.NOON, "one", Story.NOON.plusSeconds(300));
    Said said = run(head.on(second().until("push b2").sheet()), word);
    assertThat(said.text())
        .startsWith("Rescue sheet of api: ")
        .contains(
            "\nAs of 2026-11-20T12:00:00Z, written by coordinator one.\nThat coordinator let go of"
                + " it at 2026-11-20T12:05:00Z, ")
        .contains("\nAnother coordinator may have gone on since")
        .endsWith(word.equals("back") ? "taken back\n" : "finished\n");
  }

  @Test
  void whatIsKeptOnTheNodeIsNotSentAgain() throws IOException, InterruptedException {
    assertThat(run(second().until("watch 1-3").sheet(), "back").exit()).isZero();
    assertThat(log()).noneMatch(line -> line.contains("file push"));
  }

  @Test
  void whatIsNotKeptOnTheNodeComesFromWhereItCameFrom() throws IOException, InterruptedException {
    Files.createFile(directory.resolve("lost"));
    assertThat(run(second().until("watch 1-3").sheet(), "back").exit()).isZero();
    assertThat(log()).contains("incus file push /artifacts/v2 b2/opt/api/.serin/.rescue ");
  }

  @Test
  void whatSerinsStoreHasComesFromThere() throws IOException, InterruptedException {
    Files.createFile(directory.resolve("lost"));
    Path stored = directory.resolve("store").resolve(World.sha("v1"));
    Files.createDirectories(stored.getParent());
    Files.createFile(stored);
    // The first release: nobody knows where its node's binary came from.
    Said said = run(Story.of(SERVICE).on(release("v2")).until("watch 1-3").sheet(), "back");
    assertThat(said.exit()).as(said.text()).isZero();
    assertThat(log()).contains("incus file push " + stored + " b2/opt/api/.serin/.rescue ");
  }

  @Test
  void stopsWhereNobodyHasTheBinary() throws IOException, InterruptedException {
    Files.createFile(directory.resolve("lost"));
    Said said = run(Story.of(SERVICE).on(release("v2")).until("watch 1-3").sheet(), "back");
    assertThat(said.exit()).isNotZero();
    assertThat(said.text())
        .contains("no artifact with SHA-256 " + World.sha("v1") + " is in " + directory);
    assertThat(log()).noneMatch(line -> line.contains("systemctl restart"));
  }
}
