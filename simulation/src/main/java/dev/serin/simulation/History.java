package dev.serin.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/// What happened, one line an effect.
final class History {
  private final Instant start;
  private final List<Effect> effects = new ArrayList<>();

  private record Effect(Instant at, String who, String what) {}

  History(Instant start) {
    this.start = start;
  }

  void add(Instant at, String who, String what) {
    effects.add(new Effect(at, who, what));
  }

  private String line(Effect effect) {
    double seconds = Duration.between(start, effect.at()).toMillis() / 1000.0;
    return "%10.3f  %-18s %s".formatted(seconds, effect.who(), effect.what());
  }

  /// Of most stories nobody reads them: they are written when somebody does.
  List<String> lines() {
    return new AbstractList<>() {
      @Override
      public String get(int index) {
        return line(effects.get(index));
      }

      @Override
      public int size() {
        return effects.size();
      }
    };
  }
}
