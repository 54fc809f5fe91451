package dev.serin.coordinator.saga;

/// Who carries a command out.
public enum Agent {
  HAPROXY("haproxy-agent"),
  INCUS("incus-agent"),
  SLI("sli-watcher");

  private final String shown;

  Agent(String shown) {
    this.shown = shown;
  }

  /// The name that everybody sees.
  String shown() {
    return shown;
  }
}
