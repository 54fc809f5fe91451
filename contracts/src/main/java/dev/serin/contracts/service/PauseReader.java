package dev.serin.contracts.service;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Fields;
import dev.serin.contracts.json.Quantities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the pauses of a plan, and names what contradicts them.
final class PauseReader {
  private static final int LONGEST_QUESTION = 200;
  private static final int MOST_QUESTIONS = 20;
  private static final Duration EXPIRES = Duration.ofHours(24);
  private static final Duration MILLISECOND = Duration.ofMillis(1);

  private PauseReader() {}

  static List<Pause> pauses(Fields fields) {
    List<Pause> pauses = new ArrayList<>();
    for (Fields pause : fields.objects("pauses")) {
      Optional<Duration> lasts = pause.duration("for", MILLISECOND);
      List<String> ask = pause.texts("ask", question -> question.text(""));
      if (ask.size() > MOST_QUESTIONS
          || ask.stream().anyMatch(question -> question.length() > LONGEST_QUESTION)) {
        pause.problem(
            "ask",
            "expected at most "
                + MOST_QUESTIONS
                + " questions of at most "
                + LONGEST_QUESTION
                + " characters, found more");
      }
      if (lasts.isPresent() && !ask.isEmpty()) {
        pause.problem("for", "expected either for, or a promote to wait for (ask), found both");
      }
      pauses.add(
          new Pause(
              pause.requiredText("after"),
              lasts.orElse(null),
              ask,
              pause.duration("expires", MILLISECOND).orElse(EXPIRES),
              pause.choice("then", Pause.Then.class, Pause.Then.ROLLBACK)));
    }
    return pauses;
  }

  static void contradictions(
      Fields fields,
      List<Pause> pauses,
      String strategy,
      List<TrafficStep> shares,
      Duration interval,
      boolean slis) {
    List<String> places = new ArrayList<>(List.of(Pause.CANARY, Pause.PEERS));
    if (Strategies.takesCanariesAlong(strategy)) {
      places.remove(Pause.CANARY); // There the canaries do not come first.
    }
    shares.stream()
        .filter(share -> !share.isAll())
        .forEach(share -> places.add(Quantities.shown(share.share()) + "%"));
    for (Pause pause : pauses) {
      if (!places.contains(pause.after())) {
        fields.problem(
            "pauses",
            "expected after to be one of "
                + String.join(", ", places)
                + (places.contains(Pause.CANARY) ? "" : " beside strategy " + strategy)
                + ", found '"
                + Check.printable(pause.after())
                + "'");
      }
      Duration longest = pause.lasts() == null ? pause.expires() : pause.lasts();
      if (slis
          && (longest.compareTo(interval) < 0
              || longest.dividedBy(interval) > ServiceReader.MOST_SLOTS)) {
        fields.problem(
            "pauses",
            "expected a pause from "
                + Quantities.shown(interval)
                + " (analysis.interval) to "
                + Quantities.shown(interval.multipliedBy(ServiceReader.MOST_SLOTS))
                + ", since the SLIs are watched in it, found "
                + Quantities.shown(longest));
      }
    }
  }
}
