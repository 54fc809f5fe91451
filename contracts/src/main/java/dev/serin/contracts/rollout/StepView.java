package dev.serin.contracts.rollout;

import dev.serin.contracts.Check;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One step of a rollout as everybody sees it.
///
/// @param name what is done: `drain`, `keep`, `push`, `restart`, `health`, `ready`, `maint`,
///   `serving`, `shift`, `analyse`, `pause`, `smoke`, `hook`, `catch-up`; `restore`, and `undo-`
///   before it, on the way back
/// @param node on which node; none for a step of the whole service
/// @param detail one sentence on how it went; none before it ended, but for a hook, whose name
///   comes first
/// @param share the canary's share of the requests that it sets or watches, in per cent; none where
///   it has nothing to do with a share, or ends it
/// @param asks what a promote must answer there; empty where nothing is asked
/// @param batch which batch its node is in, from 1: steps side by side with one name and one batch
///   are under way together; none for a node that is alone
public record StepView(
    String name,
    @Nullable String node,
    StepStatus status,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String detail,
    @Nullable Double share,
    List<String> asks,
    @Nullable Integer batch) {
  public StepView {
    asks = Check.list(asks);
    Check.text("name", name);
    Check.required("status", status);
  }

  /// A step that has nothing to do with a share.
  public StepView(
      String name,
      @Nullable String node,
      StepStatus status,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable String detail) {
    this(name, node, status, startedAt, endedAt, detail, null);
  }

  /// A step that asks nothing, of a node that is alone.
  public StepView(
      String name,
      @Nullable String node,
      StepStatus status,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable String detail,
      @Nullable Double share) {
    this(name, node, status, startedAt, endedAt, detail, share, List.of(), null);
  }
}
