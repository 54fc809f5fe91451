package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.instance.FaultyWire.Died;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What holds when an agent dies, or a connection breaks, at each of a command's requests in turn,
/// and when neither happens: the installed binary is always a whole one, and the command given
/// again has its effect.
abstract class CrashScenarios {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);

  /// More requests than any command makes.
  private static final int MOST_REQUESTS = 60;

  @TempDir Path files;

  abstract Bed bed();

  abstract String owner();

  /// Which faults are tried.
  abstract Set<FaultyWire.Fault> faults();

  private static String kept(byte[] binary) {
    return ".serin/app-" + Binaries.digest(binary);
  }

  private Agent agent() {
    String target = bed().directory() + "/app";
    return Agent.on(
        bed(),
        files,
        new Install(target, owner(), owner(), "0755", List.of("app"), target + ".previous", 3));
  }

  @Test
  void keepingSurvives() {
    everyRequest(
        Map.of("app", OLD),
        agent -> agent.keep(OLD),
        (event, digests) -> {
          assertThat(event).isInstanceOf(IncusEvent.BinaryKept.class);
          assertThat(digests).containsOnlyKeys(kept(OLD), "app", "app.previous");
          assertThat(digests.values()).containsOnly(Binaries.digest(OLD));
        });
  }

  @Test
  void pushingSurvives() {
    everyRequest(
        Map.of("app", OLD),
        agent -> agent.push(NEW),
        (event, digests) -> {
          assertThat(event).isInstanceOf(IncusEvent.ArtifactPushed.class);
          assertThat(digests).isEqualTo(Map.of("app", Binaries.digest(NEW)));
        });
  }

  @Test
  void pushingFromTheNodeItselfSurvives() {
    Artifact next = new Artifact("node:" + bed().directory() + "/next", Binaries.digest(NEW));
    everyRequest(
        Map.of("app", OLD, "next", NEW),
        agent -> agent.push(next),
        (event, digests) -> {
          assertThat(event).isInstanceOf(IncusEvent.ArtifactPushed.class);
          assertThat(digests).containsOnlyKeys("app", "next");
          assertThat(digests).containsEntry("app", Binaries.digest(NEW));
        });
  }

  @Test
  void restoringWhatWasKeptSurvives() {
    everyRequest(
        Map.of("app", NEW, kept(OLD), OLD),
        agent -> agent.restore(OLD, null),
        (event, digests) -> {
          assertThat(event).isInstanceOf(IncusEvent.BinaryRestored.class);
          assertThat(digests).containsOnlyKeys(kept(OLD), "app");
          assertThat(digests).containsEntry("app", Binaries.digest(OLD));
        });
  }

  @Test
  void restoringFromAnArtifactSurvives() {
    byte[] rotten = "rotten".getBytes(UTF_8);
    everyRequest(
        Map.of("app", NEW, kept(OLD), rotten, "app.previous", rotten),
        agent -> agent.restore(OLD, agent().artifact(OLD)),
        (event, digests) -> {
          assertThat(event).isInstanceOf(IncusEvent.BinaryRestored.class);
          assertThat(digests).containsOnlyKeys(kept(OLD), "app", "app.previous");
          assertThat(digests).containsEntry("app", Binaries.digest(OLD));
        });
  }

  private interface Then {
    void holds(IncusEvent event, Map<String, String> digests);
  }

  private void everyRequest(
      Map<String, byte[]> given, Function<Agent, IncusEvent> command, Then then) {
    for (FaultyWire.Fault fault : faults()) {
      int at = 1;
      while (strikes(fault, at, given, command, then)) {
        at++;
        assertThat(at).as("requests of the command").isLessThan(MOST_REQUESTS);
      }
      assertThat(at).as("requests of the command").isGreaterThan(1);
    }
  }

  /// Whether the command made that many requests.
  private boolean strikes(
      FaultyWire.Fault fault,
      int at,
      Map<String, byte[]> given,
      Function<Agent, IncusEvent> command,
      Then then) {
    bed().reset(given);
    FaultyWire wire = new FaultyWire(bed().wire(), fault, at);
    IncusEvent event = run(agent().over(wire), command);
    assertThat(bed().digests().get("app"))
        .as("the installed binary after %s at request %d", fault, at)
        .isIn(Binaries.digest(OLD), Binaries.digest(NEW));
    then.holds(event != null ? event : command.apply(agent()), bed().digests());
    return wire.hasStruck();
  }

  private static @Nullable IncusEvent run(Agent agent, Function<Agent, IncusEvent> command) {
    try {
      return command.apply(agent);
    } catch (Died crash) {
      return null;
    }
  }
}
