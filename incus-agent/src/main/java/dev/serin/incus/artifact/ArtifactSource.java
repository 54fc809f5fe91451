package dev.serin.incus.artifact;

import dev.serin.contracts.request.Artifact;
import java.util.Optional;

/// Gets artifacts to this machine. `node:` artifacts are none of its: they are on the node already.
@FunctionalInterface
public interface ArtifactSource {
  /// Finds the artifact, and compares its digest. May take as long as a download does; a second
  /// call for the same artifact is short.
  Located locate(Artifact artifact);

  /// Finds a further file of a release, which need be no executable, and must be small.
  default Located locateFile(Artifact artifact) {
    return locate(artifact);
  }

  /// Where else a binary or a file may be had by its digest alone; none where there is no store.
  default Optional<Artifact> stored(String sha256) {
    return Optional.empty();
  }

  /// The artifact was installed: what the store lacks goes there, beside the command's work. Never
  /// waits and never fails.
  default void installed(Artifact artifact) {}

  /// Why the store has not taken a binary that was installed, what was expected and what was found;
  /// empty where nothing is known to be missing there. Never waits.
  default Optional<String> unstored(String sha256) {
    return Optional.empty();
  }
}
