package dev.serin.cli.command;

import dev.serin.cli.follow.Follower;
import dev.serin.cli.view.EventSentence;
import dev.serin.contracts.rollout.RolloutState;
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

  LineFollower(Session session, Form form) {
    this.session = session;
    this.form = form;
    this.sentence = new EventSentence(session.marks(), session.surroundings().zone());
  }

  @Override
  public void happened(JsonNode event) {
    switch (form) {
      case LINES -> session.print(sentence.line(event, session.now()));
      case BESIDE -> session.say(sentence.line(event, session.now()));
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
