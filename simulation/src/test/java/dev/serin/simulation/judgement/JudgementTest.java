package dev.serin.simulation.judgement;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class JudgementTest {

  /// The benchmark with few windows: the sequential rule keeps its targets in these too.
  @Test
  void printsWhatEachRuleComesToAndKeepsIt(@TempDir Path folder) throws IOException {
    Path document = folder.resolve("judgement.md");
    StringWriter out = new StringWriter();
    int exit =
        new CommandLine(new Judgement())
            .setOut(new PrintWriter(out))
            .execute("--windows", "20", "--ran", "2026-11-27", "--document", document.toString());
    assertThat(exit).withFailMessage(out::toString).isZero();
    assertThat(Files.readString(document))
        .isEqualTo(out.toString())
        .contains("2026-11-27. 20 windows a case")
        .contains("| errors | +5 points | 40 | ")
        .doesNotContain("**missed**");
  }

  @Test
  void theSameSeedGivesTheSameWindows() {
    Case some = new Case(Release.HALF_A_POINT, new Load(40, 0.05));
    assertThat(some.run(5, 7)).isEqualTo(some.run(5, 7));
    assertThat(some.run(30, 7)).isNotEqualTo(some.run(30, 8));
  }

  @Test
  void missesATargetWhereARuleNeverFires() {
    assertThat(targets(Release.FIVE_POINTS, 0)).containsExactly(false);
    assertThat(targets(Release.FIVE_POINTS, 1979)).containsExactly(false);
    assertThat(targets(Release.FIVE_POINTS, 1980)).containsExactly(true);
    assertThat(targets(Release.A_POINT, 1799)).containsExactly(false);
    assertThat(targets(Release.A_POINT, 1800)).containsExactly(true);
  }

  @Test
  void missesATargetWhereARuleFiresWithoutCause() {
    assertThat(targets(Release.SAME_ERRORS, 20)).containsExactly(true);
    assertThat(targets(Release.SAME_ERRORS, 21)).containsExactly(false);
    assertThat(targets(Release.SAME_LATENCY, 21)).containsExactly(false);
    assertThat(targets(Release.BOTH_IN_TROUBLE, 21)).containsExactly(false);
  }

  @Test
  void theRawThresholdFiresWithoutCause() {
    Case same = new Case(Release.SAME_ERRORS, new Load(40, 0.05));
    Map<Rule, Case.Score> scores = same.run(50, 3);
    assertThat(requireNonNull(scores.get(Rule.RAW)).breached()).isGreaterThan(0.5);
    assertThat(requireNonNull(scores.get(Rule.SEQUENTIAL)).breaches()).isZero();
  }

  @Test
  void takesP95AsPrometheusDoes() {
    double[] counts = new double[12];
    counts[5] = 90;
    counts[6] = 10;
    assertThat(Latency.quantile(counts)).isEqualTo(0.375);
    assertThat(Latency.quantile(new double[12])).isNaN();
  }

  private static List<Boolean> targets(Release release, int breaches) {
    Map<Rule, Case.Score> scores = new EnumMap<>(Rule.class);
    scores.put(Rule.SEQUENTIAL, new Case.Score(2_000, breaches, 60, 0, 0));
    Map<Case, Map<Rule, Case.Score>> cases = new LinkedHashMap<>();
    cases.put(new Case(release, new Load(40, 0.05)), scores);
    return new Benchmark(2_000, 1, cases).targets().stream().map(Benchmark.Target::met).toList();
  }
}
