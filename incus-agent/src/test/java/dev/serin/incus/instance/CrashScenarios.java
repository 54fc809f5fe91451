package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.instance.FaultyWire.Died;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What holds when an agent dies, or a connection breaks, at each of a command's requests in turn:
/// the installed binary is always a whole one, and the command given again has its effect.
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

  private String target() {
    return bed().directory() + "/app";
  }

  private String previous() {
    return bed().directory() + "/app.previous";
  }

  private String kept(byte[] binary) {
    return bed().directory() + "/.serin/app-" + Binaries.digest(binary);
  }

  private Agent agent() {
    return Agent.on(
        bed(),
        files,
        new Install(target(), owner(), owner(), "0755", List.of("app"), previous(), 3));
  }

  @Test
  void keepingSurvives() {
    everyRequest(
        () -> bed().write(target(), OLD),
        agent -> agent.keep(OLD),
        event -> {
          assertThat(event).isInstanceOf(IncusEvent.BinaryKept.class);
          assertThat(bed().digest(kept(OLD))).isEqualTo(Binaries.digest(OLD));
          assertThat(bed().digest(previous())).isEqualTo(Binaries.digest(OLD));
          assertThat(bed().digest(target())).isEqualTo(Binaries.digest(OLD));
          assertThat(bed().files())
              .containsExactly(".serin/app-" + Binaries.digest(OLD), "app", "app.previous");
        });
  }

  @Test
  void pushingSurvives() {
    everyRequest(
        () -> bed().write(target(), OLD),
        agent -> agent.push(NEW),
        event -> {
          assertThat(event).isInstanceOf(IncusEvent.ArtifactPushed.class);
          assertThat(bed().digest(target())).isEqualTo(Binaries.digest(NEW));
          assertThat(bed().files()).containsExactly("app");
        });
  }

  @Test
  void pushingFromTheNodeItselfSurvives() {
    everyRequest(
        () -> {
          bed().write(target(), OLD);
          bed().write(bed().directory() + "/next", NEW);
        },
        agent ->
            agent.push(
                new dev.serin.contracts.request.Artifact(
                    "node:" + bed().directory() + "/next", Binaries.digest(NEW))),
        event -> {
          assertThat(event).isInstanceOf(IncusEvent.ArtifactPushed.class);
          assertThat(bed().digest(target())).isEqualTo(Binaries.digest(NEW));
          assertThat(bed().files()).containsExactly("app", "next");
        });
  }

  @Test
  void restoringWhatWasKeptSurvives() {
    everyRequest(
        () -> {
          bed().write(target(), NEW);
          bed().write(kept(OLD), OLD);
        },
        agent -> agent.restore(OLD, null),
        event -> {
          assertThat(event).isInstanceOf(IncusEvent.BinaryRestored.class);
          assertThat(bed().files()).containsExactly(".serin/app-" + Binaries.digest(OLD), "app");
        });
  }

  @Test
  void restoringFromAnArtifactSurvives() {
    everyRequest(
        () -> {
          bed().write(target(), NEW);
          bed().write(kept(OLD), "rotten".getBytes(UTF_8));
          bed().write(previous(), "another".getBytes(UTF_8));
        },
        agent -> agent.restore(OLD, agent().artifact(OLD)),
        event -> {
          assertThat(event).isInstanceOf(IncusEvent.BinaryRestored.class);
          assertThat(bed().digest(target())).isEqualTo(Binaries.digest(OLD));
        });
  }

  private interface Then {
    void holds(IncusEvent event);
  }

  private void everyRequest(Runnable given, Function<Agent, IncusEvent> command, Then then) {
    for (FaultyWire.Fault fault : faults()) {
      int at = 1;
      while (strikes(fault, at, given, command, then)) {
        at++;
        assertThat(at).as("requests of the command").isLessThan(MOST_REQUESTS);
      }
      assertThat(at).as("requests of the command").isGreaterThan(3);
    }
  }

  /// Whether the command made that many requests.
  private boolean strikes(
      FaultyWire.Fault fault,
      int at,
      Runnable given,
      Function<Agent, IncusEvent> command,
      Then then) {
    bed().clear();
    given.run();
    FaultyWire wire = new FaultyWire(bed().wire(), fault, at);
    IncusEvent event = run(agent().over(wire), command);
    assertThat(bed().digest(target()))
        .as("the installed binary after %s at request %d", fault, at)
        .isIn(Binaries.digest(OLD), Binaries.digest(NEW));
    if (wire.hasStruck()) {
      then.holds(event != null ? event : command.apply(agent()));
    }
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
