package dev.serin.lab.rescue;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lab/rescue`: every service and the broker are killed at each kind of step of a rollout, and the
/// rescue sheet takes it back, and finishes it where it offers that.
@Command(
    name = "lab/rescue",
    mixinStandardHelpOptions = true,
    description =
        "Rescue sheets, with all of Serin dead. Exit code: 0 the fleet is as told, 1 not.")
public final class RunRescue implements Callable<Integer> {
  @Option(names = "--root", hidden = true, required = true)
  private Path root = Path.of(".");

  @Option(
      names = "--strategy",
      description = "Only this one: ${COMPLETION-CANDIDATES} (default: each).")
  private @Nullable Strategy strategy;

  @Option(
      names = "--at",
      split = ",",
      description = "Only at these steps: ${COMPLETION-CANDIDATES} (default: at each).")
  private List<Spot> at = new ArrayList<>();

  @Option(names = "--report", description = "Write the report to this file too.")
  private @Nullable Path report;

  /// Entry point.
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new RunRescue())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler((e, commandLine, _) -> {
              commandLine.getErr().println("lab/rescue: " + e.getMessage());
              return 1;
            })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("serin-rescue");
    System.out.printf("%n  configuration, data and logs in %s%n%n", directory);
    List<Rescue.Run> runs = new ArrayList<>();
    try (SerinCluster cluster = SerinCluster.start(root, directory, UnaryOperator.identity());
        Story story = new Story();
        Load load =
            Load.start(
                new LoadPlan(
                    Fleet.FRONT,
                    200,
                    20,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    0,
                    Duration.ofHours(2)))) {
      Rescue rescue =
          new Rescue(
              cluster,
              new Releases(root, directory),
              story,
              new Fleet(Path.of("/var/lib/incus/unix.socket")),
              load,
              directory);
      for (Strategy each : Strategy.values()) {
        if (strategy == null || strategy == each) {
          runs.addAll(all(rescue, each));
        }
      }
    }
    String page = page(runs);
    System.out.println("\n" + page.indent(2));
    if (report != null) {
      Files.writeString(report, page);
    }
    return runs.stream().allMatch(run -> run.wrong().isEmpty()) ? 0 : 1;
  }

  private List<Rescue.Run> all(Rescue rescue, Strategy each)
      throws IOException, InterruptedException {
    List<Rescue.Run> runs = new ArrayList<>();
    rescue.prepare(each);
    for (Spot spot : each.spots()) {
      if (at.isEmpty() || at.contains(spot)) {
        for (Direction direction : spot.directions()) {
          Rescue.Run run = rescue.at(each, spot, direction);
          System.out.printf("  %s %s%n", row(run), String.join("; ", run.wrong()));
          runs.add(run);
        }
      }
    }
    rescue.leave(each);
    return runs;
  }

  private static String row(Rescue.Run run) {
    return "| %s | %s | %s | %.1f s |"
        .formatted(
            run.strategy().shown(),
            words(run.spot()),
            words(run.direction()),
            run.sheet().toMillis() / 1e3);
  }

  static String page(List<Rescue.Run> runs) {
    StringBuilder page = new StringBuilder();
    page.append("| strategy | all of Serin killed at | the sheet | took |\n|---|---|---|---|\n");
    runs.forEach(run -> page.append(row(run)).append("\n"));
    List<String> wrong = new ArrayList<>();
    runs.forEach(run -> run.wrong().forEach(it -> wrong.add(row(run) + " " + it)));
    page.append(
        wrong.isEmpty()
            ? "\nAfter each sheet, and again with Serin back, every node was in rotation with its"
                + " weight, or stood by where it was to, nobody in the leaving map, and each container ran what it was to run;"
                + " no request failed.\n"
            : "\nNOT AS IT SHOULD BE:\n\n- " + String.join("\n- ", wrong) + "\n");
    return page.toString();
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
