package dev.serin.contracts.rollout;

import dev.serin.contracts.Check;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Instant;
import java.util.List;

/// One probe: all SLIs at one instant.
///
/// @param slot which probe of the window, 1 or more
/// @param at the instant that it judges
public record ProbeView(int slot, Instant at, Verdict verdict, List<SliResult> results) {
  public ProbeView {
    Check.atLeast("slot", 1, slot);
    Check.required("at", at);
    Check.required("verdict", verdict);
    results = Check.list(results);
  }
}
