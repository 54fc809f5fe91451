package dev.serin.haproxy.traffic;

import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ServerView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Slow starts that are waited for (HAProxy's `slowstart`): a server that comes back begins with a
/// few percent of its weight, so until the ramp is over neither its share of the requests nor its
/// part of the pool's strength is there. The runtime API says how far it is (`throttle`), not how
/// long it lasts. What is not over in time is told: whoever asked knows whether to ask once more.
final class Ramp {
  static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final boolean isAsked;
  private final Instant until;
  private final List<String> ramping = new ArrayList<>();

  /// @param longest how long ramps are waited for, 0 where nobody asks about them
  /// @param from since when
  Ramp(Duration longest, Instant from) {
    this.isAsked = !longest.isZero();
    this.until = from.plus(longest);
  }

  /// What was seen before counts no more.
  void lookAgain() {
    ramping.clear();
  }

  void see(String loadBalancer, ServerView now) {
    if (isAsked && now.ramping()) {
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

  /// A load balancer did not answer just now: how far a ramp of its is, is not known.
  void notSeen(NotDone why) {
    ramping.add(why.failure().sentence());
  }

  /// Whether a ramp seen at the last look is not over, and there is time to wait for it.
  boolean isWaitedFor(Instant now) {
    return !ramping.isEmpty() && now.isBefore(until);
  }

  /// When waiting ends.
  Instant until() {
    return until;
  }

  /// What the last look saw that is not over.
  List<String> ramping() {
    return List.copyOf(ramping);
  }
}
