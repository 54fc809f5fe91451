package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a promote says to the questions of a pause: given as options, or asked for one after the
/// other on a terminal. There is no way to say yes to all of them.
final class Answers {
  private final Session session;

  Answers(Session session) {
    this.session = session;
  }

  void put(ObjectNode request, String target, List<String> given) {
    Map<String, String> answers = read(given);
    if (session.surroundings().terminal() && !session.isJson()) {
      ask(new Targets(session).find(target).state(), answers);
    }
    if (!answers.isEmpty()) {
      ArrayNode list = request.putArray("answers");
      answers.forEach(
          (question, answer) -> list.addObject().put("question", question).put("answer", answer));
    }
  }

  /// The last `=` parts a question from its answer: a question may have one.
  private static Map<String, String> read(List<String> given) {
    Map<String, String> answers = new LinkedHashMap<>();
    for (String one : given) {
      int equals = one.lastIndexOf('=');
      if (equals <= 0 || equals == one.length() - 1) {
        throw new CommandFailed(
            ExitCode.USAGE,
            "--answer: expected QUESTION=ANSWER, such as 'no complaints=yes', found '" + one + "'");
      }
      answers.put(one.substring(0, equals), one.substring(equals + 1));
    }
    return answers;
  }

  private void ask(RolloutState state, Map<String, String> answers) {
    List<String> questions =
        state.steps().stream()
            .filter(step -> step.status() == StepStatus.RUNNING)
            .map(StepView::asks)
            .flatMap(List::stream)
            .filter(question -> !answers.containsKey(question))
            .toList();
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(session.surroundings().in(), session.surroundings().charset()));
    for (String question : questions) {
      session.say(question + "?");
      String answer = line(lines);
      if (answer.isEmpty()) {
        throw new CommandFailed(
            ExitCode.USAGE,
            "expected an answer to '" + question + "', found none; nothing was promoted");
      }
      answers.put(question, answer);
    }
  }

  private static String line(BufferedReader lines) {
    try {
      String line = lines.readLine();
      return line == null ? "" : line.strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
