package dev.serin.incus.artifact;

import dev.serin.contracts.request.Artifact;

/// Gets artifacts to this machine. `node:` artifacts are none of its: they are on the node already.
@FunctionalInterface
public interface ArtifactSource {
  /// Finds the artifact, and compares its digest. May take as long as a download does; a second
  /// call for the same artifact is short.
  Located locate(Artifact artifact);
}
