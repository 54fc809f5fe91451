package dev.serin.incus.artifact;

import dev.serin.contracts.agent.Failure;
import dev.serin.incus.rest.Content;

/// What looking for an artifact came to.
public sealed interface Located {
  /// It is here, whole, executable, with its digest.
  record Here(Content content) implements Located {}

  /// It can't be used.
  record Unusable(Failure failure) implements Located {}
}
