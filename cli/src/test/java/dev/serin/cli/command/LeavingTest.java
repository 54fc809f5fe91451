package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.Serin;
import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.StubCoordinator;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command as a process that is told to end.
class LeavingTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void leavesTheRolloutRunningAndSaysSo() throws Exception {
    try (StubCoordinator stub = new StubCoordinator()) {
      stub.tell(Play.of(Instant.parse("2026-11-20T14:00:00Z"), "b2", "b1").started().last());
      Path err = directory.resolve("err");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Serin.class.getName(),
                  "--url",
                  stub.url(),
                  "watch",
                  "r-1")
              .redirectError(err.toFile())
              .start();
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        assertThat(out.readLine()).contains("started backend-api 2.1.0");

        // SIGTERM, which takes the way of Ctrl-C; a background process may have to ignore that.
        process.destroy();

        assertThat(process.waitFor()).isEqualTo(128 + 15);
      }
      assertThat(Files.readString(err))
          .contains("the rollout goes on without this command")
          .contains("serin watch r-1")
          .contains("serin abort r-1");
      assertThat(stub.requests()).isEmpty();
    }
  }
}
