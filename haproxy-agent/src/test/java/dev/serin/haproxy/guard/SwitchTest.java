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

  private static DeadMan until(Instant expiresAt) {
    return new DeadMan(List.of("b2"), PERIOD, expiresAt, DeadManAction.DRAIN, List.of(), 1);
  }

  private static Switch armed(Instant expiresAt) {
    return Switch.disarmed().after(until(expiresAt), LONG_AGO, NOON);
  }

  @Test
  void isNeverDueWithoutACanary() {
    assertThat(Switch.disarmed().isDue(Instant.MAX)).isFalse();
    assertThat(armed(NOON).after(null, LONG_AGO, NOON).isDue(Instant.MAX)).isFalse();
  }

  @Test
  void isDueWhenTheProofHasRunOut() {
    Switch armed = armed(NOON.plusSeconds(90));
    assertThat(armed.isDue(NOON.plusMillis(89_999))).isFalse();
    assertThat(armed.isDue(NOON.plusSeconds(90))).isTrue();
  }

  @Test
  void aLaterProofMovesIt() {
    Switch armed = armed(NOON.plusSeconds(90)).after(until(NOON.plusSeconds(120)), LONG_AGO, NOON);
    assertThat(armed.isDue(NOON.plusSeconds(119))).isFalse();
    assertThat(armed.isDue(NOON.plusSeconds(120))).isTrue();
  }

  @Test
  void anAgentThatWasHeldUpGrantsOneFullPeriod() {
    Instant back = NOON.plusSeconds(80);
    Switch armed = armed(NOON.plusSeconds(90)).heldUp(back);
    assertThat(armed.isDue(back.plus(PERIOD).minusMillis(1))).isFalse();
    assertThat(armed.isDue(back.plus(PERIOD))).isTrue();
    assertThat(armed(NOON.plus(PERIOD.multipliedBy(9))).heldUp(back).isDue(back.plus(PERIOD)))
        .as("it never shortens what was granted")
        .isFalse();
    assertThat(Switch.disarmed().heldUp(back).isDue(Instant.MAX)).isFalse();
  }

  @Test
  void theSameProofAgainMovesNothing() {
    Switch armed =
        armed(NOON.plusSeconds(90))
            .after(until(NOON.plusSeconds(90)), LONG_AGO, NOON.plusSeconds(89));
    assertThat(armed.isDue(NOON.plusSeconds(90))).isTrue();
  }

  @Test
  void goesOffOnceUntilALaterProofArmsItAnew() {
    Switch gone = armed(NOON.plusSeconds(90)).gone();
    assertThat(gone.isDue(NOON.plusSeconds(91))).isFalse();
    assertThat(gone.after(until(NOON.plusSeconds(90)), LONG_AGO, NOON).isDue(NOON.plusSeconds(91)))
        .isFalse();
    assertThat(
            gone.after(until(NOON.plusSeconds(200)), LONG_AGO, NOON).isDue(NOON.plusSeconds(200)))
        .isTrue();
  }

  @Test
  void aStartOfTheAgentGrantsOneFullPeriod() {
    Switch armed = Switch.disarmed().after(until(NOON.minusSeconds(30)), NOON, NOON.plusSeconds(1));
    assertThat(armed.isDue(NOON.plus(PERIOD).minusMillis(1))).isFalse();
    assertThat(armed.isDue(NOON.plus(PERIOD))).isTrue();
  }

  @Test
  void aProofThatHadRunOutWhenItCameLeavesTimeForTheRestOfTheBacklog() {
    Switch armed = armed(NOON.minusSeconds(1));
    assertThat(armed.isDue(NOON)).isFalse();
    assertThat(armed.isDue(NOON.plus(Switch.BACKLOG))).isTrue();
  }
}
