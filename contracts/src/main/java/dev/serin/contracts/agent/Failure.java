package dev.serin.contracts.agent;

import dev.serin.contracts.Check;

/// Why a command did not have its effect, in words that an operator can act on.
///
/// @param reason the kind of failure
/// @param expected what should have been there
/// @param found what was there instead
/// @param advice what the operator can do about it
/// @param retryable whether the same command may succeed when it is given again as it is
public record Failure(
    Reason reason, String expected, String found, String advice, boolean retryable) {
  /// The kinds of failure.
  public enum Reason {
    /// The outside system (HAProxy, Incus, Prometheus) could not be talked to.
    UNREACHABLE,
    /// The outside system did not reach the wanted state in the time given.
    TIMED_OUT,
    /// The outside system said no.
    REFUSED,
    /// The thing named (server, instance, unit, file, artifact) is not there.
    NOT_FOUND,
    /// The effect would leave fewer nodes in rotation than the service's minimum (I2).
    MINIMUM,
    /// The digest found is not the digest expected.
    DIGEST,
    /// The process does not stay up.
    CRASHED,
    /// The health check did not answer as it should.
    UNHEALTHY,
    /// The command is older than one already obeyed for the same node (I10).
    STALE,
    /// A newer command for the same node took over before this one was done.
    PREEMPTED,
    /// Somebody else has changed what the command is about; nothing was reverted.
    FOREIGN,
    /// The command itself is not one that the agent can carry out.
    INVALID
  }

  public Failure {
    Check.required("reason", reason);
    Check.text("expected", expected);
    Check.text("found", found);
    Check.required("advice", advice);
  }

  /// The failure as one sentence.
  public String sentence() {
    return "expected " + expected + ", found " + found + (advice.isEmpty() ? "" : "; " + advice);
  }
}
