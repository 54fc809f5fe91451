package dev.serin.simulation.judgement;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;

/// A benchmark as Markdown.
final class Table {
  private Table() {}

  static String of(Benchmark benchmark) {
    StringBuilder text = new StringBuilder();
    for (double share : Benchmark.SHARES) {
      text.append("\n## ").append(percent(share)).append(" of the requests to the canary\n\n");
      text.append("| SLI | what the release changes | requests/s |");
      for (Rule rule : Rule.values()) {
        text.append(' ').append(rule.title()).append(" |");
      }
      text.append(" clear before the end |\n|---|---|---|")
          .append("---|".repeat(Rule.values().length + 1))
          .append('\n');
      benchmark
          .scores()
          .forEach((of, scores) -> {
            if (of.load().share() == share) {
              row(of, scores, text);
            }
          });
    }
    text.append("\n## Targets of the sequential rule\n\n");
    for (Benchmark.Target target : benchmark.targets()) {
      text.append(target.met() ? "- " : "- **missed** ").append(target.sentence()).append('\n');
    }
    return text.toString();
  }

  private static void row(Case of, Map<Rule, Case.Score> scores, StringBuilder text) {
    text.append("| ").append(of.release().kind());
    text.append(" | ").append(of.release().change());
    text.append(" | ").append(number(of.load().perSecond())).append(" |");
    for (Rule rule : Rule.values()) {
      Case.Score score = scores.get(rule);
      if (score != null) {
        text.append(' ').append(cell(score.breached(), score.medianSeconds())).append(" |");
      }
    }
    Case.Score sequential = scores.get(Rule.SEQUENTIAL);
    if (sequential != null) {
      text.append(' ').append(cell(sequential.cleared(), sequential.medianClearSeconds()));
    }
    text.append(" |\n");
  }

  private static String cell(double share, int medianSeconds) {
    return share == 0 ? "0" : percent(share) + ", " + time(medianSeconds);
  }

  static String time(int seconds) {
    return seconds < 120 ? seconds + " s" : number(seconds / 60.0) + " min";
  }

  /// With two decimals at most.
  static String percent(double share) {
    return plain(share * 100, 2) + " %";
  }

  static String number(double value) {
    return plain(value, 1);
  }

  private static String plain(double value, int digits) {
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
