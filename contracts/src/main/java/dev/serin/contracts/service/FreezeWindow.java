package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.serin.contracts.Check;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A time by the calendar in which no rollout of a service may start: once, from one instant to
/// another, or again and again, by a cron expression and how long each lasts.
///
/// @param from when it begins; none where it is by `cron`
/// @param until when it ends, after `from`
/// @param cron when each begins: minute, hour, day, month, weekday
/// @param lasts how long each lasts, 1 minute to 366 days
/// @param zone what the clock of `cron` shows; none for UTC
/// @param reason why, for whoever meets it
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FreezeWindow(
    @Nullable Instant from,
    @Nullable Instant until,
    @Nullable String cron,
    @JsonProperty("for") @Nullable Duration lasts,
    @Nullable String zone,
    String reason) {
  public FreezeWindow {
    Check.required("reason", reason);
  }

  /// One time that it is frozen.
  public record Span(Instant from, Instant until) {}

  /// The span that an instant is in, or else the next one; none where none follows.
  public Optional<Span> next(Instant at) {
    if (from != null && until != null) {
      return Optional.of(new Span(from, until)).filter(span -> span.until().isAfter(at));
    }
    if (cron == null || lasts == null) {
      return Optional.empty();
    }
    Duration each = lasts;
    return Cron.of(cron)
        .next(at.minus(each), zone == null ? ZoneId.of("UTC") : ZoneId.of(zone))
        .map(begins -> new Span(begins, begins.plus(each)));
  }
}
