package dev.serin.contracts.sli;

import dev.serin.contracts.Check;
import org.jspecify.annotations.Nullable;

/// One SLI in one probe, with all that its verdict rests on.
///
/// @param name the SLI's name
/// @param query what was asked
/// @param value what came back; none without a number
/// @param max the upper limit, where there is one
/// @param min the lower limit, where there is one
/// @param requests how many requests the value rests on, where that was asked for
/// @param verdict what it comes to
/// @param detail one sentence in plain words
public record SliResult(
    String name,
    String query,
    @Nullable Double value,
    @Nullable Double max,
    @Nullable Double min,
    @Nullable Double requests,
    Verdict verdict,
    String detail) {
  public SliResult {
    Check.name("name", name);
    Check.text("query", query);
    Check.required("verdict", verdict);
    Check.required("detail", detail);
  }
}
