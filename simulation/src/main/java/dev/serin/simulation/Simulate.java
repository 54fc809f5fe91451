package dev.serin.simulation;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Runs simulations, and exits 1 where an invariant does not hold.
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = "Runs Serin in virtual time, with faults by seed, and checks its invariants.")
public final class Simulate implements Callable<Integer> {
  private static final int SHOWN = 10;

  /// How many seeds a planted bug may take to be caught.
  static final long SEEDS_FOR_A_BUG = 600;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--seeds", description = "how many seeds, 2000 by default")
  private long seeds = 2_000;

  @Option(names = "--from", description = "the first seed, 0 by default")
  private long from;

  @Option(names = "--seed", description = "one seed, with its whole history")
  private @Nullable Long seed;

  @Option(
      names = "--bug",
      description = "a bug to plant, named after the invariant it breaks: ${COMPLETION-CANDIDATES}")
  private @Nullable Bug bug;

  @Option(names = "--within", description = "how long all of it may take, such as 5m")
  private @Nullable String within;

  @Option(
      names = "--bugs",
      description = "fails where one of the bugs, each planted for one invariant, is not caught")
  private boolean bugs;

  @Option(
      names = "--cells",
      description = "fails where a possible cell of phase, event and fault was not reached")
  private boolean cells;

  @Option(names = "--report", description = "a file to write the report to")
  private @Nullable Path report;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Simulate()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (seed != null) {
      Simulation.Result result = new Campaign(bug).one(seed, new Coverage());
      result.history().forEach(out::println);
      out.println(result.broken() == null ? "every invariant held" : result.broken().toString());
      return result.broken() == null ? 0 : 1;
    }
    Campaign campaign = new Campaign(bug).run(from, seeds, Integer.MAX_VALUE);
    List<Bug> missed = new ArrayList<>();
    String text = campaign.report() + (bugs ? planted(missed) : "");
    if (report != null) {
      Files.writeString(report, text);
    }
    out.println(text);
    campaign.broken().stream()
        .limit(SHOWN)
        .forEach(result -> out.println(result.broken() + "\n  replay: " + campaign.replay(result)));
    campaign.firstBroken().map(campaign::explain).ifPresent(out::println);
    if (within != null && campaign.took().compareTo(duration(within)) > 0) {
      out.println("expected at most " + within + ", took " + campaign.took().toSeconds() + " s");
      return 1;
    }
    if (cells
        && !(Cells.unreached(campaign.coverage()).isEmpty()
            && Cells.contradicted(campaign.coverage()).isEmpty())) {
      out.println(
          "expected every possible cell to be reached, and no other; see those listed above");
      return 1;
    }
    if (!missed.isEmpty()) {
      out.println("expected every planted bug to be caught by its own name, missed " + missed);
      return 1;
    }
    return campaign.broken().isEmpty() ? 0 : 1;
  }

  /// Plants each bug, and says after how many seeds it is caught.
  private static String planted(List<Bug> missed) throws InterruptedException {
    StringBuilder text = new StringBuilder("\n| planted bug | caught by seed |\n|---|---|\n");
    long begun = System.nanoTime();
    Campaign.caught(List.of(Bug.values()), SEEDS_FOR_A_BUG)
        .forEach((bug, seed) -> {
          if (seed.isEmpty()) {
            missed.add(bug);
          }
          text.append(
              "| %s | %s |%n"
                  .formatted(
                      bug, seed.isEmpty() ? "not at all" : String.valueOf(seed.getAsLong())));
        });
    double seconds = (System.nanoTime() - begun) / 1e9;
    return text.append("%nin %.0f s%n".formatted(seconds)).toString();
  }

  private static Duration duration(String text) {
    return Duration.parse("PT" + text);
  }
}
