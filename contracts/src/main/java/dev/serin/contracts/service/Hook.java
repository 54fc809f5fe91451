package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.serin.contracts.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Somebody outside who is asked over HTTP, or told.
///
/// @param name its name, once in a service
/// @param at when it is called
/// @param url where, http or https, without user and password
/// @param timeout how long one attempt may take, 100 ms to 60 s
/// @param retries how often it is tried again when no usable answer comes, 0 to 5
/// @param onVeto what its no comes to before a promotion; at preflight a no always ends the rollout
/// @param onSilence what no answer means; who is only told can't stop anything
/// @param secret which of the sli-watcher's `serin.hooks.secrets` signs the call; none for no
///   signature
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Hook(
    String name,
    At at,
    String url,
    Duration timeout,
    int retries,
    OnVeto onVeto,
    OnSilence onSilence,
    @Nullable String secret) {
  /// The longest pause before an attempt.
  public static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

  /// When a hook is called.
  public enum At {
    /// With the other checks, before anything is touched. It may veto.
    @JsonProperty("preflight")
    PREFLIGHT,
    /// After the canary's window, and after that of each share. It may veto.
    @JsonProperty("before-promotion")
    BEFORE_PROMOTION,
    /// After a rollback that took something back. It is told.
    @JsonProperty("after-rollback")
    AFTER_ROLLBACK,
    /// When the release is on every node and every window is over, or the rollout halts. It is
    /// told.
    @JsonProperty("end")
    END;

    /// Whether a no, or silence, can stop the rollout.
    public boolean mayVeto() {
      return this == PREFLIGHT || this == BEFORE_PROMOTION;
    }
  }

  /// What a veto before a promotion comes to.
  public enum OnVeto {
    @JsonProperty("rollback")
    ROLLBACK,
    /// The canary stays as it is, and a person decides; resuming asks the hook once more.
    @JsonProperty("pause")
    PAUSE
  }

  /// What no answer means.
  public enum OnSilence {
    /// The same as a veto.
    @JsonProperty("fail")
    FAIL,
    /// It is said, and the rollout goes on.
    @JsonProperty("pass")
    PASS
  }

  /// Whether no answer of its own stops the rollout.
  @JsonIgnore
  public boolean isNeeded() {
    return at.mayVeto() && onSilence == OnSilence.FAIL;
  }

  public Hook {
    Check.name("name", name);
    Check.required("at", at);
    Check.text("url", url);
    Check.positive("timeout", timeout);
    Check.atLeast("retries", 0, retries);
    Check.required("onVeto", onVeto);
    Check.required("onSilence", onSilence);
  }

  /// How long the pause before an attempt is at most: 1, 2, 4, 8 s, and no longer.
  ///
  /// @param attempt which one, 2 or more
  public static Duration pause(int attempt) {
    Duration pause = Duration.ofSeconds(1L << Math.min(attempt - 2, 3));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  /// How long all attempts may take, with the pauses between them.
  @JsonIgnore
  public Duration atMost() {
    Duration all = timeout.multipliedBy(retries + 1L);
    for (int attempt = 2; attempt <= retries + 1; attempt++) {
      all = all.plus(pause(attempt));
    }
    return all;
  }
}
