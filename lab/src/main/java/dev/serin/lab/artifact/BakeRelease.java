package dev.serin.lab.artifact;

import dev.serin.lab.backend.Behaviour;
import dev.serin.lab.time.DurationConverter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lab/release`: makes a release of the sample backend and prints its path and SHA-256.
@Command(
    name = "lab/release",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Makes a release of the sample backend; its behaviour is baked into the artifact.")
public final class BakeRelease implements Callable<Integer> {

  @Parameters(paramLabel = "VERSION", description = "Such as v1.1.0.")
  private String version = "";

  @Option(
      names = "--error-rate",
      paramLabel = "0..1",
      description = "Share of requests answered 500.")
  private double errorRate;

  @Option(
      names = "--latency",
      paramLabel = "D",
      description = "Added to each request, such as 50ms.")
  private Duration latency = Duration.ZERO;

  @Option(names = "--health", paramLabel = "STATUS", description = "What the health check answers.")
  private int healthStatus = 200;

  @Option(
      names = "--crash-after",
      paramLabel = "D",
      description = "Crashes so long after its start.")
  private @Nullable Duration crashAfter;

  @Option(names = "--exit-at-once", description = "Ends before it listens.")
  private boolean exitAtOnce;

  @Option(
      names = "--bad-after",
      paramLabel = "D",
      description = "Errors and latency begin so long after the start.")
  private Duration badAfter = Duration.ZERO;

  @Option(
      names = "--bad-while",
      paramLabel = "FILE",
      description = "Errors and latency only while this file is on the node.")
  private @Nullable Path badWhile;

  @Option(
      names = "--healthy-after",
      paramLabel = "D",
      description = "The health check answers 503 for so long after the start.")
  private Duration healthyAfter = Duration.ZERO;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to; default: backend-api-VERSION in the current directory.")
  private @Nullable Path output;

  @Option(names = "--template", hidden = true)
  private Path template = Path.of("lab/target/backend.jar");

  /// Entry point.
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new BakeRelease())
        .registerConverter(Duration.class, new DurationConverter())
        .setExecutionExceptionHandler((e, commandLine, _) -> {
          commandLine.getErr().println("lab/release: " + e.getMessage());
          return 1;
        });
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.isReadable(template)) {
      throw new IOException("expected the backend's jar at " + template + ": build lab first");
    }
    Path to = output == null ? Path.of("backend-api-" + version) : output;
    Behaviour behaviour =
        new Behaviour(
            version,
            errorRate,
            latency,
            healthStatus,
            crashAfter,
            exitAtOnce,
            badAfter,
            badWhile,
            healthyAfter);
    String sha256 = Artifact.bake(template, behaviour, to);
    PrintStream out = System.out;
    out.println("path    " + to.toAbsolutePath().normalize());
    out.println("sha256  " + sha256);
    return 0;
  }
}
