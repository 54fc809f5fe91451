package dev.serin.sli.sequential;

/// What the hour before a window says about the window's traffic.
///
/// @param perSecond requests a second of canary and baseline together, above 0
/// @param share the canary's share of them, above 0, below 1
/// @param baseline the share of the baseline's that fail, 0 to below 1
public record Traffic(double perSecond, double share, double baseline) {
  public Traffic {
    if (!(perSecond > 0) || Double.isInfinite(perSecond)) {
      throw new IllegalArgumentException("expected requests a second, was " + perSecond);
    }
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("expected a share between 0 and 1, was " + share);
    }
    if (!(baseline >= 0 && baseline < 1)) {
      throw new IllegalArgumentException(
          "expected a share of failures of 0 or more, below 1, was " + baseline);
    }
  }

  double onCanary(double seconds) {
    return perSecond * share * seconds;
  }

  double onBaseline(double seconds) {
    return perSecond * (1 - share) * seconds;
  }
}
