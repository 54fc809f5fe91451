package dev.serin.sli.sequential;

/// What a comparison has come to.
public enum Outcome {
  /// The canary is worse by more than matters.
  BREACH,
  /// It is not: looking on would not change that.
  CLEAR,
  /// Neither is shown yet.
  OPEN,
  /// Too few requests on one of the sides for any verdict.
  TOO_FEW
}
