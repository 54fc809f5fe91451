package dev.serin.incus.artifact;

import dev.serin.contracts.config.StoreToken;
import dev.serin.contracts.request.Artifact;
import java.net.URI;
import java.util.Optional;

/// The coordinator's store of artifacts.
///
/// @param base the coordinator's address
/// @param token for what is private there; shown to this store alone
public record Store(URI base, Optional<StoreToken> token) {
  private static final String PATH = "/api/v1/artifacts/";

  /// Where it has what has this digest.
  Artifact at(String sha256) {
    return new Artifact(base + PATH + sha256, sha256);
  }

  /// Whether this is one of its addresses.
  boolean isAt(URI uri, String sha256) {
    return uri.equals(URI.create(at(sha256).uri()));
  }

  /// Whether it is one of any coordinator's: the one that a build machine knows as another address
  /// may be this one.
  static boolean isOfAny(Artifact artifact) {
    return ArtifactUri.of(artifact.uri()) instanceof ArtifactUri.Remote(URI uri, String _)
        && uri.getPath().endsWith(PATH + artifact.sha256());
  }
}
