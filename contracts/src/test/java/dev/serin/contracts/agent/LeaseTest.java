package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.kafka.KafkaSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Lease lease = new Lease(nanos::get);

  private void pass(long millis) {
    nanos.addAndGet(Duration.ofMillis(millis).toNanos());
  }

  @Test
  void lastsForFourSecondsAfterAnAnswer() {
    pass(3_000);
    lease.answered(Duration.ZERO);
    int term = lease.term();

    pass(4_000);
    assertThat(lease.isHeld(term)).isTrue();
    pass(1);
    assertThat(lease.isHeld(term)).isFalse();
    assertThat(lease.hasRunOut()).isTrue();
  }

  @Test
  void isOverBeforeTheBrokerGivesTheWorkToAnother() {
    assertThat(Lease.LASTS.toMillis())
        .isLessThanOrEqualTo(KafkaSettings.SESSION_TIMEOUT_MILLIS - 2_000);
  }

  @Test
  void countsFromWhenTheHeartbeatWasSentThatIsAnswered() {
    pass(3_000);
    lease.answered(Duration.ofSeconds(2));
    pass(3_001);

    assertThat(lease.hasRunOut()).isTrue();
  }

  @Test
  void anAnswerThatTookLongTakesNothingFromAQuickOne() {
    pass(3_000);
    lease.answered(Duration.ZERO);
    lease.answered(Duration.ofSeconds(3));
    pass(4_000);

    assertThat(lease.hasRunOut()).isFalse();
  }

  @Test
  void onceItHasRunOutAnAnswerBeginsAnotherTerm() {
    int before = lease.term();
    pass(4_001);
    lease.answered(Duration.ZERO);

    assertThat(lease.isHeld(before)).isFalse();
    assertThat(lease.isHeld(lease.term())).isTrue();
  }

  @Test
  void anOrderThatComesWhileItHasRunOutIsOfTheTermThatTheNextAnswerBegins() {
    assertThat(lease.termOfOrders()).isEqualTo(lease.term());

    pass(4_001);
    int ordered = lease.termOfOrders();
    assertThat(lease.isHeld(ordered)).isFalse();
    lease.answered(Duration.ZERO);
    assertThat(lease.isHeld(ordered)).isTrue();

    pass(4_001);
    lease.answered(Duration.ZERO);
    assertThat(lease.isHeld(ordered)).isFalse();
  }

  /// What answers late may be no news: then the term goes on.
  @Test
  void anOrderForTheNextTermHoldsInThisOneWhereItGoesOn() {
    pass(4_001);
    int ordered = lease.termOfOrders();
    lease.answered(Duration.ofSeconds(1));

    assertThat(lease.termOfOrders()).isEqualTo(lease.term());
    assertThat(lease.isHeld(ordered)).isTrue();
  }

  @Test
  void answersInTimeBeginNoOtherTerm() {
    int before = lease.term();
    for (int i = 0; i < 100; i++) {
      pass(2_000);
      lease.answered(Duration.ZERO);
    }

    assertThat(lease.isHeld(before)).isTrue();
  }

  @Test
  void whatTheBrokerHasGivenToAnotherIsOverAtOnceAndWhatItAnswersNextBeginsAnotherTerm() {
    int before = lease.term();
    lease.lost();
    assertThat(lease.isHeld(before)).isFalse();
    assertThat(lease.hasRunOut()).isTrue();

    pass(1_000);
    lease.answered(Duration.ZERO);
    assertThat(lease.isHeld(before)).isFalse();
    assertThat(lease.isHeld(lease.term())).isTrue();

    pass(1_000);
    int now = lease.term();
    lease.answered(Duration.ZERO);
    assertThat(lease.isHeld(now)).isTrue();
  }

  /// The monotonic clock stands still in a machine that is suspended, the wall clock is set ahead
  /// when it goes on.
  @Test
  void isOverAfterTheMachineWasSuspendedThoughItsMonotonicClockStoodStill() {
    AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-01-02T12:00:00Z"));
    Lease its = new Lease(new Elapsed(nanos::get, wall::get));
    int before = its.term();

    wall.set(wall.get().plusSeconds(5));
    assertThat(its.isHeld(before)).isFalse();
  }

  @Test
  void lastsNoLongerWhereTheClockIsSetBack() {
    AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-01-02T12:00:00Z"));
    Lease its = new Lease(new Elapsed(nanos::get, wall::get));

    wall.set(wall.get().minusSeconds(3_600));
    pass(4_001);
    assertThat(its.hasRunOut()).isTrue();
  }

  @Test
  void oneWithoutALimitIsAlwaysHeld() {
    Lease unlimited = Lease.unlimited();

    assertThat(unlimited.hasRunOut()).isFalse();
    assertThat(unlimited.isHeld(unlimited.term())).isTrue();
  }
}
