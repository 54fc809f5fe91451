package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.json.Quantities;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ServerView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Slow starts that are waited for (HAProxy's `slowstart`): a server that comes back begins with a
/// few percent of its weight, so until the ramp is over neither its share of the requests nor its
/// part of the pool's strength is there. The runtime API says how far it is (`throttle`), not how
/// long it lasts.
final class Ramp {
  static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final Duration longest;
  private final Instant until;
  private final List<String> ramping = new ArrayList<>();

  /// @param longest how long ramps may take, 0 where none is waited for
  /// @param from since when
  Ramp(Duration longest, Instant from) {
    this.longest = longest;
    this.until = from.plus(longest);
  }

  /// What was seen before counts no more.
  void lookAgain() {
    ramping.clear();
  }

  void see(String loadBalancer, ServerView now) {
    if (now.ramping()) {
      ramping.add(
          now.pool()
              + "/"
              + now.server()
              + " at "
              + now.rampPercent()
              + " % of its weight on "
              + loadBalancer);
    }
  }

  /// Whether a ramp seen at the last look is not over.
  boolean isWaitedFor(Instant now) throws NotDone {
    if (longest.isZero() || ramping.isEmpty()) {
      return false;
    }
    if (now.isBefore(until)) {
      return true;
    }
    throw new NotDone(
        new Failure(
            Failure.Reason.TIMED_OUT,
            "HAProxy's slow start to be over within " + Quantities.shown(longest),
            String.join(", ", ramping),
            "give the server a shorter slowstart, or see whether its checks fail now and then, which"
                + " begins it anew",
            true));
  }
}
