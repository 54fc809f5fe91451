package dev.serin.lab.strategies;

import dev.serin.lab.strategies.EachStep.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lab/strategies`: each strategy completed, and taken back at each of its steps, under load.
@Command(
    name = "lab/strategies",
    mixinStandardHelpOptions = true,
    description =
        "Each strategy completed, and taken back at each of its steps, under load. Exit code: 0 all"
            + " as it has to be; 1 not.")
public final class RunStrategies implements Callable<Integer> {
  /// How long taking back may last on the lab.
  private static final Duration BACK_WITHIN = Duration.ofSeconds(15);

  @Option(names = "--root", hidden = true, required = true)
  private Path root = Path.of(".");

  @Option(names = "--strategy", description = "Only these (default: all).")
  private List<String> only = List.of();

  @Option(
      names = "--every",
      description = "Take back at every n-th step only (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private int every;

  @Option(names = "--report", description = "Write the report to this file too.")
  private @Nullable Path report;

  /// Entry point.
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new RunStrategies())
            .setExecutionExceptionHandler((e, commandLine, _) -> {
              commandLine.getErr().println("lab/strategies: " + e.getMessage());
              return 1;
            })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (every < 1) {
      System.err.println("lab/strategies: expected --every to be 1 or more, was " + every);
      return 2;
    }
    List<EachStep.Run> runs = new ArrayList<>();
    try (EachStep lab = EachStep.on(root)) {
      for (Way way : Way.EVERY) {
        if (only.isEmpty() || only.contains(way.strategy())) {
          runs.addAll(all(lab, way));
        }
      }
    }
    List<String> wrong = wrong(runs);
    String page = page(runs, wrong);
    System.out.println("\n" + page.indent(2));
    if (report != null) {
      Files.writeString(report, page);
    }
    return wrong.isEmpty() ? 0 : 1;
  }

  private List<EachStep.Run> all(EachStep lab, Way way) throws IOException, InterruptedException {
    List<EachStep.Run> runs = new ArrayList<>();
    lab.define(way);
    if (way.exchanges()) {
      lab.standBy("backend-api-3");
    }
    runs.add(told(lab.completed(way)));
    List<String> steps = lab.stepsOf(way);
    for (int nth = 0; nth < steps.size(); nth += every) {
      runs.add(told(lab.takenBack(way, nth)));
    }
    for (int nth = 0; nth < EachStep.analyses(steps) && way.installs(); nth++) {
      runs.add(told(lab.breached(way, nth)));
    }
    if (way.exchanges()) {
      lab.join();
    }
    return runs;
  }

  private static EachStep.Run told(EachStep.Run run) {
    System.out.printf(
        "  %-22s %-28s %5.1f s %s%n",
        run.way(),
        words(run),
        run.took().toMillis() / 1e3,
        run.wrong().isEmpty() ? "" : String.join("; ", run.wrong()));
    return run;
  }

  private static String words(EachStep.Run run) {
    return switch (run.kind()) {
      case COMPLETED -> "completed";
      case ABORTED -> "taken back at " + run.step();
      case BREACHED -> "breached in " + run.step();
    };
  }

  private static List<String> wrong(List<EachStep.Run> runs) {
    List<String> wrong = new ArrayList<>();
    for (EachStep.Run run : runs) {
      run.wrong().forEach(it -> wrong.add(run.way() + ", " + words(run) + ": " + it));
      if (run.kind() != Kind.COMPLETED && run.took().compareTo(BACK_WITHIN) > 0) {
        wrong.add(
            run.way()
                + ", "
                + words(run)
                + ": expected it to be back within "
                + BACK_WITHIN
                + ", took "
                + run.took());
      }
    }
    return wrong;
  }

  private static String page(List<EachStep.Run> runs, List<String> wrong) {
    StringBuilder page = new StringBuilder();
    page.append(
        "| strategy | completed in | aborted at | breached in | slowest way back |\n"
            + "|---|---|---|---|---|\n");
    for (Way way : Way.EVERY) {
      List<EachStep.Run> own = runs.stream().filter(run -> run.way().equals(way)).toList();
      List<EachStep.Run> back = own.stream().filter(run -> run.kind() != Kind.COMPLETED).toList();
      long breached = back.stream().filter(run -> run.kind() == Kind.BREACHED).count();
      if (own.isEmpty()) {
        continue;
      }
      EachStep.Run slowest =
          back.stream().max(Comparator.comparing(EachStep.Run::took)).orElse(own.getFirst());
      page.append(
          "| %s | %.1f s | %d steps | %d windows | %.1f s (%s) |%n"
              .formatted(
                  way,
                  own.getFirst().took().toMillis() / 1e3,
                  back.size() - breached,
                  breached,
                  slowest.took().toMillis() / 1e3,
                  words(slowest)));
    }
    page.append(
        wrong.isEmpty()
            ? "\nAfter each run every node had the binary, the state and the weight it was to have;"
                + " no request failed but by a release that had turned bad, and of AllAtOnce, where"
                + " nobody serves meanwhile.\n"
            : "\nNot as it has to be:\n\n- " + String.join("\n- ", wrong) + "\n");
    return page.toString();
  }
}
