package dev.serin.simulation.judgement;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Prints the benchmark of the judgement, and exits 1 where a target is missed.
@Command(
    name = "judgement",
    mixinStandardHelpOptions = true,
    description = "Judges simulated releases of which the truth is known, by each rule.")
public final class Judgement implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--windows", description = "how many windows a case, 2000 by default")
  private int windows = 2_000;

  @Option(names = "--seed", description = "the first case's seed, 1 by default")
  private long seed = 1;

  @Option(names = "--ran", description = "what the document says of the run: when, which commit")
  private String ran = "";

  @Option(names = "--document", description = "a file to write the document to")
  private @Nullable Path document;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Judgement()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    long from = System.nanoTime();
    Benchmark benchmark = Benchmark.run(windows, seed);
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    String text = head(took) + Table.of(benchmark);
    out.print(text);
    out.flush();
    if (document != null) {
      Files.writeString(document, text);
    }
    return benchmark.targets().stream().allMatch(Benchmark.Target::met) ? 0 : 1;
  }

  private String head(Duration took) {
    return """
    # How right the judgement is

    What `make judgement` printed last: rules that take a release back, over simulated windows of which the \
    truth is known. It fails where a target of the sequential rule is missed.

    %s%s windows a case, seeds %d and on, %d s on %d cores.

    Each cell: in which share of the windows the rule took the release back, and in the median after how long \
    where it did. Where the release changes nothing, that is the share of false rollbacks.

    **What is simulated.** Windows of an hour, looked at each 30 s, 120 times. Requests come as a Poisson process, \
    a fixed share of them to the canary. On the baseline %s of them fail, each by itself. Latency is log-normal, \
    120 ms in the median and 300 ms at p95, counted in the default buckets of Prometheus' clients. "Both at 5 %%": \
    canary and baseline alike, from the 20th to the 25th minute. All rules see the same windows.

    **The rules**, with these settings in every case:
    - raw threshold: errors of the last minute below 0.5 %%, p95 of the last minute below 500 ms, from 20 requests \
    on, the first failed probe counts (`max`, `minRequests`);
    - 3 of 5: the same, three of the last five probes;
    - baseline delta: errors of the last minute at most 0.5 points above the baseline's, p95 at most 10 %% and 5 ms \
    (`maxDelta`, `maxRatio`, `floor`), from 20 requests on each side on;
    - Mann-Whitney: Kayenta's, confidence 0.98, tolerance 0.25, over the values of each half minute since the start;
    - sequential: `dev.serin.sli.sequential`, alpha %s for the whole window, from 20 requests on each side on; for \
    errors a difference matters from %s points on; latency is compared at the bounds near p50 and p95 of the hour \
    before, and being slower matters from 5 %% on. "Clear before the end": the canary was shown not to be worse by \
    what matters, so that the window could end.
    """
        .formatted(
            ran.isEmpty() ? "" : ran + ". ",
            Table.count(windows),
            seed,
            took.toSeconds(),
            Runtime.getRuntime().availableProcessors(),
            Table.percent(Errors.BASELINE),
            Table.number(Errors.TERMS.alpha() * 100) + " %",
            Table.number(Errors.TERMS.least() * 100));
  }
}
