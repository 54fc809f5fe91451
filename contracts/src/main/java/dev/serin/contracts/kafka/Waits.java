package dev.serin.contracts.kafka;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What keeps an agent from obeying anything, from when it is told until it is over. Each kind of
/// it is logged once, however often it is told in a row.
final class Waits {
  private static final Logger log = LoggerFactory.getLogger(Waits.class);

  private enum Kind {
    TO_LISTEN("the broker, of which no commands are heard: "),
    TO_RECALL("the newest commands, of which nothing was read: ");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private record One(Kind kind, String why) {}

  private volatile @Nullable One now;

  /// It could not begin to listen: nobody finds the broker's name for a moment, say.
  void toListen(RuntimeException why) {
    told(
        new One(Kind.TO_LISTEN, words(why)),
        "no command is heard: the agent could not begin to listen to the broker, which is tried"
            + " again and again: {}");
  }

  /// It listens, and could not read what was commanded before.
  void toRecall(RuntimeException why) {
    told(
        new One(Kind.TO_RECALL, words(why)),
        "the newest commands could not be read: nothing is obeyed before they are, which is tried"
            + " again and again: {}");
  }

  private void told(One next, String sentence) {
    One before = now;
    if (before == null || before.kind() != next.kind()) {
      log.atWarn().log(sentence, next.why());
    }
    now = next;
  }

  void over() {
    now = null;
  }

  /// Follows on `waits for`; none where it waits for nothing.
  Optional<String> what() {
    One waits = now;
    return waits == null ? Optional.empty() : Optional.of(waits.kind().words + waits.why());
  }

  /// What a client says last is the least that an operator can use ("Failed to create new
  /// KafkaAdminClient"): what it comes from follows.
  private static String words(Throwable why) {
    String own = Objects.requireNonNullElse(why.getMessage(), why.getClass().getSimpleName());
    Throwable cause = why.getCause();
    return cause == null
            || cause.equals(why)
            || cause.getMessage() == null
            || own.contains(cause.getMessage())
        ? own
        : own + ": " + words(cause);
  }
}
