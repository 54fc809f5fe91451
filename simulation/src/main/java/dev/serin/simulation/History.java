package dev.serin.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What happened, one line an effect.
final class History {
  private final Instant start;
  private final List<String> lines = new ArrayList<>();

  History(Instant start) {
    this.start = start;
  }

  void add(Instant at, String who, String what) {
    lines.add("%10.3f  %-18s %s".formatted(seconds(at), who, what));
  }

  private double seconds(Instant at) {
    return Duration.between(start, at).toMillis() / 1000.0;
  }

  List<String> lines() {
    return lines;
  }
}
