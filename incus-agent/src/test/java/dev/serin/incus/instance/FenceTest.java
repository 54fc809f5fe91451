package dev.serin.incus.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A command older than one that the node has obeyed is refused in the node itself (I10): no agent
/// has to remember anything for that, and an execution that was held up for long is told so too.
class FenceTest {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);
  private static final long NOW = System.currentTimeMillis();

  @TempDir Path instance;
  @TempDir Path files;

  private LocalBed bed;
  private Agent agent;

  @BeforeEach
  void install() {
    bed = new LocalBed(instance);
    agent =
        Agent.on(
            bed,
            files,
            new Install(target(), Owner.number(), Owner.number(), "0750", List.of("app"), null, 3));
    bed.write(target(), OLD);
  }

  private String target() {
    return instance + "/opt/app";
  }

  private List<String> marks() throws IOException {
    try (Stream<Path> names = Files.list(instance.resolve("opt/.serin"))) {
      return names
          .map(name -> name.getFileName().toString())
          .filter(name -> name.contains("fence"))
          .toList();
    }
  }

  @Test
  void anOlderCommandIsRefusedByAnAgentThatKnowsNothing() {
    agent.withFence(NOW).keep(OLD);
    agent.withFence(NOW).push(NEW);

    Failure failure = Agent.failure(agent.withFence(NOW - 1).restore(OLD, null));

    assertThat(failure)
        .isEqualTo(
            new Failure(
                Reason.STALE,
                "a command with fence " + NOW + " or more in backend-1",
                "fence " + (NOW - 1),
                "",
                false));
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void everyScriptWithAnEffectCompares() {
    agent.withFence(NOW).keep(OLD);
    Agent late = agent.withFence(NOW - 1);

    assertThat(
            Stream.of(late.keep(OLD), late.push(NEW), late.restart(), late.restore(OLD, null))
                .map(event -> Agent.failure(event).reason()))
        .containsOnly(Reason.STALE);
  }

  @Test
  void theSameCommandMayComeAgain() {
    agent.withFence(NOW).push(NEW);

    assertThat(agent.withFence(NOW).push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
  }

  @Test
  void onlyTheNewestIsRemembered() throws IOException {
    agent.withFence(NOW - 2).keep(OLD);
    agent.withFence(NOW - 1).push(NEW);
    agent.withFence(NOW).restore(OLD, null);

    assertThat(marks()).containsExactly(".app.fence-" + NOW);
  }

  @Test
  void aFenceFromTheFutureIsRefusedAndNotRemembered() throws IOException {
    agent.withFence(NOW).keep(OLD);

    Failure failure = Agent.failure(agent.withFence(NOW + 7_200_000).push(NEW));

    assertThat(failure.reason()).isEqualTo(Reason.INVALID);
    assertThat(failure.found()).startsWith("fence " + (NOW + 7_200_000) + ", its clock is at ");
    assertThat(marks()).containsExactly(".app.fence-" + NOW);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void aMarkThatIsNoNumberIsNoMark() {
    bed.write(instance + "/opt/.serin/.app.fence-x", new byte[0]);
    bed.write(instance + "/opt/.serin/.app.fence-", new byte[0]);

    assertThat(agent.withFence(NOW).push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
  }

  @Test
  void anotherServicesFenceInTheSameDirectoryDoesNotCount() {
    bed.write(instance + "/opt/.serin/.other.fence-" + (NOW + 1_000), new byte[0]);

    assertThat(agent.withFence(NOW).push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
  }
}
