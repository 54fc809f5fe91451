package dev.serin.simulation.judgement;

import static java.util.Objects.requireNonNull;

import dev.serin.sli.sequential.Outcome;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.apache.commons.rng.simple.RandomSource;

/// One release under one load, over many windows. All rules see the same windows.
record Case(Release release, Load load) {

  /// What a rule came to.
  ///
  /// @param windows of how many
  /// @param breaches in how many of them it breached
  /// @param medianSeconds when it did, 0 without any
  /// @param clear in how many it found that looking on would change nothing
  /// @param medianClearSeconds when it did, 0 without any
  record Score(int windows, int breaches, int medianSeconds, int clear, int medianClearSeconds) {
    double breached() {
      return (double) breaches / windows;
    }

    double cleared() {
      return (double) clear / windows;
    }
  }

  /// @param seed the same gives the same windows
  Map<Rule, Score> run(int windows, long seed) {
    Measured measured = release.measured(RandomSource.XO_SHI_RO_256_PP.create(seed), load);
    Map<Rule, int[]> lookOf = new EnumMap<>(Rule.class);
    for (Rule rule : Rule.values()) {
      lookOf.put(rule, new int[windows]);
    }
    for (int window = 0; window < windows; window++) {
      one(measured, window, lookOf);
    }
    Map<Rule, Score> scores = new EnumMap<>(Rule.class);
    lookOf.forEach((rule, looks) -> scores.put(rule, score(looks)));
    return scores;
  }

  /// Writes the look that ended the window: below 0 where it was clear, 0 where nothing did.
  private static void one(Measured measured, int window, Map<Rule, int[]> lookOf) {
    Map<Rule, Rule.Window> open = new EnumMap<>(Rule.class);
    for (Rule rule : Rule.values()) {
      open.put(rule, rule.begin());
    }
    measured.begin();
    for (int look = 1; look <= Measured.LOOKS && !open.isEmpty(); look++) {
      measured.draw(look);
      int now = look;
      open.entrySet()
          .removeIf(entry -> {
            int ended = endedAt(entry.getValue().judge(measured, now), now);
            if (ended != 0) {
              requireNonNull(lookOf.get(entry.getKey()))[window] = ended;
            }
            return ended != 0;
          });
    }
  }

  private static int endedAt(Outcome outcome, int look) {
    return switch (outcome) {
      case BREACH -> look;
      case CLEAR -> -look;
      case OPEN, TOO_FEW -> 0;
    };
  }

  private static Score score(int[] looks) {
    int[] breaches = Arrays.stream(looks).filter(it -> it > 0).sorted().toArray();
    int[] clear = Arrays.stream(looks).filter(it -> it < 0).map(it -> -it).sorted().toArray();
    return new Score(looks.length, breaches.length, median(breaches), clear.length, median(clear));
  }

  private static int median(int[] sorted) {
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2] * Measured.SECONDS_A_LOOK;
  }
}
