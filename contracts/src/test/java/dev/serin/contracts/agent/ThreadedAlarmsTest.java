package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadedAlarmsTest {
  private final ThreadedAlarms alarms = new ThreadedAlarms(Clock.systemUTC());

  @AfterEach
  void close() {
    alarms.close();
  }

  @Test
  void ringsNotBeforeItsTime() throws Exception {
    Instant time = alarms.now().plusMillis(40);
    CompletableFuture<Instant> rung = new CompletableFuture<>();

    alarms.at(time, () -> rung.complete(alarms.now()));

    assertThat(rung.get(30, TimeUnit.SECONDS)).isAfterOrEqualTo(time);
  }

  @Test
  void ringsThoughTheClockIsSetBackMeanwhile() throws Exception {
    AtomicReference<Duration> error = new AtomicReference<>(Duration.ZERO);
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return Instant.now().plus(error.get());
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
          }
        };
    try (ThreadedAlarms setBack = new ThreadedAlarms(clock)) {
      CompletableFuture<String> rung = new CompletableFuture<>();
      setBack.at(setBack.now().plusMillis(40), () -> rung.complete("rung"));
      error.set(Duration.ofHours(-1));
      assertThat(rung.get(60, TimeUnit.SECONDS)).isEqualTo("rung");
    }
  }

  @Test
  void workThatHangsHoldsNoOtherUp() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<String> other = new CompletableFuture<>();
    for (int i = 0; i < 100; i++) {
      alarms.at(alarms.now(), end::await);
    }

    alarms.at(alarms.now().plusMillis(1), () -> other.complete("done"));

    assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo("done");
    end.countDown();
  }

  @Test
  void aBugInOneWorkStopsNoOther() throws Exception {
    CompletableFuture<String> other = new CompletableFuture<>();
    alarms.at(
        alarms.now(),
        () -> {
          throw new IllegalStateException("planted");
        });

    alarms.at(alarms.now(), () -> other.complete("done"));

    assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo("done");
  }

  @Test
  void endsWhatRunsWhenItStops() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    CompletableFuture<String> ended = new CompletableFuture<>();
    alarms.at(
        alarms.now(),
        () -> {
          runs.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException stopped) {
            ended.complete("interrupted");
            throw stopped;
          }
        });
    runs.await();

    alarms.close();
    alarms.at(alarms.now().minus(Duration.ofSeconds(1)), () -> ended.complete("too late"));

    assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
  }
}
