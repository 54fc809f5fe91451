package dev.serin.haproxy.rotation;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far a drain has come, and what to do next. Requests have until the deadline; once only
/// tunnels are left the requests were in time, and the tunnels have their grace, so that a drain
/// lasts at most `within` + `tunnels` + [#CLOSING].
///
/// @param begun when the server was out everywhere
/// @param deadline until when requests may take
/// @param grace how long tunnels may stay once only they are left
/// @param onlyTunnelsSince since when only they are left; none while requests are
public record DrainProgress(
    Instant begun, Instant deadline, Duration grace, @Nullable Instant onlyTunnelsSince) {
  /// How long sessions that were shut may take to be gone.
  public static final Duration CLOSING = Duration.ofSeconds(5);

  private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);
  private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

  /// What to do next.
  public sealed interface Next {}

  /// Nothing is left: the drain is done.
  public record Empty() implements Next {}

  public record Wait(Duration howLong) implements Next {}

  /// Only tunnels are left, and their grace is over.
  public record CloseTunnels() implements Next {}

  /// Something is left, and the time is up.
  public record TimeUp() implements Next {}

  public static DrainProgress begin(Instant now, Duration within, Duration grace) {
    return new DrainProgress(now, now.plus(within), grace, null);
  }

  /// Whether a process that runs this long may have an old worker beside it that still has
  /// requests. Asked only where no master's socket tells: a reload leaves the old worker no longer
  /// than the requests take, and they have `within`.
  public static boolean oldWorkerMayRemain(long uptimeSeconds, Duration within) {
    return Duration.ofSeconds(uptimeSeconds).compareTo(within) < 0;
  }

  public DrainProgress seeing(Left left, Instant now) {
    boolean onlyTunnels =
        left.requests() == 0 && left.tunnels() > 0 && left.unreachable().isEmpty();
    Instant since = onlyTunnels ? (onlyTunnelsSince == null ? now : onlyTunnelsSince) : null;
    return new DrainProgress(begun, deadline, grace, since);
  }

  public Next next(Left left, Instant now) {
    boolean late = !now.isBefore(deadline);
    if (left.unreachable().isEmpty() && left.requests() == 0) {
      if (left.tunnels() == 0) {
        // What nobody can count has had its time at the deadline.
        return left.unknown().isEmpty() || late ? new Empty() : wait(now);
      }
      if (onlyTunnelsSince != null) {
        return whileOnlyTunnels(onlyTunnelsSince, now);
      }
    }
    return late ? new TimeUp() : wait(now);
  }

  private Next whileOnlyTunnels(Instant since, Instant now) {
    Instant close = since.plus(grace);
    if (now.isBefore(close)) {
      return new Wait(shorter(Duration.between(now, close), LONGEST_WAIT));
    }
    return now.isAfter(close.plus(CLOSING)) ? new TimeUp() : new CloseTunnels();
  }

  /// Short at first, so that a quick drain is quick.
  private Wait wait(Instant now) {
    Duration soon =
        shorter(SHORTEST_WAIT.plus(Duration.between(begun, now).dividedBy(4)), LONGEST_WAIT);
    Duration toDeadline = Duration.between(now, deadline);
    return new Wait(toDeadline.isPositive() ? shorter(soon, toDeadline) : SHORTEST_WAIT);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
