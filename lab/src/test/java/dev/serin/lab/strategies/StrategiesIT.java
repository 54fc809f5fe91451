package dev.serin.lab.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Every strategy on the real fleet under load: completed, and taken back in the middle; `make
/// soak` takes each back at each of its steps.
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrategiesIT {
  private EachStep lab;

  @SuppressWarnings("NullAway.Init")
  StrategiesIT() {}

  @BeforeAll
  void start() throws IOException, InterruptedException {
    lab = EachStep.on(Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()));
  }

  @AfterAll
  void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  @ParameterizedTest
  @FieldSource("dev.serin.lab.strategies.Way#ALL")
  void completesAndIsTakenBackAtItsLastStepButOne(Way way)
      throws IOException, InterruptedException {
    lab.define(way);
    assertThat(lab.completed(way).wrong()).isEmpty();
    int steps = lab.stepsOf(way).size();
    assertThat(steps).isPositive();
    assertThat(lab.takenBack(way, Math.max(0, steps - 2)).wrong()).isEmpty();
  }
}
