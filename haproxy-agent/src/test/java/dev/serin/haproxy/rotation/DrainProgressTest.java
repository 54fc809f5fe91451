package dev.serin.haproxy.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.haproxy.rotation.DrainProgress.CloseTunnels;
import dev.serin.haproxy.rotation.DrainProgress.Empty;
import dev.serin.haproxy.rotation.DrainProgress.TimeUp;
import dev.serin.haproxy.rotation.DrainProgress.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrainProgressTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Left NOTHING = left(0, 0);

  private DrainProgress progress =
      DrainProgress.begin(START, Duration.ofSeconds(60), Duration.ofSeconds(30));

  private static Left left(int requests, int tunnels) {
    return new Left(requests, tunnels, List.of(), List.of(), List.of());
  }

  private static Left unknown() {
    return new Left(0, 0, List.of("lb"), List.of(), List.of());
  }

  private static Left unreachable() {
    return new Left(0, 0, List.of(), List.of("lb: nobody listens"), List.of());
  }

  private DrainProgress.Next at(long second, Left left) {
    Instant now = START.plusSeconds(second);
    progress = progress.seeing(left, now);
    return progress.next(left, now);
  }

  @Test
  void isDoneWhenNothingIsLeft() {
    assertThat(at(0, NOTHING)).isEqualTo(new Empty());
  }

  @Test
  void waitsForRequestsUntilTheDeadline() {
    assertThat(at(0, left(1, 0))).isEqualTo(new Wait(Duration.ofMillis(50)));
    assertThat(at(59, left(1, 2))).isInstanceOf(Wait.class);
    assertThat(at(60, left(1, 2))).isEqualTo(new TimeUp());
  }

  @Test
  void givesTunnelsTheirGraceOnceOnlyTheyAreLeft() {
    assertThat(at(55, left(1, 2))).isInstanceOf(Wait.class);
    assertThat(at(56, left(0, 2))).isInstanceOf(Wait.class);
    assertThat(at(85, left(0, 1))).isInstanceOf(Wait.class);
    assertThat(at(86, left(0, 1))).isEqualTo(new CloseTunnels());
    assertThat(at(87, NOTHING)).isEqualTo(new Empty());
  }

  @Test
  void beginsTheGraceAnewWhenARequestComesBack() {
    at(0, left(0, 2));
    at(20, left(1, 2));
    at(21, left(0, 2));
    assertThat(at(30, left(0, 2))).isInstanceOf(Wait.class);
    assertThat(at(51, left(0, 2))).isEqualTo(new CloseTunnels());
  }

  @Test
  void givesUpOnTunnelsThatDoNotClose() {
    at(0, left(0, 1));
    assertThat(at(31, left(0, 1))).isEqualTo(new CloseTunnels());
    assertThat(at(36, left(0, 1))).isEqualTo(new TimeUp());
  }

  @Test
  void waitsForWhatNobodyCanCountUntilTheDeadlineAndNoLonger() {
    assertThat(at(0, unknown())).isInstanceOf(Wait.class);
    assertThat(at(59, unknown())).isInstanceOf(Wait.class);
    assertThat(at(60, unknown())).isEqualTo(new Empty());
  }

  @Test
  void neverTakesSilenceForEmptiness() {
    assertThat(at(0, unreachable())).isInstanceOf(Wait.class);
    assertThat(at(60, unreachable())).isEqualTo(new TimeUp());
  }

  @Test
  void suspectsAnOldWorkerBesideAYoungProcess() {
    assertThat(DrainProgress.oldWorkerMayRemain(59, Duration.ofSeconds(60))).isTrue();
    assertThat(DrainProgress.oldWorkerMayRemain(60, Duration.ofSeconds(60))).isFalse();
  }

  @Test
  void saysWhatIsLeft() {
    assertThat(new Left(1, 2, List.of(), List.of(), List.of("one: 1 and 2")).sentence())
        .isEqualTo("1 request and 2 tunnels left (one: 1 and 2)");
  }
}
