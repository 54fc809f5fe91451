package dev.serin.lab.rescue;

/// What a person has the rescue sheet do.
public enum Direction {
  /// Every node gets what it had before.
  BACK("back", "taken back", "ROLLED_BACK"),
  /// Every node gets the release.
  FINISH("finish", "finished", "COMPLETED");

  private final String word;
  private final String says;
  private final String phase;

  Direction(String word, String says, String phase) {
    this.word = word;
    this.says = says;
    this.phase = phase;
  }

  /// The sheet's own word for it.
  String word() {
    return word;
  }

  /// What the sheet says at its end.
  String says() {
    return says;
  }

  /// How the rollout ends once Serin is back.
  String phase() {
    return phase;
  }
}
