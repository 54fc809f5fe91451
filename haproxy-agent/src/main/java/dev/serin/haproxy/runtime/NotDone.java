package dev.serin.haproxy.runtime;

import dev.serin.contracts.agent.Failure;

/// A step that did not have its effect, with the failure that becomes the command's answer. It is
/// checked, so that every sequence either mends it or passes it on; it carries no stack, being an
/// expected outcome and no bug.
public final class NotDone extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public NotDone(Failure failure) {
    super(failure.sentence(), null, false, false);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }

  /// Whether the load balancer could not be talked to, so that nothing is known.
  public boolean unreachable() {
    return failure.reason() == Failure.Reason.UNREACHABLE;
  }
}
