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
/// @param baseline what it was compared with; none where it stands for itself
/// @param compared what all requests since the window's start say; none where they are not compared
public record SliResult(
    String name,
    String query,
    @Nullable Double value,
    @Nullable Double max,
    @Nullable Double min,
    @Nullable Double requests,
    Verdict verdict,
    String detail,
    @Nullable Baseline baseline,
    @Nullable Compared compared) {
  public SliResult {
    Check.name("name", name);
    Check.text("query", query);
    Check.required("verdict", verdict);
    Check.required("detail", detail);
  }

  /// One that is compared by no counters.
  public SliResult(
      String name,
      String query,
      @Nullable Double value,
      @Nullable Double max,
      @Nullable Double min,
      @Nullable Double requests,
      Verdict verdict,
      String detail,
      @Nullable Baseline baseline) {
    this(name, query, value, max, min, requests, verdict, detail, baseline, null);
  }

  /// The requests of both sides since the window's start.
  ///
  /// @param canaryBad how many of the canary's were bad
  /// @param canaryAll of how many
  /// @param difference of the shares of bad ones, above 0 where the canary is worse
  /// @param low the difference's lower end: at all looks together it is above it but for a
  ///   probability of `alpha`
  /// @param high the upper end
  /// @param pValue how probable so much evidence is at any look where there is nothing to it
  public record Compared(
      double canaryBad,
      double canaryAll,
      double baselineBad,
      double baselineAll,
      double difference,
      double low,
      double high,
      double pValue) {}

  /// The same about the nodes that are still on the old version.
  ///
  /// @param query what was asked
  /// @param value what came back; none without a number
  /// @param requests how many requests it rests on, where that was asked for
  /// @param maxDelta the value may be so much above it, where there is such a limit
  /// @param maxRatio the value may be so many times it, where there is such a limit
  /// @param floor a difference up to it breaks no `maxRatio`
  public record Baseline(
      String query,
      @Nullable Double value,
      @Nullable Double requests,
      @Nullable Double maxDelta,
      @Nullable Double maxRatio,
      double floor) {
    public Baseline {
      Check.text("query", query);
    }
  }
}
