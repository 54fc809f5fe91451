package dev.serin.contracts.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A freeze that somebody asked for: no rollout may start in it.
///
/// @param requestId the request that it comes from
/// @param by who asked
/// @param reason why; may be empty
/// @param from when it begins
/// @param until when it ends by itself; none until it is lifted
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Freeze(
    String requestId, String by, String reason, Instant from, @Nullable Instant until) {
  public Freeze {
    Check.text("requestId", requestId);
    Check.text("by", by);
    Check.required("reason", reason);
    Check.required("from", from);
  }

  /// Whether it is over.
  public boolean isOver(Instant at) {
    return until != null && !until.isAfter(at);
  }
}
