package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.follow.Ending;
import dev.serin.cli.follow.Follow;
import dev.serin.cli.follow.Follower;
import dev.serin.cli.terminal.LiveScreen;
import dev.serin.cli.view.RolloutView;
import dev.serin.cli.view.Scene;
import dev.serin.cli.view.Text;
import dev.serin.cli.view.Times;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Stays with one rollout until it is over, and ends the command with its exit code. However the
/// command ends, the rollout goes on.
final class Watching {
  private final Session session;
  private final String rolloutId;
  private final @Nullable Duration timeout;

  /// @param timeout how long to wait; none for as long as it takes
  Watching(Session session, String rolloutId, @Nullable Duration timeout) {
    this.session = session;
    this.rolloutId = rolloutId;
    this.timeout = timeout;
  }

  /// Waits, with a line for each event.
  int inLines() {
    LineFollower.Form form = session.isJson() ? LineFollower.Form.BESIDE : LineFollower.Form.LINES;
    try (Departure _ = departure(() -> {})) {
      LineFollower follower = new LineFollower(session, form);
      Ending ending = follow(follower);
      if (ending instanceof Ending.Over(RolloutState state, JsonNode _) && !session.isJson()) {
        summary(follower.scene(state));
      }
      return code(ending, true);
    }
  }

  /// The live view; lines where there is no screen, events where JSON is wanted.
  int live() {
    if (session.isJson()) {
      try (Departure _ = departure(() -> {})) {
        return code(follow(new LineFollower(session, LineFollower.Form.JSON)), false);
      }
    }
    if (!session.surroundings().screen()) {
      return inLines();
    }
    LiveScreen screen;
    try {
      screen = LiveScreen.open(session.surroundings().colour());
    } catch (IOException none) {
      return inLines();
    }
    LiveFollower follower = new LiveFollower(session, screen);
    Ending ending;
    try (Departure _ = departure(screen::close);
        LiveScreen _ = screen) {
      ending = follow(follower);
    }
    if (ending instanceof Ending.Over(RolloutState state, JsonNode _)) {
      session.print(RolloutView.report(follower.scene(state), session.width()));
    }
    return code(ending, false);
  }

  private Ending follow(Follower follower) {
    try {
      return new Follow(session.coordinator(), rolloutId, follower, session.patience(timeout))
          .toTheEnd();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Ending.Left();
    }
  }

  /// One line where all is well, the whole report where it isn't.
  private void summary(Scene scene) {
    RolloutState state = scene.state();
    if (state.phase() != RolloutPhase.COMPLETED) {
      session.print(Text.empty());
      session.print(RolloutView.report(scene, session.width()));
      return;
    }
    Duration took =
        state.startedAt() == null || state.endedAt() == null
            ? Duration.ZERO
            : Duration.between(state.startedAt(), state.endedAt());
    session.print(
        Text.of(
            state.service() + " " + state.version() + " is rolled out, after " + Times.took(took)));
  }

  private int code(Ending ending, boolean document) {
    return switch (ending) {
      case Ending.Over(RolloutState state, JsonNode json) -> {
        if (session.isJson() && document) {
          session.print(json);
        }
        yield ExitCode.of(state).number();
      }
      case Ending.Refused(List<String> reasons, JsonNode event) ->
          throw new CommandFailed(ExitCode.REJECTED, "rejected:", reasons, event);
      case Ending.TimedOut(Optional<JsonNode> last) ->
          throw new CommandFailed(
              ExitCode.TIMED_OUT,
              "expected the rollout to be over within "
                  + Times.about(timeout == null ? Duration.ZERO : timeout)
                  + ", found it under way; "
                  + goesOn(),
              List.of(),
              last.orElse(null));
      case Ending.Lost(String why) ->
          throw new CommandFailed(
              ExitCode.FAILED, session.coordinator().absent(why) + ". " + goesOn());
      case Ending.Left() -> {
        session.say("serin: " + goesOn());
        yield ExitCode.FAILED.number();
      }
    };
  }

  private Departure departure(Runnable first) {
    return new Departure(first, session.surroundings().err(), goesOn());
  }

  private String goesOn() {
    return goesOn(rolloutId);
  }

  static String goesOn(String rolloutId) {
    return "the rollout goes on without this command; watch it with 'serin watch "
        + rolloutId
        + "', take it back with 'serin abort "
        + rolloutId
        + "'";
  }
}
