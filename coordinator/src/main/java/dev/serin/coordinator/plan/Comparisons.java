package dev.serin.coordinator.plan;

import dev.serin.contracts.service.Compare;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.sli.Comparing;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the canary is compared with its baseline by, with what the `$` names stand for.
final class Comparisons {
  private Comparisons() {}

  /// @param canary puts the canary's nodes into a selector
  /// @param baseline puts the baseline's nodes there instead
  static @Nullable Comparing of(
      @Nullable Compare compare, UnaryOperator<String> canary, UnaryOperator<String> baseline) {
    return compare == null
        ? null
        : new Comparing(
            side(compare, canary),
            side(compare, baseline),
            compare.least(),
            compare.alpha(),
            compare.minRequests());
  }

  /// All that an SLI's comparison names, for what has to be there.
  static String texts(Sli sli) {
    Compare compare = sli.compare();
    return compare == null
        ? ""
        : Stream.of(compare.bad(), compare.good(), compare.all())
            .filter(Objects::nonNull)
            .collect(Collectors.joining(" ", " ", ""));
  }

  private static Comparing.Side side(Compare compare, UnaryOperator<String> filled) {
    return new Comparing.Side(
        orNone(compare.bad(), filled), orNone(compare.good(), filled), filled.apply(compare.all()));
  }

  private static @Nullable String orNone(@Nullable String selector, UnaryOperator<String> filled) {
    return selector == null ? null : filled.apply(selector);
  }
}
