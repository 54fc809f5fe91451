package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Acts.by;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.BeforeTheStartTest.passed;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.RolloutPhase;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A switch that goes by another clock goes off in every rollout, or too late.
class ClocksApartTest {
  private static Story preflight() {
    return Story.of(canaryThenPeers("b2", "b1")).on(asked(by(null, "{}")));
  }

  private static Story.Act answers(String words, Duration apart) {
    return story ->
        new Input.Answered(
            story.world().obey(story.newest(words), story.now().plus(apart)), story.now());
  }

  @ParameterizedTest
  @CsvSource({
    "check-pool,   31, 'haproxy-agent: expected its clock within 30s of the coordinator''s, found"
        + " it 31s ahead or more; have both machines'' clocks set (NTP), then try again'",
    "check-pool, -240, 'haproxy-agent: expected its clock within 30s of the coordinator''s, found"
        + " it 4m behind or more; have both machines'' clocks set (NTP), then try again'",
    "inspect,     180, 'incus-agent: expected its clock within 30s of the coordinator''s, found it"
        + " 3m ahead or more; have both machines'' clocks set (NTP), then try again'",
    "check-slis,  -31, 'sli-watcher: expected its clock within 30s of the coordinator''s, found it"
        + " 31s behind or more; have both machines'' clocks set (NTP), then try again'",
  })
  void stopARolloutBeforeItTouchesAnything(String words, long seconds, String problem) {
    Story story = preflight();
    for (String other : new String[] {"check-pool", "inspect", "check-slis"}) {
      if (!other.equals(words)) {
        story.on(done(other));
      }
    }
    story.on(answers(words, Duration.ofSeconds(seconds)), refuses(problem));
  }

  @ParameterizedTest
  @CsvSource({"30", "-30"})
  void mayBeHalfAMinuteApart(long seconds) {
    preflight()
        .on(done("inspect"))
        .on(done("check-slis"))
        .on(answers("check-pool", Duration.ofSeconds(seconds)), isIn(RolloutPhase.ROLLING));
  }

  /// An answer may wait for those of the others.
  @Test
  void areNotMeasuredByHowLongTheOthersTake() {
    preflight()
        .on(done("check-pool"))
        .on(done("check-slis"))
        .after(Duration.ofSeconds(80))
        .on(done("inspect"), isIn(RolloutPhase.ROLLING));
  }

  @Test
  void areOnlyToldOfInAnIncident() {
    Story story =
        Story.of(canaryThenPeers("b2", "b1"))
            .on(asked(by("emergency", "{}")))
            .on(done("inspect"))
            .on(answers("check-pool", Duration.ofMinutes(5)), isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).warnings())
        .contains(
            "haproxy-agent: expected its clock within 30s of the coordinator's, found it 5m ahead"
                + " or more; have both machines' clocks set (NTP), then try again");
  }
}
