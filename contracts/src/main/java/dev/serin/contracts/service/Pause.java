package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.serin.contracts.Check;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A wait that the plan has: for a time, or until somebody promotes.
///
/// @param after `canary`, `peers`, or a share of the strategy's such as `25%`
/// @param lasts how long it waits, above 0, then the rollout goes on; none to wait for a promote
/// @param ask what a promote must answer; empty for nothing
/// @param expires how long a promote is waited for, above 0
/// @param then what follows when nobody promoted in that time
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Pause(
    String after,
    @JsonProperty("for") @Nullable Duration lasts,
    List<String> ask,
    Duration expires,
    Then then) {
  public static final String CANARY = "canary";
  public static final String PEERS = "peers";

  /// What follows a pause that nobody ended.
  public enum Then {
    /// Everything done is undone.
    @JsonProperty("rollback")
    ROLLBACK,
    /// The rollout goes on.
    @JsonProperty("go-on")
    GO_ON
  }

  public Pause {
    Check.text("after", after);
    ask = Check.list(ask);
    Check.positive("expires", expires);
    Check.required("then", then);
  }
}
