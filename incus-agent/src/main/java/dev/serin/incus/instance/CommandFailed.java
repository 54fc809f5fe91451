package dev.serin.incus.instance;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;

/// Ends a sequence that can't have its effect; the handler makes it the answer.
final class CommandFailed extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  CommandFailed(Failure failure) {
    super(failure.sentence(), null, false, false);
    this.failure = failure;
  }

  CommandFailed(Reason reason, String expected, String found, String advice) {
    this(new Failure(reason, expected, found, advice, false));
  }

  Failure failure() {
    return failure;
  }
}
