package dev.serin.lab.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Both peers in one batch on the real fleet under load: completed, and taken back; `make soak`
/// takes every strategy back at each of its steps.
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrategiesIT {
  private EachStep lab;

  @SuppressWarnings("NullAway.Init")
  StrategiesIT() {}

  @BeforeAll
  void start() throws IOException, InterruptedException {
    // Slow to be healthy: however busy the machine, it is taken back before it is through.
    lab =
        EachStep.on(
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()),
            "--healthy-after",
            "5s");
  }

  @AfterAll
  void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void aBatchCompletesAndIsTakenBackWhileItsHealthIsAwaited()
      throws IOException, InterruptedException {
    Way way = Way.IN_A_BATCH;
    lab.define(way);
    assertThat(lab.completed(way).wrong()).isEmpty();
    int health = lab.stepsOf(way).indexOf("health backend-api-3");
    assertThat(health).isPositive();
    EachStep.Run back = lab.takenBack(way, health);
    assertThat(back.wrong()).isEmpty();
    assertThat(back.step()).isEqualTo("health backend-api-3");
  }
}
