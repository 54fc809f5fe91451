package dev.serin.contracts.rollout;

import dev.serin.contracts.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One step of a rollout as everybody sees it.
///
/// @param name what is done: `drain`, `keep`, `push`, `restart`, `health`, `ready`, `serving`,
///   `analyse`
/// @param node on which node; none for a step of the whole service
/// @param detail one sentence on how it went; none before it ended
public record StepView(
    String name,
    @Nullable String node,
    StepStatus status,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String detail) {
  public StepView {
    Check.text("name", name);
    Check.required("status", status);
  }
}
