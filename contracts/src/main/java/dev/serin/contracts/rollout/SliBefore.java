package dev.serin.contracts.rollout;

import dev.serin.contracts.Check;
import dev.serin.contracts.sli.Verdict;
import org.jspecify.annotations.Nullable;

/// An SLI as it is before anything is changed, of the canaries as they serve now.
///
/// @param name the SLI's name; with `.baseline` behind it of the nodes beside the canaries
/// @param value what came back; none without a number
/// @param requests how many requests it rests on, where that was asked for
/// @param verdict what it comes to; without a value it is not red
/// @param detail one sentence in plain words
public record SliBefore(
    String name,
    @Nullable Double value,
    @Nullable Double requests,
    Verdict verdict,
    String detail) {
  public SliBefore {
    Check.name("name", name);
    Check.required("verdict", verdict);
    Check.required("detail", detail);
  }
}
