package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.coordinator.Answer;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/// Sends a request. Its id makes repeating it harmless, so a broken answer is asked for again.
final class Sending {
  private static final int ATTEMPTS = 5;
  private static final Duration PAUSE = Duration.ofMillis(500);

  /// What the coordinator took.
  record Accepted(String requestId, String rolloutId, JsonNode json) {}

  private final Session session;

  Sending(Session session) {
    this.session = session;
  }

  Accepted send(JsonNode request) {
    String requestId = request.path("requestId").asString("");
    for (int attempt = 1; ; attempt++) {
      Answer answer = session.coordinator().request(request);
      boolean perhaps =
          answer instanceof Answer.Unfit
              || (answer instanceof Answer.Unreachable(String _, boolean sent) && sent);
      if (!perhaps) {
        JsonNode json = session.body(answer);
        return new Accepted(
            json.path("requestId").asString(requestId), json.path("rolloutId").asString(""), json);
      }
      if (attempt == ATTEMPTS) {
        throw unsure(answer, requestId);
      }
      pause(attempt);
    }
  }

  private CommandFailed unsure(Answer answer, String requestId) {
    String found =
        switch (answer) {
          case Answer.Unfit(String what) -> what;
          case Answer.Unreachable(String what, boolean _) -> what;
          case Answer.Found _, Answer.Unknown _, Answer.Refused _ -> "an answer";
        };
    return new CommandFailed(
        ExitCode.FAILED,
        "expected the coordinator at "
            + session.coordinator().base()
            + " to take the request, found "
            + found
            + " "
            + ATTEMPTS
            + " times; it may have arrived all the same: run the command again with --request-id "
            + requestId
            + ", which can't start it twice");
  }

  private static void pause(int attempt) {
    try {
      Thread.sleep(PAUSE.multipliedBy(attempt));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.FAILED, "interrupted before the request was taken");
    }
  }
}
