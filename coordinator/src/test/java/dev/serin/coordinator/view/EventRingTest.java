package dev.serin.coordinator.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.coordinator.view.EventRing.Found;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class EventRingTest {
  private static final Duration NOW = Duration.ZERO;

  private final EventRing ring = new EventRing(4, 1_000);

  @Test
  void handsOutWhatCameAfterThePlace() throws InterruptedException {
    ring.restart(at(0));
    EventRing.Place place = ring.atEnd().orElseThrow().place();
    append(0, 3);

    assertThat(offsets(ring.read(place, 10, NOW))).containsExactly(0L, 1L, 2L);
  }

  @Test
  void handsOutNoMoreThanAskedFor() throws InterruptedException {
    ring.restart(at(0));
    EventRing.Place place = ring.atEnd().orElseThrow().place();
    append(0, 3);

    Found.Events first = (Found.Events) ring.read(place, 2, NOW);
    assertThat(offsets(first)).containsExactly(0L, 1L);
    assertThat(offsets(ring.read(new EventRing.Place(first.nextPlace(), place.epoch()), 2, NOW)))
        .containsExactly(2L);
  }

  @Test
  void tellsASlowReaderThatItsPlaceIsOverwritten() throws InterruptedException {
    ring.restart(at(0));
    EventRing.Place place = ring.atEnd().orElseThrow().place();
    append(0, 5);

    assertThat(ring.read(place, 10, NOW)).isInstanceOf(Found.Overwritten.class);
  }

  @Test
  void isJoinedByWhomItCanServeWhole() {
    ring.restart(at(0));
    append(0, 6);

    assertThat(ring.join(at(1))).isEmpty();
    assertThat(ring.join(at(2))).isPresent();
    assertThat(ring.join(at(6))).isPresent();
    assertThat(ring.join(at(99))).isPresent();
  }

  @Test
  void isJoinedAtTheFirstEventThatTheClientLacks() throws InterruptedException {
    ring.restart(at(0));
    append(0, 4);
    EventRing.Place place = ring.join(at(3)).orElseThrow();
    append(4, 6);

    assertThat(offsets(ring.read(place, 10, NOW))).containsExactly(3L, 4L, 5L);
  }

  @Test
  void dropsTheOldestWhenTheyAreTooLarge() {
    ring.restart(at(0));
    ring.append(List.of(event(0, "x".repeat(600)), event(1, "x".repeat(600))), at(2));

    assertThat(ring.join(at(0))).isEmpty();
    assertThat(ring.join(at(1))).isPresent();
  }

  @Test
  void endsEveryReaderWhenItIsReadAnew() throws InterruptedException {
    ring.restart(at(0));
    EventRing.Place place = ring.atEnd().orElseThrow().place();
    ring.restart(at(0));

    assertThat(ring.read(place, 10, NOW)).isInstanceOf(Found.Restarted.class);
  }

  @Test
  void wakesAWaitingReader() throws InterruptedException {
    ring.restart(at(0));
    EventRing.Place place = ring.atEnd().orElseThrow().place();
    Thread writer = Thread.startVirtualThread(() -> append(0, 1));

    assertThat(offsets(ring.read(place, 10, Duration.ofMinutes(1)))).containsExactly(0L);
    writer.join();
  }

  @Test
  void endsEveryReaderWhenItCloses() throws InterruptedException {
    ring.restart(at(0));
    EventRing.Place place = ring.atEnd().orElseThrow().place();
    Thread closer = Thread.startVirtualThread(ring::close);

    assertThat(ring.read(place, 10, Duration.ofMinutes(1))).isInstanceOf(Found.Closed.class);
    closer.join();
  }

  private void append(long from, long to) {
    ring.append(
        LongStream.range(from, to).mapToObj(offset -> event(offset, "{}")).toList(), at(to));
  }

  private static LoggedEvent event(long offset, String json) {
    return new LoggedEvent(0, offset, "step-started", "api", "api-1", offset + 1, json);
  }

  private static EventPosition at(long offset) {
    return new EventPosition(1, new long[] {offset});
  }

  private static List<Long> offsets(Found found) {
    return ((Found.Events) found).events().stream().map(LoggedEvent::offset).toList();
  }
}
