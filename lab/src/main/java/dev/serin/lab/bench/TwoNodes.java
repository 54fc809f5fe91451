package dev.serin.lab.bench;

import dev.serin.lab.cluster.Definitions;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// Two nodes, the canary out of rotation, and the other one dies: how long HAProxy has nobody to
/// send requests to. The third node of the lab is in maintenance meanwhile.
final class TwoNodes {
  private static final String SERVICE = "two-nodes";
  private static final String CANARY = "backend-api-2";
  private static final String OTHER = "backend-api-1";
  private static final URI HEALTH = URI.create("http://127.0.0.12:8080/api/v1/health");
  private static final Duration END = Duration.ofMinutes(3);

  /// A look a second, and a write.
  private static final Duration READY_AGAIN_WITHIN = Duration.ofSeconds(3);

  /// HAProxy's own checks have to see it too: two in a row, one a second.
  private static final Duration ADMITTED_WITHIN = Duration.ofSeconds(5);

  private final Releases releases;
  private final Story story;
  private final Fleet fleet;
  private final WorstDay.Limits limits;
  private final Path directory;

  /// What was seen from the moment on in which the other node was stopped.
  ///
  /// @param none how long HAProxy had nobody
  /// @param healthy how much of that the canary was healthy
  private record Gap(Duration none, Duration healthy) {}

  /// @param directory for a definition
  TwoNodes(Releases releases, Story story, Fleet fleet, WorstDay.Limits limits, Path directory) {
    this.releases = releases;
    this.story = story;
    this.fleet = fleet;
    this.limits = limits;
    this.directory = directory;
  }

  void measure(Path root) throws IOException, InterruptedException {
    releases.define(SerinCluster.url("coordinator"), Definitions.twoNodes(root, directory));
    fleet.runtime("set server api_pool/backend-api-3 state maint");
    whileDraining();
    whileRestarting();
    fleet.runtime("set server api_pool/backend-api-3 state ready");
    everybodyIsBack();
  }

  private String released(String version, String... behaviour)
      throws IOException, InterruptedException {
    Map<String, Object> body =
        Releases.request(version, version, releases.bake(version, behaviour), "4s");
    body.put("service", SERVICE);
    return releases.releaseUntilTaken(SerinCluster.url("coordinator"), body, END);
  }

  private void whileDraining() throws IOException, InterruptedException {
    // It keeps the canary from being empty before the other node is seen to be dead.
    Thread inFlight = Thread.startVirtualThread(TwoNodes::slowOnTheCanary);
    String rollout = released("v7.8.0");
    story.awaitStep(rollout, "drain", END);
    Gap gap = theOtherDies();
    limits.limit(
        "two nodes, one draining, the other one dies: seconds without any node",
        gap.none(),
        READY_AGAIN_WITHIN);
    story.awaitEnd(rollout, END);
    inFlight.join();
    theOtherIsBack();
  }

  private void whileRestarting() throws IOException, InterruptedException {
    String rollout = released("v7.9.0", "--healthy-after", "5s");
    story.awaitStep(rollout, "health", END);
    Gap gap = theOtherDies();
    limits.limit(
        "two nodes, one restarting (healthy after 5 s), the other one dies: without any node for"
            + " %.1f s, of which the canary was healthy".formatted(gap.none().toMillis() / 1e3),
        gap.healthy(),
        ADMITTED_WITHIN);
    theOtherIsBack();
    story.awaitEnd(rollout, END);
  }

  private static void slowOnTheCanary() {
    try {
      HttpURLConnection slow =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:18080/api/v1/slow?ms=14000").toURL().openConnection();
      slow.setRequestProperty("Cookie", "SERVERID=" + CANARY);
      slow.getResponseCode();
    } catch (IOException cut) {
      // What is measured shows it.
    }
  }

  private Gap theOtherDies() throws IOException, InterruptedException {
    Process stop = new ProcessBuilder("incus", "stop", "--force", OTHER).inheritIO().start();
    long end = System.nanoTime() + END.toNanos();
    long none = 0;
    long healthy = 0;
    while (true) {
      Map<String, Fleet.Server> servers = fleet.servers();
      long now = System.nanoTime();
      boolean somebody =
          servers.values().stream().anyMatch(server -> server.status().startsWith("UP"));
      if (!somebody && none == 0) {
        none = now;
      }
      if (healthy == 0 && isHealthy()) {
        healthy = System.nanoTime();
      }
      if (takesRequests(servers, CANARY) && !takesRequests(servers, OTHER)) {
        if (stop.waitFor() != 0) {
          throw new IOException("expected " + OTHER + " to be stopped");
        }
        return none == 0
            ? new Gap(Duration.ZERO, Duration.ZERO)
            : new Gap(
                Duration.ofNanos(now - none),
                Duration.ofNanos(now - Math.min(now, Math.max(none, healthy))));
      }
      if (now > end) {
        throw new IOException("expected the canary to take requests, found " + servers);
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /// As HAProxy sees it: with checks that have begun to fail too.
  private static boolean takesRequests(Map<String, Fleet.Server> servers, String node) {
    return Objects.requireNonNull(servers.get(node), node).status().startsWith("UP");
  }

  private static boolean isHealthy() {
    try {
      HttpURLConnection health = (HttpURLConnection) HEALTH.toURL().openConnection();
      health.setConnectTimeout(200);
      health.setReadTimeout(200);
      return health.getResponseCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private void theOtherIsBack() throws IOException, InterruptedException {
    if (new ProcessBuilder("incus", "start", OTHER).inheritIO().start().waitFor() != 0) {
      throw new IOException("expected " + OTHER + " to start");
    }
    long end = System.nanoTime() + END.toNanos();
    while (!takesRequests(fleet.servers(), OTHER)) {
      if (System.nanoTime() > end) {
        throw new IOException("expected " + OTHER + " to be up, found " + fleet.servers());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void everybodyIsBack() throws IOException, InterruptedException {
    long end = System.nanoTime() + END.toNanos();
    while (!fleet.servers().values().stream().allMatch(Fleet.Server::isUp)) {
      if (System.nanoTime() > end) {
        throw new IOException("expected every node to be up, found " + fleet.servers());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
