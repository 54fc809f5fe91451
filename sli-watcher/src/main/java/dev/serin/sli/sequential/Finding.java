package dev.serin.sli.sequential;

/// What a canary's share is beside its baseline's, after all requests since the window's start.
///
/// @param canary the canary's tally
/// @param baseline the baseline's, perhaps with what is allowed to the canary in it
/// @param estimate the difference of the shares, above 0 where the canary is worse
/// @param low the lower end of its confidence sequence, -1 to 1: at all looks together, the true
///   difference is above it but for a probability of `alpha`
/// @param high the upper end, likewise
/// @param logEvidence the natural logarithm of the evidence (the e-value) against what the outcome
///   denies: against "no worse" where the estimate is beyond what matters, against "worse" else. It
///   decides once it is `-ln(alpha)`
/// @param sentence all of that in plain words
public record Finding(
    Outcome outcome,
    Tally canary,
    Tally baseline,
    double estimate,
    double low,
    double high,
    double logEvidence,
    String sentence) {

  /// The anytime-valid p-value: how probable so much evidence is at any look at most, where there
  /// is nothing to it.
  public double pValue() {
    return Math.min(1, Math.exp(-logEvidence));
  }
}
