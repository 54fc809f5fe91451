package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SwitchTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final Duration PERIOD = Duration.ofMinutes(2);
  private static final Instant LONG_AGO = NOON.minus(Duration.ofDays(1));

  /// The monotonic clock says nothing yet.
  private static final long EARLY = Long.MIN_VALUE / 2;

  private static DeadMan until(Instant expiresAt) {
    return new DeadMan(List.of("b2"), PERIOD, expiresAt, DeadManAction.DRAIN, List.of(), 1);
  }

  private static Switch armed(Instant expiresAt) {
    return Switch.disarmed().after(until(expiresAt), NOON, LONG_AGO, NOON, 0);
  }

  @Test
  void isNeverDueWithoutACanary() {
    assertThat(Switch.disarmed().isDue(Instant.MAX, EARLY)).isFalse();
    assertThat(armed(NOON).after(null, NOON, LONG_AGO, NOON, 0).isDue(Instant.MAX, EARLY))
        .isFalse();
  }

  @Test
  void isDueWhenTheProofHasRunOut() {
    Switch armed = armed(NOON.plusSeconds(90));
    assertThat(armed.isDue(NOON.plusMillis(89_999), EARLY)).isFalse();
    assertThat(armed.isDue(NOON.plusSeconds(90), EARLY)).isTrue();
  }

  @Test
  void aLaterProofMovesIt() {
    Switch armed =
        armed(NOON.plusSeconds(90)).after(until(NOON.plusSeconds(120)), NOON, LONG_AGO, NOON, 0);
    assertThat(armed.isDue(NOON.plusSeconds(119), EARLY)).isFalse();
    assertThat(armed.isDue(NOON.plusSeconds(120), EARLY)).isTrue();
  }

  @Test
  void anAgentThatWasHeldUpGrantsOneFullPeriod() {
    Instant back = NOON.plusSeconds(80);
    Switch armed = armed(NOON.plusSeconds(90)).heldUp(back, Duration.ofSeconds(80).toNanos());
    assertThat(armed.isDue(back.plus(PERIOD).minusMillis(1), EARLY)).isFalse();
    assertThat(armed.isDue(back.plus(PERIOD), EARLY)).isTrue();
    assertThat(
            armed(NOON.plus(PERIOD.multipliedBy(9)))
                .heldUp(back, Duration.ofSeconds(80).toNanos())
                .isDue(back.plus(PERIOD), EARLY))
        .as("it never shortens what was granted")
        .isFalse();
    assertThat(
            Switch.disarmed()
                .heldUp(back, Duration.ofSeconds(80).toNanos())
                .isDue(Instant.MAX, EARLY))
        .isFalse();
  }

  @Test
  void theSameProofAgainMovesNothing() {
    Switch armed =
        armed(NOON.plusSeconds(90))
            .after(until(NOON.plusSeconds(90)), NOON, LONG_AGO, NOON.plusSeconds(89), 0);
    assertThat(armed.isDue(NOON.plusSeconds(90), EARLY)).isTrue();
  }

  @Test
  void goesOffOnceUntilALaterProofArmsItAnew() {
    Switch gone = armed(NOON.plusSeconds(90)).gone();
    assertThat(gone.isDue(NOON.plusSeconds(91), EARLY)).isFalse();
    assertThat(
            gone.after(until(NOON.plusSeconds(90)), NOON, LONG_AGO, NOON, 0)
                .isDue(NOON.plusSeconds(91), EARLY))
        .isFalse();
    assertThat(
            gone.after(until(NOON.plusSeconds(200)), NOON, LONG_AGO, NOON, 0)
                .isDue(NOON.plusSeconds(200), EARLY))
        .isTrue();
  }

  @Test
  void aStartOfTheAgentGrantsOneFullPeriod() {
    Switch armed =
        Switch.disarmed().after(until(NOON.minusSeconds(30)), NOON, NOON, NOON.plusSeconds(1), 0);
    assertThat(armed.isDue(NOON.plus(PERIOD).minusMillis(1), EARLY)).isFalse();
    assertThat(armed.isDue(NOON.plus(PERIOD), EARLY)).isTrue();
  }

  @Test
  void aProofThatHadRunOutWhenItCameLeavesTimeForTheRestOfTheBacklog() {
    Switch armed = armed(NOON.minusSeconds(1));
    assertThat(armed.isDue(NOON, EARLY)).isFalse();
    assertThat(armed.isDue(NOON.plus(Switch.BACKLOG), EARLY)).isTrue();
  }

  @Test
  void aClockThatIsSetBackDelaysItByNothing() {
    Switch armed = armed(NOON.plus(PERIOD).plusSeconds(30));
    Instant back = NOON.minus(Duration.ofHours(1));
    assertThat(armed.isDue(back, Duration.ofSeconds(149).toNanos())).isFalse();
    assertThat(armed.isDue(back, Duration.ofSeconds(150).toNanos())).isTrue();
  }

  @Test
  void byTheMonotonicClockItIsNeverGrantedLessThanItsPeriod() {
    Switch late =
        Switch.disarmed()
            .after(until(NOON.plusSeconds(1)), NOON, LONG_AGO, NOON.minusSeconds(600), 0);
    assertThat(late.isDue(NOON.minusSeconds(500), PERIOD.toNanos() - 1)).isFalse();
    assertThat(late.isDue(NOON.minusSeconds(500), PERIOD.toNanos())).isTrue();
  }

  @Test
  void theSameProofAgainGrantsNothingMoreByTheMonotonicClock() {
    Switch again =
        armed(NOON.plus(PERIOD))
            .after(until(NOON.plus(PERIOD)), NOON, LONG_AGO, NOON, PERIOD.toNanos() / 2);
    assertThat(again.isDue(NOON, PERIOD.toNanos())).isTrue();
  }

  @Test
  void afterAHoldUpTheMonotonicClockGrantsAFullPeriodToo() {
    long held = Duration.ofSeconds(80).toNanos();
    Switch armed = armed(NOON.plusSeconds(90)).heldUp(NOON.plusSeconds(80), held);
    assertThat(armed.isDue(NOON, held + PERIOD.toNanos() - 1)).isFalse();
    assertThat(armed.isDue(NOON, held + PERIOD.toNanos())).isTrue();
  }

  @Test
  void holdUpsThatComeAgainAndAgainDoNotPutItOffForEver() {
    Switch armed = armed(NOON.plusSeconds(90));
    Instant now = NOON;
    for (int minute = 1; minute <= 4; minute++) {
      now = NOON.plusSeconds(60L * minute);
      if (armed.isDue(now, EARLY)) {
        return;
      }
      armed = armed.heldUp(now, 0);
    }
    assertThat(armed.isDue(now.plusSeconds(16), EARLY))
        .as("a period after the first, and then only until another agent is heard of")
        .isTrue();
  }

  @Test
  void aGuardWithAClockFromAnotherCenturyIsNoReasonToFail() {
    Instant longAgo = Instant.parse("1600-01-01T00:00:00Z");
    Switch armed = Switch.disarmed().after(until(NOON.plusSeconds(90)), longAgo, LONG_AGO, NOON, 0);
    assertThat(armed.isDue(NOON.plusSeconds(90), EARLY)).isTrue();
  }
}
