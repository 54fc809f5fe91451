package dev.serin.lab.load;

import dev.serin.lab.time.DurationConverter;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lab/load`: steady load for a while, then its report. Exit code 1 where a request failed.
@Command(
    name = "lab/load",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Steady load on a loopback front end; nothing is retried.",
      "Exit code: 0 no request failed, 1 some did, 2 bad usage."
    })
public final class RunLoad implements Callable<Integer> {

  @Option(
      names = "--url",
      defaultValue = "http://127.0.0.1:18080",
      description = "Default: ${DEFAULT-VALUE}.")
  private URI url = URI.create("http://127.0.0.1:18080");

  @Option(
      names = "--rate",
      defaultValue = "200",
      paramLabel = "N",
      description = "Fast requests a second. Default: ${DEFAULT-VALUE}.")
  private double ratePerSecond;

  @Option(
      names = "--for",
      defaultValue = "30s",
      paramLabel = "D",
      description = "How long. Default: ${DEFAULT-VALUE}.")
  private Duration limit = Duration.ZERO;

  @Option(
      names = "--clients",
      defaultValue = "20",
      paramLabel = "N",
      description = "Half sticky and keep-alive, half connecting anew. Default: ${DEFAULT-VALUE}.")
  private int clients;

  @Option(
      names = "--slow-every",
      defaultValue = "500ms",
      paramLabel = "D",
      description = "A 3 s request begins so often; 0s for none. Default: ${DEFAULT-VALUE}.")
  private Duration slowEvery = Duration.ZERO;

  @Option(
      names = "--web-sockets",
      defaultValue = "20",
      paramLabel = "N",
      description = "Kept open. Default: ${DEFAULT-VALUE}.")
  private int webSockets;

  /// Entry point.
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new RunLoad())
            .registerConverter(Duration.class, new DurationConverter())
            .setExecutionExceptionHandler((e, commandLine, _) -> {
              commandLine.getErr().println("lab/load: " + e.getMessage());
              return e instanceof IllegalArgumentException ? 2 : 1;
            })
            .execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    LoadPlan plan =
        new LoadPlan(
            LoadPlan.addressOf(url),
            ratePerSecond,
            clients,
            slowEvery,
            Duration.ofSeconds(3),
            webSockets,
            limit);
    Load load = Load.start(plan);
    Thread report = new Thread(() -> System.out.print(load.stop().report()), "report");
    Runtime.getRuntime().addShutdownHook(report);
    load.awaitEnd();
    Runtime.getRuntime().removeShutdownHook(report);
    LoadSnapshot seen = load.stop();
    System.out.print(seen.report());
    return seen.failed() == 0 ? 0 : 1;
  }
}
