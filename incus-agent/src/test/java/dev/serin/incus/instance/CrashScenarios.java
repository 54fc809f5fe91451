package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.instance.FaultyWire.Died;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  @ParameterizedTest
  @EnumSource
  void keepingSurvives(FaultyWire.Fault fault) {
    everyRequest(
        fault,
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

  @ParameterizedTest
  @EnumSource
  void pushingSurvives(FaultyWire.Fault fault) {
    everyRequest(
        fault,
        () -> bed().write(target(), OLD),
        agent -> agent.push(NEW),
        event -> {
          assertThat(event).isInstanceOf(IncusEvent.ArtifactPushed.class);
          assertThat(bed().digest(target())).isEqualTo(Binaries.digest(NEW));
          assertThat(bed().files()).containsExactly("app");
        });
  }

  @ParameterizedTest
  @EnumSource
  void pushingFromTheNodeItselfSurvives(FaultyWire.Fault fault) {
    everyRequest(
        fault,
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

  @ParameterizedTest
  @EnumSource
  void restoringWhatWasKeptSurvives(FaultyWire.Fault fault) {
    everyRequest(
        fault,
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

  @ParameterizedTest
  @EnumSource
  void restoringFromAnArtifactSurvives(FaultyWire.Fault fault) {
    everyRequest(
        fault,
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

  private void everyRequest(
      FaultyWire.Fault fault, Runnable given, Function<Agent, IncusEvent> command, Then then) {
    for (int at = 1; at <= MOST_REQUESTS; at++) {
      bed().clear();
      given.run();
      FaultyWire wire = new FaultyWire(bed().wire(), fault, at);
      IncusEvent event = run(agent().over(wire), command);
      String installed = bed().digest(target());
      assertThat(installed)
          .as("the installed binary after %s at request %d", fault, at)
          .isIn(Binaries.digest(OLD), Binaries.digest(NEW));
      if (!wire.hasStruck()) {
        assertThat(at).as("requests of the command").isGreaterThan(3);
        return;
      }
      then.holds(event != null ? event : command.apply(agent()));
    }
    throw new AssertionError("the command never ended by itself");
  }

  private static @Nullable IncusEvent run(Agent agent, Function<Agent, IncusEvent> command) {
    try {
      return command.apply(agent);
    } catch (Died crash) {
      return null;
    }
  }
}
