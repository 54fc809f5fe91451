package dev.serin.lab.rescue;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.fleet.Standing;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadSnapshot;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// A rollout in the middle of which every service and the broker are killed; a person runs its
/// rescue sheet, and Serin comes back to it:
/// 1. it is released, and taken back where the spot lies on the way back;
/// 2. at the spot everything of Serin's is killed with `kill -9`;
/// 3. the sheet does what it is told, and HAProxy and the containers are looked at;
/// 4. Serin starts again, is told to abort after `back`, or to go on where it asks, and ends the
///    rollout as the person did; HAProxy and the containers are looked at once more.
public final class Rescue {
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final Duration END = Duration.ofMinutes(3);
  private static final Duration CHECKED = Duration.ofSeconds(5);
  private static final String LEAVING = "/run/serin-lab/haproxy-1/leaving.map";

  /// The process was started after its file changed; systemd tells whole seconds.
  private static final String RUNS_INSTALLED =
      """
      started=$(date -d "$(systemctl show -p ExecMainStartTimestamp --value backend-api)" +%s)
      changed=$(stat -L -c %Z /opt/serin-lab/backend-api/backend-api)
      if [ "$started" -ge "$changed" ]; then echo yes; else echo "$started before $changed"; fi
      """
          .strip();

  private final SerinCluster cluster;
  private final Releases releases;
  private final Story story;
  private final Fleet fleet;
  private final Load load;
  private final Path directory;
  private final Map<String, Path> artifacts = new LinkedHashMap<>();
  private int number;

  /// What a run came to.
  ///
  /// @param sheet how long the sheet took
  /// @param wrong what is not as it has to be
  public record Run(
      Strategy strategy, Spot spot, Direction direction, Duration sheet, List<String> wrong) {}

  private record Said(int exit, String text) {}

  /// @param directory for definitions
  public Rescue(
      SerinCluster cluster, Releases releases, Story story, Fleet fleet, Load load, Path directory)
      throws IOException, InterruptedException {
    this.cluster = cluster;
    this.releases = releases;
    this.story = story;
    this.fleet = fleet;
    this.load = load;
    this.directory = directory;
    for (String version : List.of("v8.0.0", "v8.1.0", "v8.2.0")) {
      artifacts.put(version, releases.bake(version));
    }
  }

  /// Has the fleet as a strategy needs it. A person takes a node into maintenance, which cuts
  /// whoever is on it: that is over a moment later, and is no release's doing.
  void prepare(Strategy strategy) throws IOException, InterruptedException {
    if (strategy.exchanges()) {
      fleet.runtime("set server " + Fleet.POOL + "/" + Fleet.NODES.getLast() + " state maint");
      TimeUnit.SECONDS.sleep(3);
    }
  }

  /// Has every node take requests again.
  void leave(Strategy strategy) throws IOException {
    if (strategy.exchanges()) {
      for (String node : Fleet.NODES) {
        fleet.runtime("set server " + Fleet.POOL + "/" + node + " state ready");
      }
    }
  }

  /// One rollout, rescued at one place in one way.
  public Run at(Strategy strategy, Spot spot, Direction direction)
      throws IOException, InterruptedException {
    define(strategy);
    Map<String, Standing> standing = Standing.of(fleet);
    String version = notInstalled(standing);
    Path artifact = artifact(version);
    Map<String, Standing> expected =
        switch (direction) {
          case BACK -> standing;
          case FINISH -> strategy.after(standing, Releases.digest(artifact));
        };
    LoadSnapshot before = load.snapshot();
    String rollout = release(strategy, version, artifact);
    reach(strategy, rollout, spot, strategy.first(standing));
    serinIsGone();

    List<String> wrong = new ArrayList<>();
    String words = sheet(strategy).text();
    if (!words.contains("Rescue sheet of " + strategy.service())) {
      wrong.add("expected the sheet to say what it is, found " + words);
    }
    long from = System.nanoTime();
    Said said = sheet(strategy, direction.word());
    final Duration took = Duration.ofNanos(System.nanoTime() - from);
    if (said.exit() != 0 || !said.text().contains(direction.says())) {
      wrong.add("the sheet ended with " + said.exit() + ": " + said.text());
    }
    fleet("by the sheet", expected, wrong);

    serinIsBack();
    if (direction == Direction.BACK && !spot.isOnTheWayBack()) {
      steer("abort-requested", strategy, rollout);
    }
    JsonNode end = end(strategy, rollout);
    if (!Story.text(end, "phase").equals(direction.phase())) {
      wrong.add("expected it to end " + direction.phase() + ", found " + end);
    }
    fleet("with Serin back", expected, wrong);
    if (Files.exists(file(strategy))) {
      wrong.add("expected no sheet of a rollout that is over, found " + file(strategy));
    }
    LoadSnapshot during = load.snapshot().since(before);
    if (during.failed() > 0) {
      wrong.add("expected no request to fail, found " + during.failures());
    }
    return new Run(strategy, spot, direction, took, wrong);
  }

  private void define(Strategy strategy) throws IOException, InterruptedException {
    String own = Files.readString(cluster.root().resolve("lab/services/backend-api.yaml"));
    releases.define(
        COORDINATOR,
        Files.writeString(
            directory.resolve(strategy.service() + ".yaml"), strategy.definition(own)));
  }

  /// Two groups have two of them, so there are three.
  private String notInstalled(Map<String, Standing> standing) throws IOException {
    for (Map.Entry<String, Path> each : artifacts.entrySet()) {
      String digest = Releases.digest(each.getValue());
      if (standing.values().stream().noneMatch(node -> node.digest().equals(digest))) {
        return each.getKey();
      }
    }
    throw new IOException("expected one release that no node has yet, found all of them");
  }

  private Path artifact(String version) {
    return Objects.requireNonNull(artifacts.get(version), version);
  }

  private String release(Strategy strategy, String version, Path artifact)
      throws IOException, InterruptedException {
    number++;
    Map<String, Object> body =
        Releases.request(strategy.service() + "-" + number, version, artifact, "4s");
    body.put("service", strategy.service());
    body.remove("overrides");
    return releases.releaseUntilTaken(COORDINATOR, body, END);
  }

  private void reach(Strategy strategy, String rollout, Spot spot, Set<String> first)
      throws IOException, InterruptedException {
    int from = 0;
    if (spot.isOnTheWayBack()) {
      from = await(rollout, strategy.abortedAt(), first, 0);
      steer("abort-requested", strategy, rollout);
    }
    await(rollout, spot, first, from);
  }

  /// Returns the number of the event with which it begins.
  private int await(String rollout, Spot spot, Set<String> first, int from) {
    Spot before = spot.after();
    int since = before == null ? from : await(rollout, before, first, from);
    return number(
        story.await(rollout, END, event -> number(event) > since && spot.begins(event, first)));
  }

  private static int number(JsonNode event) {
    return event.get("sequence").intValue();
  }

  private void steer(String type, Strategy strategy, String rollout)
      throws IOException, InterruptedException {
    number++;
    releases.postUntilTaken(
        COORDINATOR,
        Map.of(
            "type",
            type,
            "requestId",
            type + "-" + strategy.service() + "-" + number,
            "service",
            strategy.service(),
            "requestedBy",
            "somebody",
            "rolloutId",
            rollout),
        END);
  }

  /// Where Serin has found that somebody was at work, the person who was says: go on.
  private JsonNode end(Strategy strategy, String rollout) throws IOException, InterruptedException {
    int paused = 0;
    while (true) {
      int seen = paused;
      JsonNode next =
          story.await(
              rollout,
              END,
              event ->
                  Story.isEnd(event)
                      || (Story.text(event, "type").equals("rollout-paused")
                          && number(event) > seen));
      if (Story.isEnd(next)) {
        return next;
      }
      paused = number(next);
      steer("resume-requested", strategy, rollout);
    }
  }

  private Path file(Strategy strategy) {
    return cluster.data("coordinator").resolve("rescue/" + strategy.service() + ".sh");
  }

  private Said sheet(Strategy strategy, String... word) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", file(strategy).toString()));
    command.addAll(List.of(word));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text.strip());
  }

  private void serinIsGone() throws InterruptedException {
    for (String service : SerinCluster.SERVICES) {
      cluster.kill(service);
    }
    cluster.kill(SerinCluster.BROKER);
  }

  private void serinIsBack() throws IOException, InterruptedException {
    cluster.start(SerinCluster.BROKER);
    for (String service : SerinCluster.SERVICES) {
      cluster.start(service);
    }
    cluster.awaitCoordinator("coordinator");
  }

  private void fleet(String when, Map<String, Standing> expected, List<String> wrong)
      throws IOException, InterruptedException {
    awaitServers(expected);
    Standing.wrong(fleet, expected).forEach(it -> wrong.add(when + ": " + it));
    String leaving = fleet.runtime("show map " + LEAVING).strip();
    if (!leaving.isEmpty()) {
      wrong.add(when + ": expected nobody in the leaving map, found " + leaving);
    }
    for (String node : Fleet.NODES) {
      String running = fleet.printed(node, RUNS_INSTALLED).strip();
      if (!running.equals("yes")) {
        wrong.add(when + ": expected " + node + " to run what is installed, found " + running);
      }
    }
  }

  /// HAProxy's checks take two seconds to have a node up again.
  private void awaitServers(Map<String, Standing> expected)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + CHECKED.toNanos();
    while (System.nanoTime() < until && !Standing.wrongServers(fleet, expected).isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }
}
