package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrategiesTest {
  private static String steps(String name) {
    return Strategies.steps(name).stream()
        .map(step -> step.share() + " for " + step.window())
        .collect(Collectors.joining(", "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          traffic-steps | 5.0 for PT10M, 10.0 for PT15M, 25.0 for PT20M, 50.0 for PT30M, 100.0 for PT1H
          Canary10Percent5Minutes | 10.0 for PT5M, 100.0 for PT0S
          CodeDeployDefault.LambdaCanary10Percent30Minutes | 10.0 for PT30M, 100.0 for PT0S
          CodeDeployDefault.ECSCanary10Percent15Minutes | 10.0 for PT15M, 100.0 for PT0S
          Linear25PercentEvery1Minute | 25.0 for PT1M, 50.0 for PT1M, 75.0 for PT1M, 100.0 for PT0S
          Linear40PercentEvery3Minutes | 40.0 for PT3M, 80.0 for PT3M, 100.0 for PT0S
          """)
  void goesThroughTheseShares(String name, String expected) {
    assertThat(Strategies.isKnown(name)).isTrue();
    assertThat(steps(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "canary-then-peers",
        "blue-green",
        "emergency",
        "OneAtATime",
        "CodeDeployDefault.OneAtATime",
        "HalfAtATime",
        "CodeDeployDefault.AllAtOnce",
        "CodeDeployDefault.ECSAllAtOnce"
      })
  void shiftsNoTraffic(String name) {
    assertThat(Strategies.isKnown(name)).isTrue();
    assertThat(Strategies.steps(name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "canary",
        "Canary0Percent5Minutes",
        "Canary10Percent0Minutes",
        "Canary100Percent5Minutes",
        "Canary10Percent99999Minutes",
        "Linear10PercentEvery1Hour",
        "xCanary10Percent5Minutes",
        "AllAtOnce5",
        "halfatatime"
      })
  void knowsNoOther(String name) {
    assertThat(Strategies.isKnown(name)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "AllAtOnce, -, 4, 4, 0",
    "AllAtOnce, -, 1, 1, 0",
    "HalfAtATime, -, 4, 2, 2",
    "HalfAtATime, -, 5, 2, 3",
    "HalfAtATime, -, 2, 1, 1",
    "HalfAtATime, -, 1, 1, 1",
    "OneAtATime, -, 4, 1, 3",
    "restart, 2, 4, 1, 3",
    "emergency, 2, 4, 2, 3",
    "emergency, 25%, 8, 2, 7",
    "canary-then-peers, 25%, 3, 1, 2",
    "canary-then-peers, 50%, 5, 2, 4",
    "canary-then-peers, 9, 3, 9, 2"
  })
  void updatesSoManyAtOnceAndKeepsSoManyByDefault(
      String name, String batch, int nodes, int atOnce, int minimum) {
    assertThat(Strategies.atOnce(name, Batch.of(batch).orElse(null), nodes)).isEqualTo(atOnce);
    assertThat(Strategies.minimum(name, null, nodes)).isEqualTo(minimum);
    assertThat(Strategies.minimum(name, 1, nodes)).isEqualTo(1);
  }

  @Test
  void increasesByTenPerCentTenTimes() {
    assertThat(Strategies.steps("Linear10PercentEvery1Minute"))
        .extracting(TrafficStep::share)
        .containsExactly(10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0);
    assertThat(Strategies.steps("Linear10PercentEvery1Minute").subList(0, 9))
        .extracting(TrafficStep::window)
        .containsOnly(Duration.ofMinutes(1));
  }
}
