package dev.serin.simulation.world;

import java.time.Duration;
import java.util.Random;

/// What goes wrong with one exchange between a process and the outside.
///
/// @param kind how
/// @param howLong it lasts, where that means something
public record Mishap(Kind kind, Duration howLong) {
  public static final Mishap NONE = new Mishap(Kind.NONE, Duration.ZERO);

  /// The same for what has no effect that could be missing.
  Mishap withEffect() {
    return kind == Kind.CUT ? new Mishap(Kind.CUT_AFTER, howLong) : this;
  }

  /// What is left to chance in it: the same each time that the seed is run.
  Random draws() {
    return new Random(howLong.toNanos());
  }

  /// How an exchange can go wrong.
  public enum Kind {
    NONE,
    /// The process is killed before the effect.
    KILLED_BEFORE,
    /// The process is killed after the effect, before it learns of it.
    KILLED_AFTER,
    /// The process is stopped before the effect, and has it when it goes on: by then another may
    /// have taken its place.
    FROZEN,
    /// No answer comes in time, and no effect.
    SILENT,
    /// No answer comes in time; the effect is had at once.
    SILENT_AFTER,
    /// No answer comes in time; the effect is had later, when nobody expects it any more.
    LATE,
    /// The answer takes longer than usual.
    SLOW,
    /// The connection breaks before anything is done.
    CUT,
    /// The connection breaks in the middle of the answer.
    CUT_AFTER
  }
}
