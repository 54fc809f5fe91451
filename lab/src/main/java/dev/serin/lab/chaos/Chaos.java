package dev.serin.lab.chaos;

import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.LoadPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lab/chaos`: random faults on real processes while releases run under load.
@Command(
    name = "lab/chaos",
    mixinStandardHelpOptions = true,
    description =
        "Random faults under load. Exit code: 0 nothing stuck, lost or left behind; 1 not.")
public final class Chaos implements Callable<Integer> {
  @Option(names = "--root", hidden = true, required = true)
  private Path root = Path.of(".");

  @Option(
      names = "--faults",
      description = "How many, 1 to 10,000 (default: ${DEFAULT-VALUE}).",
      defaultValue = "100")
  private int faults;

  @Option(names = "--seed", description = "Which faults, in which order (default: by the clock).")
  private @Nullable Long seed;

  @Option(names = "--report", description = "Write the report to this file too.")
  private @Nullable Path report;

  /// Entry point.
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Chaos())
            .setExecutionExceptionHandler((e, commandLine, _) -> {
              commandLine.getErr().println("lab/chaos: " + e.getMessage());
              return 1;
            })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (faults < 1 || faults > 10_000) {
      System.err.println("lab/chaos: expected --faults from 1 to 10,000, was " + faults);
      return 2;
    }
    long chosen = seed == null ? System.currentTimeMillis() : seed;
    Path directory = Files.createTempDirectory("serin-chaos");
    System.out.printf(
        "%n  %d faults, seed %d; configuration, data and logs in %s%n%n",
        faults, chosen, directory);
    ChaosReport came =
        new ChaosRun(root, directory, chosen, line -> System.out.println("  " + line))
            .run(faults, LoadPlan.steady(Fleet.FRONT, ChaosRun.LOAD_LIMIT));
    System.out.println("\n" + came.page().indent(2));
    if (report != null) {
      Files.writeString(report, came.page());
    }
    return came.violations().isEmpty() ? 0 : 1;
  }
}
