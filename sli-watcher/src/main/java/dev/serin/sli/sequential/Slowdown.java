package dev.serin.sli.sequential;

/// How much slower a canary may be before it matters: as a ratio, in seconds, or both.
///
/// @param ratio 0.1 for 10 %, 0 or more
/// @param seconds 0 or more
public record Slowdown(double ratio, double seconds) {
  public Slowdown {
    if (!(ratio >= 0) || !(seconds >= 0)) {
      throw new IllegalArgumentException(
          "expected a ratio and seconds of 0 or more, was " + ratio + " and " + seconds);
    }
  }

  public static Slowdown ratio(double ratio) {
    return new Slowdown(ratio, 0);
  }

  public static Slowdown seconds(double seconds) {
    return new Slowdown(0, seconds);
  }

  /// How long what takes so long on a canary that just may, takes on the baseline, 0 or more.
  double onBaseline(double onCanary) {
    return Math.max(0, (onCanary - seconds) / (1 + ratio));
  }
}
