package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.agent.CommandHead;
import java.time.Duration;
import java.time.Instant;

/// When a command that stays unanswered is asked again: after 5 s at first, and the longer it is
/// silent the later, up to 8 s, each time up to a quarter less by chance. So a coordinator that
/// comes back to a hundred rollouts does not ask for all of them in the same second for ever; and
/// an agent that takes over a dead one's work still hears of it within 8 s.
///
/// Chance is drawn from the command's name, which has the rollout's id in it, and from for how long
/// it has been silent: so a decision stays what it is when it is made again.
final class Asking {
  private static final Duration LONGEST = Duration.ofSeconds(8);

  private Asking() {}

  static Duration pause(CommandHead head, Instant at) {
    Duration silent = Duration.between(head.sentAt(), at);
    Duration grown =
        Draft.ASK_AGAIN.plus(silent.isNegative() ? Duration.ZERO : silent.dividedBy(10));
    Duration longest = grown.compareTo(LONGEST) < 0 ? grown : LONGEST;
    return BackOff.drawn(longest, 0.25, head.commandId(), silent.toMillis());
  }
}
