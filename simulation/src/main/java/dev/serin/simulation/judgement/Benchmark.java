package dev.serin.simulation.judgement;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// All cases, and which targets were missed.
///
/// @param scores by case, in their order
record Benchmark(int windows, long seed, Map<Case, Map<Rule, Case.Score>> scores) {
  static final List<Double> SHARES = List.of(0.05, 0.5);
  static final List<Double> RATES = List.of(5.0, 40.0, 500.0);

  /// @param seed of the first case; the next one has the next
  static Benchmark run(int windows, long seed) {
    List<Case> cases = new ArrayList<>();
    for (double share : SHARES) {
      for (Release release : Release.values()) {
        for (double rate : RATES) {
          cases.add(new Case(release, new Load(rate, share)));
        }
      }
    }
    List<Map<Rule, Case.Score>> found =
        IntStream.range(0, cases.size())
            .parallel()
            .mapToObj(i -> cases.get(i).run(windows, seed + i))
            .toList();
    Map<Case, Map<Rule, Case.Score>> scores = new LinkedHashMap<>();
    for (int i = 0; i < cases.size(); i++) {
      scores.put(cases.get(i), found.get(i));
    }
    return new Benchmark(windows, seed, scores);
  }

  /// What the sequential rule has to do, as a sentence each, and whether it did.
  record Target(String sentence, boolean met) {}

  List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    scores.forEach((of, rules) -> {
      Case.Score score = rules.getOrDefault(Rule.SEQUENTIAL, NOTHING);
      Bound bound = bound(of);
      if (bound != null) {
        targets.add(
            new Target(
                "%s, %s, at %s of %s requests/s: %s %s, found %s"
                    .formatted(
                        of.release().kind(),
                        of.release().change(),
                        Table.percent(of.load().share()),
                        Table.number(of.load().perSecond()),
                        bound.atMost() ? "at most" : "at least",
                        Table.percent(bound.share()),
                        Table.percent(score.breached())),
                bound.atMost()
                    ? score.breached() <= bound.share()
                    : score.breached() >= bound.share()));
      }
    });
    return targets;
  }

  private static final Case.Score NOTHING = new Case.Score(1, 0, 0, 0, 0);

  private record Bound(boolean atMost, double share) {}

  /// None where the case has only to be told.
  private static @Nullable Bound bound(Case of) {
    if (!of.release().isBad()) {
      return new Bound(true, 0.01);
    }
    return switch (of.release()) {
      case FIVE_POINTS -> of.load().perSecond() >= 40 ? new Bound(false, 0.99) : null;
      case A_POINT -> of.load().perSecond() >= 40 ? new Bound(false, 0.9) : null;
      case TWICE_AS_SLOW -> new Bound(false, 0.99);
      case SAME_ERRORS,
          BOTH_IN_TROUBLE,
          HALF_A_POINT,
          SAME_LATENCY,
          A_TENTH_SLOWER,
          A_QUARTER_SLOWER ->
          null;
    };
  }
}
