package dev.serin.contracts.request;

import dev.serin.contracts.Check;

/// What is released: one file, known by its digest.
///
/// @param uri `file:` on the incus-agent's machine, `node:` on the node itself, `http:` or `https:`
///   anywhere that the agent may fetch from
/// @param sha256 its SHA-256 digest, 64 lower-case hexadecimal digits
public record Artifact(String uri, String sha256) {
  /// Stands where nothing is installed.
  public static final Artifact NONE = new Artifact("node:/none", "0".repeat(64));

  public Artifact {
    Check.text("uri", uri);
    Check.sha256("sha256", sha256);
  }
}
