package dev.serin.lab.drill;

import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import dev.serin.lab.load.LoadSnapshot;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lab/drill`: the runbook's failover, with its bounds.
///
/// 1. All servers are UP, five requests are answered 200.
/// 2. One node's container is killed under load: DOWN in HAProxy within 30 s; what fails until then
///    is counted apart.
/// 3. While it is down: five requests are answered 200, no request of the load fails, and its
///    WebSockets are open on other nodes.
/// 4. It is started: UP again within 60 s, five requests 200.
@Command(
    name = "lab/drill",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Kills one node under load. Exit code: 0 all bounds held, 1 one was missed.")
public final class Drill implements Callable<Integer> {

  private static final Duration DOWN_WITHIN = Duration.ofSeconds(30);
  private static final Duration UP_WITHIN = Duration.ofSeconds(60);
  private static final Duration RECONNECTED_WITHIN = Duration.ofSeconds(15);
  private static final int WEB_SOCKETS = 20;

  @Option(
      names = "--node",
      defaultValue = "backend-api-3",
      description = "Default: ${DEFAULT-VALUE}.")
  private String node = "";

  @Option(
      names = "--url",
      defaultValue = "http://127.0.0.1:18080",
      description = "Default: ${DEFAULT-VALUE}.")
  private URI url = URI.create("http://127.0.0.1:18080");

  @Option(names = "--runtime", defaultValue = "http://127.0.0.1:19999", hidden = true)
  private URI runtime = URI.create("http://127.0.0.1:19999");

  @Option(names = "--pool", defaultValue = "api_pool", hidden = true)
  private String pool = "";

  @Option(
      names = "--incus",
      defaultValue = "/var/lib/incus/unix.socket",
      description = "Incus' socket. Default: ${DEFAULT-VALUE}.")
  private Path incus = Path.of("");

  private final List<String> missed = new ArrayList<>();

  /// Entry point.
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Drill())
            .setExecutionExceptionHandler((e, commandLine, _) -> {
              commandLine.getErr().println("lab/drill: " + e.getMessage());
              return e instanceof IllegalArgumentException ? 2 : 1;
            })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PoolStatus status = new PoolStatus(LoadPlan.addressOf(runtime), pool);
    Instances instances = new Instances(incus);
    System.out.printf("%n  Failover drill: %s is killed under load%n%n", node);
    Map<String, String> before = status.servers();
    check(before.containsKey(node), "%s is a server of %s".formatted(node, pool));
    check(
        before.values().stream().allMatch("UP"::equals),
        "all servers are UP beforehand: %s".formatted(before));
    fiveRequests("beforehand");
    if (missed.isEmpty()) {
      LoadPlan plan =
          new LoadPlan(
              LoadPlan.addressOf(url),
              100,
              20,
              Duration.ofMillis(500),
              Duration.ofSeconds(3),
              WEB_SOCKETS,
              Duration.ofMinutes(5));
      try (Load load = Load.start(plan)) {
        failOver(load, status, instances);
      }
    }
    System.out.printf(
        "%n  %s%n%n",
        missed.isEmpty() ? "The drill passed." : "MISSED: " + String.join("; ", missed));
    return missed.isEmpty() ? 0 : 1;
  }

  private void failOver(Load load, PoolStatus status, Instances instances)
      throws IOException, InterruptedException {
    awaits(() -> openWebSockets(load) == WEB_SOCKETS, RECONNECTED_WITHIN);
    Thread.sleep(Duration.ofSeconds(3));
    LoadSnapshot calm = load.snapshot();
    long ofNode = calm.webSockets().openByNode().getOrDefault(node, 0L);
    check(calm.failed() == 0, "no request failed beforehand, of %,d".formatted(calm.served()));
    check(ofNode > 0, "%s has %d of %d WebSockets".formatted(node, ofNode, WEB_SOCKETS));
    try {
      long killed = System.nanoTime();
      instances.stopWithForce(node);
      boolean down =
          awaits(() -> status.servers().getOrDefault(node, "").startsWith("DOWN"), DOWN_WITHIN);
      LoadSnapshot atDown = load.snapshot();
      LoadSnapshot dying = atDown.since(calm);
      check(
          down,
          "DOWN in HAProxy %.1f s after the kill (bound %d s)"
              .formatted(since(killed), DOWN_WITHIN.toSeconds()));
      say(
          "until then %,d of %,d requests failed %s"
              .formatted(dying.failed(), dying.failed() + dying.served(), dying.failedByKind()));
      whileDown(load, atDown, ofNode);
    } finally {
      instances.start(node);
    }
    long started = System.nanoTime();
    boolean up = awaits(() -> "UP".equals(status.servers().get(node)), UP_WITHIN);
    check(
        up,
        "UP again %.1f s after its start (bound %d s)"
            .formatted(since(started), UP_WITHIN.toSeconds()));
    LoadSnapshot atUp = load.snapshot();
    fiveRequests("afterwards");
    boolean serves =
        awaits(
            () -> load.snapshot().since(atUp).servedByNode().containsKey(node),
            Duration.ofSeconds(10));
    check(serves, "%s serves again".formatted(node));
  }

  private void whileDown(Load load, LoadSnapshot atDown, long ofNode)
      throws IOException, InterruptedException {
    fiveRequests("while it is down");
    boolean reconnected =
        awaits(
            () -> openWebSockets(load) == WEB_SOCKETS && openOn(load, node) == 0,
            RECONNECTED_WITHIN);
    check(
        reconnected,
        "its %d WebSockets are open on other nodes: %s"
            .formatted(ofNode, load.snapshot().webSockets().openByNode()));
    // Requests already sent to the node when it died may still be on their way to an error.
    Thread.sleep(Duration.ofSeconds(4));
    LoadSnapshot settled = load.snapshot();
    LoadSnapshot settling = settled.since(atDown);
    say(
        "in the 4 s after DOWN %,d failed %s"
            .formatted(settling.failed(), settling.failedByKind()));
    Thread.sleep(Duration.ofSeconds(3));
    LoadSnapshot after = load.snapshot().since(settled);
    check(
        after.failed() == 0 && after.served() > 0,
        "%,d of %,d requests failed since then"
            .formatted(after.failed(), after.failed() + after.served()));
  }

  private void fiveRequests(String when) throws IOException {
    int answered = 0;
    for (int i = 0; i < 5; i++) {
      HttpURLConnection request =
          (HttpURLConnection) url.resolve("/api/v1/hello").toURL().openConnection();
      request.setConnectTimeout(5_000);
      request.setReadTimeout(5_000);
      request.setRequestProperty("Connection", "close");
      answered += request.getResponseCode() == 200 ? 1 : 0;
      request.disconnect();
    }
    check(answered == 5, "%d of 5 requests answered 200 %s".formatted(answered, when));
  }

  private static long openWebSockets(Load load) {
    return load.snapshot().webSockets().openByNode().values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private static long openOn(Load load, String node) {
    return load.snapshot().webSockets().openByNode().getOrDefault(node, 0L);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static boolean awaits(Condition condition, Duration within)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (System.nanoTime() < end) {
      if (condition.holds()) {
        return true;
      }
      Thread.sleep(50);
    }
    return condition.holds();
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private void check(boolean holds, String text) {
    System.out.printf("  %s  %s%n", holds ? "ok    " : "MISSED", text);
    if (!holds) {
      missed.add(text);
    }
  }

  private static void say(String text) {
    System.out.printf("          %s%n", text);
  }
}
