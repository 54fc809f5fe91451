package dev.serin.cli.view;

import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutEvent.SliProbed;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The newest probe, each SLI's value against its limit, and how the probes before it went.
final class ProbeLines {
  private static final int HISTORY = 24;

  private ProbeLines() {}

  static List<Text> of(Scene scene, int width) {
    ProbeView probe = scene.state().lastProbe();
    if (probe == null) {
      return List.of();
    }
    List<SliProbed> probes =
        scene.events().stream()
            .filter(SliProbed.class::isInstance)
            .map(SliProbed.class::cast)
            .toList();
    List<Text> lines = new ArrayList<>();
    lines.add(title(scene, probe, probes).cut(width, scene.marks()));
    int names = probe.results().stream().mapToInt(one -> Text.width(one.name())).max().orElse(0);
    int values = probe.results().stream().mapToInt(one -> Text.width(value(one))).max().orElse(0);
    for (SliResult result : probe.results()) {
      boolean warns = probe.warnings().contains(result.detail());
      String detail =
          result.verdict() == Verdict.PASS || result.detail().isBlank()
              ? ""
              : "  " + (warns ? "only a warning: " : "") + result.detail();
      // The sentence first: of the history what there is room for, but some of it.
      int room = width - (4 + names + 2 + values + 2) - Text.width(detail);
      Text line =
          Text.of("  ")
              .and(scene.marks().verdict(result.verdict()))
              .and(" " + result.name())
              .padded(4 + names + 2)
              .and(result.verdict() == Verdict.FAIL ? red(warns) : Style.PLAIN, value(result))
              .padded(4 + names + 2 + values + 2)
              .and(history(result.name(), probes, Math.clamp(room, 5, HISTORY), scene.marks()))
              .and(Style.CAREFUL, detail);
      lines.add(line.cut(width, scene.marks()));
    }
    return lines;
  }

  private static Style red(boolean warns) {
    return warns ? Style.CAREFUL : Style.BAD;
  }

  private static Text title(Scene scene, ProbeView probe, List<SliProbed> probes) {
    Text title =
        Text.of(Style.STRONG, "SLIs")
            .and("  probe " + probe.slot())
            .and(" at " + Times.at(probe.at(), scene.now(), scene.zone()))
            .and("  ")
            .and(style(probe.verdict()), probe.verdict().name().replace('_', ' '));
    Optional<SliProbed> last = probes.isEmpty() ? Optional.empty() : Optional.of(probes.getLast());
    return last.map(it -> title.and("  " + it.green() + " of " + it.needed() + " green"))
        .orElse(title);
  }

  private static Style style(Verdict verdict) {
    return switch (verdict) {
      case PASS -> Style.STRONG_GOOD;
      case FAIL -> Style.BAD;
      case NO_DATA, ERROR -> Style.STRONG_CAREFUL;
    };
  }

  /// The value and its limits: `0.231 (below 0.5)`.
  static String value(SliResult result) {
    String value = result.value() == null ? "no value" : number(result.value());
    List<String> limits = new ArrayList<>();
    if (result.max() != null) {
      limits.add("below " + number(result.max()));
    }
    if (result.min() != null) {
      limits.add("above " + number(result.min()));
    }
    SliResult.Baseline baseline = result.baseline();
    if (baseline != null) {
      limits.add(beside(baseline));
    }
    return limits.isEmpty() ? value : value + " (" + String.join(", ", limits) + ")";
  }

  /// `baseline 0.48, at most 1.1 times`.
  private static String beside(SliResult.Baseline baseline) {
    List<String> words = new ArrayList<>();
    words.add(
        "baseline " + (baseline.value() == null ? "without a value" : number(baseline.value())));
    if (baseline.maxDelta() != null) {
      words.add("at most " + number(baseline.maxDelta()) + " above");
    }
    if (baseline.maxRatio() != null) {
      words.add("at most " + number(baseline.maxRatio()) + " times");
    }
    return String.join(", ", words);
  }

  /// Three significant digits, without an exponent where it can be helped.
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded =
        Math.abs(value) >= 1000
            ? BigDecimal.valueOf(Math.round(value))
            : new BigDecimal(value).round(new MathContext(3));
    return Math.abs(value) < 1e-6
        ? rounded.stripTrailingZeros().toString()
        : rounded.stripTrailingZeros().toPlainString();
  }

  private static Text history(String sli, List<SliProbed> probes, int most, Marks marks) {
    Text history = Text.empty();
    int skip = Math.max(0, probes.size() - most);
    for (RolloutEvent event : probes.subList(skip, probes.size())) {
      for (SliResult result : ((SliProbed) event).probe().results()) {
        if (result.name().equals(sli)) {
          history = history.and(bar(result, marks));
        }
      }
    }
    return history;
  }

  /// How near a green value is to its upper limit.
  private static Text bar(SliResult result, Marks marks) {
    if (result.verdict() != Verdict.PASS) {
      return marks.verdict(result.verdict());
    }
    int steps = marks.levels().length();
    Double value = result.value();
    Double max = result.max();
    double share = value == null || max == null || max <= 0 ? 0 : value / max;
    int level = (int) Math.clamp(Math.floor(share * steps), 0, steps - 1);
    return Text.of(Style.GOOD, marks.levels().substring(level, level + 1));
  }
}
