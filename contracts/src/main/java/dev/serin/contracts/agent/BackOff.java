package dev.serin.contracts.agent;

import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Pauses between the tries of something that fails: each twice the one before it, up to a longest,
/// and each shorter by chance, since what fails for many at once must not be tried by all of them
/// at once. Whoever tries sets the limit.
///
/// @param first before the second try
/// @param longest above 0
public record BackOff(Duration first, Duration longest) {
  /// By how much of itself a pause may be shorter.
  private static final double BY_HALF = 0.5;

  /// @param failures that there were in a row, 1 or more
  /// @param names whose pause it is, a command's id for one: the same names, the same chance
  public Duration pause(int failures, @Nullable Object... names) {
    Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, 20));
    return drawn(
        doubled.compareTo(longest) < 0 ? doubled : longest, BY_HALF, Objects.hash(names), failures);
  }

  /// A pause that is shorter by chance. The same names draw the same, so that a decision stays what
  /// it is when it is made again.
  ///
  /// @param pause what it is at most
  /// @param most the largest part of it that chance takes, from 0 to 1
  public static Duration drawn(Duration pause, double most, @Nullable Object... names) {
    double chance = new SplittableRandom(Objects.hash(names)).nextDouble();
    return Duration.ofMillis(Math.round(pause.toMillis() * (1 - chance * most)));
  }
}
