package dev.serin.coordinator.web;

import dev.serin.contracts.config.StoreToken;
import dev.serin.coordinator.artifact.ArtifactStore.Stored;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/// Who may have private artifacts: who shows the agents' token. To everybody else they are not
/// here.
///
/// @param token none where none is configured: then nothing private is taken
record PrivateArtifacts(Optional<StoreToken> token) {
  /// Says, where a client asks for privacy, whether there is any. A client that does not find it
  /// talks to a version before this one, which would give the file to anybody.
  static final String HEADER = "Artifact-Private";

  /// What the header says of a file that was to be kept private, and that anybody could have
  /// before.
  static final String PUBLIC = "public";

  /// What the header says.
  String word() {
    return token.isPresent() ? "kept" : "no-token";
  }

  boolean mayHave(Stored stored, HttpServletRequest request) {
    return !stored.isPrivate() || token.filter(it -> it.isIn(shown(request))).isPresent();
  }

  /// The answer to a token that is not this store's, whatever it was shown for.
  Optional<Problem> refusal(HttpServletRequest request) {
    String shown = shown(request);
    boolean isRight = token.filter(it -> it.isIn(shown)).isPresent();
    return isRight || !StoreToken.isShownIn(shown)
        ? Optional.empty()
        : Optional.of(
            Problem.of(
                Problem.Kind.WRONG_TOKEN,
                "expected the coordinator's "
                    + StoreToken.SETTING
                    + ", found "
                    + (token.isPresent() ? "another one" : "that it has none")
                    + "; set the same for the coordinator and every incus-agent"));
  }

  /// The answer to who wants a file kept private where that can't be.
  Optional<ResponseEntity<String>> impossible(boolean isPrivate) {
    return !isPrivate || token.isPresent()
        ? Optional.empty()
        : Optional.of(
            Problem.of(
                    Problem.Kind.NO_TOKEN,
                    "expected a token for which private files are given to the agents, found none;"
                        + " nothing was kept: set "
                        + StoreToken.SETTING
                        + ", the same for the coordinator and every incus-agent")
                .response());
  }

  private static @Nullable String shown(HttpServletRequest request) {
    return request.getHeader(HttpHeaders.AUTHORIZATION);
  }
}
