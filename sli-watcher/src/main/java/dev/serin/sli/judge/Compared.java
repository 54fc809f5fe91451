package dev.serin.sli.judge;

import dev.serin.contracts.sli.Comparing;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.sli.sequential.Comparison;
import dev.serin.sli.sequential.Finding;
import dev.serin.sli.sequential.Tally;
import dev.serin.sli.sequential.Terms;
import java.util.List;
import java.util.Map;

/// What Prometheus said about the requests of both sides since the window's start, and what it
/// comes to: [Comparison] decides.
///
/// 1. A side without a number, or of which nothing new has come: as [Judge] has it of a value.
/// 2. Too few requests on a side: `NO_DATA`.
/// 3. The canary is worse by more than matters: `FAIL`.
/// 4. Else `PASS`: it is not shown to be worse.
///
/// It adds to the verdict by the limits, and the worse of the two counts.
public record Compared(Comparing query, Side canary, Side baseline) {

  /// One side's counts.
  ///
  /// @param part of the bad requests, or of the good ones
  /// @param good whether it is of the good ones
  /// @param all of all requests
  public record Side(Reading part, boolean good, Reading all) {

    /// Extrapolated counts may make more bad requests than there are.
    Tally tally() {
      double total = Math.max(0, Judge.number(all));
      double counted = Math.clamp(Judge.number(part), 0, total);
      return new Tally(good ? total - counted : counted, total);
    }
  }

  /// The result by the limits, and by the comparison where there is one. What is red is not
  /// compared.
  static SliResult with(Asked asked, SliResult byLimits) {
    Compared compared = asked.compared();
    if (compared == null || byLimits.verdict() == Verdict.FAIL) {
      return byLimits;
    }
    String name = asked.sli().name();
    for (Map.Entry<String, Reading> one : compared.readings(name)) {
      SliResult lack = Judge.lacking(byLimits, one.getKey(), one.getValue());
      if (lack != null) {
        return lack;
      }
    }
    return compared.judged(byLimits);
  }

  private SliResult judged(SliResult byLimits) {
    Finding finding =
        Comparison.compare(
            "were bad",
            canary.tally(),
            baseline.tally(),
            new Terms(query.alpha(), query.least(), query.minRequests()));
    Verdict verdict =
        switch (finding.outcome()) {
          case BREACH -> Verdict.FAIL;
          case TOO_FEW -> Verdict.NO_DATA;
          case OPEN, CLEAR -> Verdict.PASS;
        };
    String said = "since the start " + finding.sentence();
    return new SliResult(
        byLimits.name(),
        byLimits.query(),
        byLimits.value(),
        byLimits.max(),
        byLimits.min(),
        byLimits.requests(),
        Judge.worse(byLimits.verdict(), verdict),
        verdict == Verdict.FAIL ? said : byLimits.detail() + "; " + said,
        byLimits.baseline(),
        told(finding));
  }

  private static SliResult.Compared told(Finding finding) {
    return new SliResult.Compared(
        finding.canary().count(),
        finding.canary().total(),
        finding.baseline().count(),
        finding.baseline().total(),
        finding.estimate(),
        finding.low(),
        finding.high(),
        finding.pValue());
  }

  /// What was asked, by what sentences call it.
  List<Map.Entry<String, Reading>> readings(String name) {
    return List.of(
        Map.entry("compare.all of " + name, canary.all()),
        Map.entry("compare of " + name, canary.part()),
        Map.entry("compare.all of " + name + " of the baseline", baseline.all()),
        Map.entry("compare of " + name + " of the baseline", baseline.part()));
  }
}
