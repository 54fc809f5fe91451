package dev.serin.coordinator.streams;

import dev.serin.contracts.agent.BackOff;
import java.time.Duration;

/// A service whose wake-up hit a bug: when it is tried again, and when a person is named. Its tries
/// stand in the index of wake-ups.
final class TryAgain {
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(1);

  /// After how many tries it will hardly mend itself.
  private static final int HOPELESS = 5;

  /// A day of hours.
  private static final int MOST = 30;

  private static final double BY_A_QUARTER = 0.25;

  private TryAgain() {}

  /// 1 min, 2 min, 4 min, …, 1 h, each up to a quarter less by chance: what one bug stops for many
  /// services at once is not tried for all of them at once.
  ///
  /// @param tries that have failed, 1 or more
  static Duration pause(String service, int tries) {
    Duration pause = FIRST.multipliedBy(1L << Math.min(tries - 1, 6));
    return BackOff.drawn(
        pause.compareTo(LONGEST) < 0 ? pause : LONGEST, BY_A_QUARTER, service, tries);
  }

  /// Whether it is not tried any more until somebody asks for something, or the coordinator starts
  /// anew: a person was named long ago.
  static boolean isOver(int tries) {
    return tries >= MOST;
  }

  static boolean isForAPerson(int tries) {
    return tries >= HOPELESS;
  }

  static String act(String service, int tries, Throwable bug) {
    return "expected a ledger that the saga can go on with, found an error in the saga at "
        + tries
        + " tries in a row ("
        + bug
        + "), which no waiting mends; run the version that wrote it or a newer one, or finish this"
        + " rollout by hand: serin rescue "
        + service;
  }

  static byte[] kept(int tries) {
    return new byte[] {(byte) Math.min(tries, Byte.MAX_VALUE)};
  }

  /// An ordinary wake-up has none.
  static int tries(byte[] kept) {
    return kept.length == 0 ? 0 : kept[0];
  }
}
