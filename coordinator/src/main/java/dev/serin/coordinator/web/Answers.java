package dev.serin.coordinator.web;

import dev.serin.coordinator.view.RolloutViews;
import java.util.List;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/// The shapes that answers of the API have.
final class Answers {
  private Answers() {}

  static ResponseEntity<String> json(HttpStatus status, String body) {
    return ResponseEntity.status(status)
        .cacheControl(CacheControl.noStore())
        .contentType(MediaType.APPLICATION_JSON)
        .body(body);
  }

  /// An array of values that are JSON already.
  static ResponseEntity<String> array(List<String> values) {
    return json(HttpStatus.OK, "[" + String.join(",", values) + "]");
  }

  /// The answer while the view can't give one that is whole.
  static Optional<ResponseEntity<String>> notReady(RolloutViews views) {
    return switch (views.progress()) {
      case CAUGHT_UP -> Optional.empty();
      case READING ->
          Optional.of(
              Problem.of(
                      Problem.Kind.STILL_READING,
                      "expected services and rollouts to be read from the broker, found that"
                          + " reading is not done; try again in a moment (if it lasts, see whether"
                          + " the broker is up)")
                  .response());
      case DEAD ->
          Optional.of(
              Problem.of(
                      Problem.Kind.STILL_READING,
                      "expected services and rollouts to be kept up to date, found that their"
                          + " reader has died; restart the coordinator (a rollout goes on)")
                  .response());
    };
  }
}
