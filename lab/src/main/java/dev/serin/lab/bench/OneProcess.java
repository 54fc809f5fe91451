package dev.serin.lab.bench;

import dev.serin.lab.cluster.Definitions;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Standalone;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/// `serin standalone` killed with `kill -9` in the middle of a rollout: how long after its start
/// the rollout goes on.
final class OneProcess {
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final Duration END = Duration.ofMinutes(3);

  private OneProcess() {}

  /// @param within how soon the rollout has to go on
  static void measure(Path root, Duration within, WorstDay.Limits limits)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("serin-bench-one-process");
    Releases releases = new Releases(root, directory);
    try (Standalone serin = Standalone.start(root, directory);
        Story story = new Story();
        Load load = Load.start(LoadPlan.steady(Fleet.FRONT, Duration.ofMinutes(10)))) {
      releases.define(COORDINATOR, Definitions.patient(root, directory));
      String rollout =
          releases.release(
              COORDINATOR,
              Releases.request("one-process", "v7.7.0", releases.bake("v7.7.0"), "4s"));
      story.awaitStep(rollout, "restart", END);
      long from = System.nanoTime();
      Instant killed = Instant.now();
      serin.killAndStart();
      story.await(
          rollout,
          END,
          event ->
              Story.text(event, "type").equals("step-succeeded")
                  && Instant.parse(Story.text(event, "at")).isAfter(killed));
      limits.limit(
          "serin standalone killed with kill -9 in a restart and started: it has done that step",
          Duration.ofNanos(System.nanoTime() - from),
          within);
      JsonNode end = story.awaitEnd(rollout, END);
      if (!Story.text(end, "phase").equals("COMPLETED")) {
        throw new IOException("expected the rollout to be completed, found " + end);
      }
      System.out.printf(
          "  %,d requests served meanwhile, %d failed%n",
          load.snapshot().served(), load.snapshot().failed());
    }
  }
}
