package dev.serin.cli.command;

import dev.serin.cli.follow.Follower;
import dev.serin.cli.view.EventSentence;
import dev.serin.cli.view.Scene;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// One line an event: to people on a pipe, a log or a terminal; or as JSON.
final class LineFollower implements Follower {
  /// What becomes of the events.
  enum Form {
    /// Lines are the result.
    LINES,
    /// The result comes at the end, in JSON; the lines are for people beside it.
    BESIDE,
    /// Each event is a JSON document of its own.
    JSON
  }

  private final Session session;
  private final Form form;
  private final EventSentence sentence;
  private final List<RolloutEvent> events = new ArrayList<>();

  LineFollower(Session session, Form form) {
    this.session = session;
    this.form = form;
    this.sentence = new EventSentence(session.marks(), session.surroundings().zone());
  }

  /// What was followed so far, for a report at the end.
  Scene scene(RolloutState last) {
    return new Scene(last, events, session.now(), session.surroundings().zone(), session.marks());
  }

  @Override
  public void happened(JsonNode event) {
    EventSentence.decoded(event).ifPresent(events::add);
    switch (form) {
      case LINES -> session.print(sentence.lines(event, session.now()));
      case BESIDE -> sentence.lines(event, session.now()).forEach(session::say);
      case JSON -> session.print(event);
    }
  }

  @Override
  public void isNow(RolloutState state) {
    // What changes is in the events.
  }

  @Override
  public void lost(String what) {
    session.say("serin: " + what + "; the rollout does not need us meanwhile");
  }

  @Override
  public void reached() {
    session.say("serin: the coordinator answers again");
  }
}
