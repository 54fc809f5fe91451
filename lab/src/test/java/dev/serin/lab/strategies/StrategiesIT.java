package dev.serin.lab.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.lab.fleet.AtHome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/// Both peers in one batch, and two groups, on the real fleet under load: completed, and taken
/// back; `make soak` takes every strategy back at each of its steps.
@Tag("lab")
@ExtendWith(AtHome.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
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
  @Order(1)
  void twoGroupsChangeAndChangeBack() throws IOException, InterruptedException {
    Way way = Way.BLUE_GREEN;
    lab.define(way);
    lab.standBy("backend-api-3");
    try {
      assertThat(lab.completed(way).wrong()).isEmpty();
      EachStep.Run back = lab.takenBackAfterTheSwitch(way);
      assertThat(back.wrong()).isEmpty();
      assertThat(back.step()).isEqualTo("analyse");
    } finally {
      lab.admitAll();
    }
  }

  /// Last: they leave one binary on every node.
  @Test
  @Order(2)
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

  @Test
  @Order(3)
  void whatTurnsBadInItsSoakIsTakenBackFromEveryNode() throws IOException, InterruptedException {
    assertThat(lab.breached(Way.IN_A_BATCH, 1).wrong()).isEmpty();
  }
}
