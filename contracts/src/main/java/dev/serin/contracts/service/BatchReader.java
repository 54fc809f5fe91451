package dev.serin.contracts.service;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Fields;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads how many nodes are updated at once, and names what contradicts it.
final class BatchReader {
  private BatchReader() {}

  /// @param value of the field `batch`; none where it is missing
  static @Nullable Batch batch(Fields fields, @Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return null;
    }
    String written =
        value.isIntegralNumber() || value.isString() ? value.asString() : value.toString();
    Batch batch = Batch.of(written).orElse(null);
    if (batch == null) {
      fields.problem(
          "batch",
          "expected a number of nodes such as 2, or a share of them such as 25%, found "
              + Check.printable(written));
    }
    return batch;
  }

  /// @param nodes how many the service has
  /// @param together how many of them are updated in batches
  /// @param minAvailable what the service says itself; none for the default
  static void contradictions(
      Fields fields,
      String strategy,
      @Nullable Batch batch,
      int nodes,
      int together,
      @Nullable Integer minAvailable,
      boolean pool) {
    if (batch != null && Strategies.namesItsBatch(strategy)) {
      fields.problem(
          "batch",
          "expected none beside strategy "
              + Check.printable(strategy)
              + ", which says by its name how many nodes are updated at once, found "
              + batch.shown()
              + "; batches go with canary-then-peers, traffic-steps and emergency");
      return;
    }
    int size = Math.min(together, Strategies.atOnce(strategy, batch, nodes));
    int minimum = Strategies.minimum(strategy, minAvailable, nodes);
    if (!pool || nodes == 0 || size <= 1 || nodes - size >= minimum) {
      return;
    }
    int largest = Math.max(1, nodes - minimum);
    if (batch == null) {
      fields.problem(
          "minAvailable",
          "expected at most "
              + (nodes - size)
              + " beside strategy "
              + Check.printable(strategy)
              + ", which updates "
              + size
              + " of "
              + nodes
              + " nodes at once, found "
              + minimum
              + "; lower it, or take strategy emergency with a batch of at most "
              + largest);
    } else {
      fields.problem(
          "batch",
          "expected at most "
              + largest
              + ", so that "
              + minimum
              + " of "
              + nodes
              + " nodes (minAvailable) stay in rotation, found "
              + batch.shown()
              + (batch.percent() ? ", which is " + size : "")
              + "; with minAvailable: "
              + (nodes - size)
              + " it would do");
    }
  }
}
