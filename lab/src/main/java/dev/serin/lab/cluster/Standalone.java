package dev.serin.lab.cluster;

import dev.serin.lab.fleet.SerinProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// `serin standalone` on the lab: the broker and every service in one process, on the ports of a
/// [SerinCluster]'s first ones.
public final class Standalone implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(4);

  private final Path root;
  private final Path directory;
  private final Path config;
  private SerinProcess process;

  private Standalone(Path root, Path directory, Path config) throws IOException {
    this.root = root;
    this.directory = directory;
    this.config = config;
    this.process = SerinProcess.start(root, "standalone", config, log());
  }

  /// Starts it, and waits until it answers.
  ///
  /// @param root the repository
  /// @param directory for its configuration, data and log
  public static Standalone start(Path root, Path directory)
      throws IOException, InterruptedException {
    Path config = directory.resolve("standalone.yaml");
    Files.writeString(
        config,
        Files.readString(Path.of("/run/serin-lab/serin.yaml"))
                .replaceAll("(?m)^  data: .*$", "  data: " + directory.resolve("data-standalone"))
            + "  http: {port: "
            + SerinCluster.url("coordinator").getPort()
            + "}\n  kafka: {bootstrap-servers: \""
            + SerinCluster.BOOTSTRAP
            + "\"}\n");
    Standalone serin = new Standalone(root, directory, config);
    serin.process.awaitHealthy(SerinCluster.url("coordinator"), START);
    return serin;
  }

  private Path log() {
    return directory.resolve("standalone.log");
  }

  /// `kill -9`, with the broker and every service at once, and started again.
  public void killAndStart() throws IOException, InterruptedException {
    process.kill();
    process = SerinProcess.start(root, "standalone", config, log());
  }

  @Override
  public void close() {
    process.close();
  }
}
