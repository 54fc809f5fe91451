package dev.serin.sli.sequential;

/// On what terms a canary is compared with its baseline.
///
/// @param alpha how probable a false breach may be over the whole window, and a false pass as well:
///   above 0, below 1
/// @param least the smallest difference of shares that matters, 0 to 1: 0.001 is a tenth of a
///   point. Up to it the canary is no worse
/// @param leastRequests how many requests each side needs for any verdict, 1 or more
public record Terms(double alpha, double least, double leastRequests) {
  /// One false rollback in a hundred windows, a tenth of a point, and no verdict from a handful.
  public static final Terms DEFAULT = new Terms(0.01, 0.001, 20);

  public Terms {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("expected an alpha between 0 and 1, was " + alpha);
    }
    if (!(least >= 0 && least < 1)) {
      throw new IllegalArgumentException("expected a least of 0 or more, below 1, was " + least);
    }
    if (!(leastRequests >= 1)) {
      throw new IllegalArgumentException(
          "expected leastRequests of 1 or more, was " + leastRequests);
    }
  }

  /// How much evidence decides, as a natural logarithm.
  double enough() {
    return -Math.log(alpha);
  }

  boolean suffice(Tally canary, Tally baseline) {
    return canary.total() >= leastRequests && baseline.total() >= leastRequests;
  }
}
