package dev.serin.sli.judge;

import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Instant;
import java.util.List;

/// One slot of an analysis, judged.
///
/// @param slot which, 1 or more
/// @param slotAt the instant that it was judged for
/// @param seenAt when the answer was there
public record Probe(
    int slot, Instant slotAt, Instant seenAt, Verdict verdict, List<SliResult> results) {
  public Probe {
    results = List.copyOf(results);
  }

  public static Probe of(int slot, Instant slotAt, Instant seenAt, List<Asked> asked) {
    List<SliResult> results = asked.stream().map(it -> Compared.with(it, Judge.judge(it))).toList();
    return new Probe(slot, slotAt, seenAt, Judge.together(results), results);
  }
}
