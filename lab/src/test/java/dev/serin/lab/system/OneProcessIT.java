package dev.serin.lab.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.lab.cluster.Definitions;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Standalone;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.AtHome;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/// `serin standalone` on the real fleet, under load: one process, and nothing beside it that would
/// live on.
@Tag("lab")
@ExtendWith(AtHome.class)
class OneProcessIT {
  private static final Duration END = Duration.ofMinutes(4);
  private static final URI COORDINATOR = SerinCluster.url("coordinator");

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));

  /// Killed with `kill -9`, in the canary's restart and again in its analysis, with its broker and
  /// everything that it was about to do.
  @Test
  void goesOnWithTheRolloutInWhoseMiddleItWasKilled() throws IOException, InterruptedException {
    Path root = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    Path directory = Files.createTempDirectory("serin-one-process");
    Releases releases = new Releases(root, directory);
    Path artifact = releases.bake("v3.7.0");
    try (Standalone serin = Standalone.start(root, directory);
        Story story = new Story();
        Load load = Load.start(LoadPlan.steady(Fleet.FRONT, Duration.ofMinutes(10)))) {
      releases.define(COORDINATOR, Definitions.patient(root, directory));
      String rollout =
          releases.release(COORDINATOR, Releases.request("one-process", "v3.7.0", artifact, "12s"));

      story.awaitStep(rollout, "restart", END);
      serin.killAndStart();
      story.awaitStep(rollout, "analyse", END);
      serin.killAndStart();

      JsonNode end = story.awaitEnd(rollout, END);
      assertThat(Story.text(end, "phase")).as("%s", end).isEqualTo("COMPLETED");
      assertThat(story.of(rollout))
          .extracting(event -> event.get("sequence").intValue())
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, end.get("sequence").intValue()).boxed().toList());
      assertThat(fleet.digests().values()).containsOnly(Releases.digest(artifact));
      assertThat(fleet.servers().values()).allMatch(Fleet.Server::isUp);
      assertThat(load.snapshot().failures()).isEmpty();
    }
  }
}
