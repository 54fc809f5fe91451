package dev.serin.contracts.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Time that a test moves by hand; alarms ring on its own thread, in their order.
public final class HandAlarms implements Alarms {
  private record Alarm(Instant instant, Work work) {}

  private final List<Alarm> alarms = new ArrayList<>();
  private Instant now;
  private Duration clockError = Duration.ZERO;
  private int holdUps;

  public HandAlarms(Instant now) {
    this.now = now;
  }

  @Override
  public int holdUps() {
    return holdUps;
  }

  /// From now on the process has been held up once more.
  public void holdUp() {
    holdUps++;
  }

  @Override
  public Instant now() {
    return now.plus(clockError);
  }

  /// Sets the clock that far ahead, or back where it is negative; alarms ring when they would have.
  public void setClock(Duration error) {
    clockError = error;
  }

  @Override
  public long nanos() {
    return Duration.between(Instant.EPOCH, now).toNanos();
  }

  @Override
  public void at(Instant instant, Work work) {
    alarms.add(new Alarm(instant.minus(clockError), work));
  }

  /// The process ends, and all that waited in it.
  public void end() {
    alarms.clear();
  }

  public int waiting() {
    return alarms.size();
  }

  /// Goes on until the instant, and stops at each alarm.
  public void until(Instant end) throws InterruptedException {
    while (true) {
      Alarm next =
          alarms.stream()
              .filter(alarm -> !alarm.instant().isAfter(end))
              .min(Comparator.comparing(Alarm::instant))
              .orElse(null);
      if (next == null) {
        now = end;
        return;
      }
      alarms.remove(next);
      now = next.instant().isAfter(now) ? next.instant() : now;
      next.work().run();
    }
  }

  /// A turn at this time that nobody ends.
  public Turn turn() {
    return new Turn() {
      @Override
      public Instant now() {
        return now;
      }

      @Override
      public void pause(Duration duration) {
        now = now.plus(duration);
      }

      @Override
      public void check() {}
    };
  }
}
