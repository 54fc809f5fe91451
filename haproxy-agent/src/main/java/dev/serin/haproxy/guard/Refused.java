package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a load balancer would not take back. It is tried until the guard ends, less and less often.
///
/// @param told the drifts as they were told; empty where they were not
/// @param failures in a row
/// @param again when it is tried next
record Refused(List<Drift> told, int failures, Instant again) {
  private static final BackOff BACK_OFF = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(4));

  /// What was said to be set, and was not there a moment later: once may be another reload.
  private static final int NO_ACCIDENT = 3;

  static Refused after(
      @Nullable Refused before, List<Drift> drifts, boolean said, Instant now, String name) {
    int failures = before == null ? 1 : before.failures() + 1;
    List<Drift> earlier = before == null ? List.of() : before.told();
    return new Refused(
        said || failures >= NO_ACCIDENT ? drifts : earlier,
        failures,
        now.plus(BACK_OFF.pause(failures, name)));
  }

  /// A clock that was set back delays nothing.
  boolean waits(Instant now) {
    return now.isBefore(again) && !again.isAfter(now.plus(BACK_OFF.longest()));
  }

  /// What was taken without a word, and was not kept.
  static Failure notKept(String name) {
    return new Failure(
        Failure.Reason.REFUSED,
        name + " to have what it was told, right after it was told",
        "something else, at " + NO_ACCIDENT + " tries in a row",
        "see who else sets these servers, or reloads " + name,
        true);
  }
}
