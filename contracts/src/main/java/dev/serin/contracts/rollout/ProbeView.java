package dev.serin.contracts.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Instant;
import java.util.List;

/// One probe: all SLIs at one instant.
///
/// @param slot which probe of the window, 1 or more
/// @param at the instant that it judges
/// @param verdict what it comes to; what only warns decides nothing
/// @param warnings what is red and, by the service's word, only told: one sentence for each SLI
public record ProbeView(
    int slot,
    Instant at,
    Verdict verdict,
    List<SliResult> results,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {
  public ProbeView {
    Check.atLeast("slot", 1, slot);
    Check.required("at", at);
    Check.required("verdict", verdict);
    results = Check.list(results);
    warnings = Check.list(warnings);
  }

  /// One without a warning.
  public ProbeView(int slot, Instant at, Verdict verdict, List<SliResult> results) {
    this(slot, at, verdict, results, List.of());
  }
}
