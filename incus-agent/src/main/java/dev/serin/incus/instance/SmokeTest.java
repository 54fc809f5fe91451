package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.SmokeRequest;
import dev.serin.incus.rest.Unreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/// Asks a node from inside its instance what the service expects of it, and compares the answers.
final class SmokeTest {
  private static final Duration PAUSE = Duration.ofMillis(250);

  /// The last line of what the script tells: a newline, the status, a space, curl's exit code.
  private static final int TAIL = 8;

  private SmokeTest() {}

  static IncusEvent run(
      Turn turn, Node node, String base, List<SmokeRequest> requests, Supplier<AnswerHead> head)
      throws CommandFailed, Unreachable, Turn.Preempted {
    Instant began = turn.now();
    for (SmokeRequest request : requests) {
      expect(turn, node, base, request);
    }
    return new IncusEvent.SmokeTestPassed(
        head.get(), Duration.between(began, turn.now()), requests.size());
  }

  /// Asks until the answer is the right one, or its time is over.
  private static void expect(Turn turn, Node node, String base, SmokeRequest request)
      throws CommandFailed, Unreachable, Turn.Preempted {
    Instant until = turn.now().plus(request.within());
    while (true) {
      Duration left = Duration.between(turn.now(), until);
      Duration patience = left.compareTo(PAUSE) < 0 ? PAUSE : left;
      Optional<Difference> difference =
          difference(request, ask(turn, node, base, request, patience));
      if (difference.isEmpty()) {
        return;
      }
      if (!turn.now().plus(PAUSE).isBefore(until)) {
        throw new CommandFailed(
            Reason.UNHEALTHY,
            difference.get().expected()
                + " from "
                + request.line()
                + " in "
                + node.instance()
                + " within "
                + Quantities.shown(request.within()),
            difference.get().found(),
            "see the service's own log, and smoke in the service's definition");
      }
      turn.pause(PAUSE);
    }
  }

  private record Difference(String expected, String found) {}

  /// @param status 0 where nothing was answered
  /// @param why curl's exit code
  private record Answer(int status, String why, String body, boolean whole) {}

  private static Answer ask(
      Turn turn, Node node, String base, SmokeRequest request, Duration patience)
      throws CommandFailed, Unreachable, Turn.Preempted {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                base + request.get(),
                String.valueOf(patience.toMillis()),
                request.method(),
                request.body() == null ? "-" : encoded(request.body())));
    request.headers().forEach((name, value) -> arguments.add(name + ": " + value));
    Report report = node.run(turn, Script.SMOKE, patience.plusSeconds(15), arguments);
    if (report.outcome().equals("no-tool")) {
      throw new CommandFailed(
          Reason.NOT_FOUND, "curl in " + node.instance(), "none", "install curl");
    }
    String body = decoded(report.value("body"));
    String rest = decoded(report.value("rest"));
    boolean whole = rest.isEmpty();
    String all = whole ? body : body + rest;
    int end = Math.max(0, all.length() - TAIL);
    String[] tail = all.substring(end).strip().split(" ", -1);
    return new Answer(
        tail[0].matches("[0-9]{3}") ? Integer.parseInt(tail[0]) : 0,
        tail.length > 1 ? String.valueOf(Integer.parseInt(tail[1])) : "-",
        all.substring(0, end),
        whole);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static String decoded(String base64) {
    return new String(Base64.getDecoder().decode(base64.strip()), UTF_8);
  }

  private static Optional<Difference> difference(SmokeRequest request, Answer answer) {
    if (answer.status() == 0) {
      return Optional.of(
          new Difference("HTTP status " + request.status(), HealthCheck.noAnswer(answer.why())));
    }
    String status = "HTTP status " + answer.status();
    if (answer.status() != request.status()) {
      return Optional.of(
          new Difference(
              "HTTP status " + request.status(), status + ", " + Excerpt.of(answer.body())));
    }
    String contains = request.contains();
    if (contains != null && !answer.body().contains(contains)) {
      return Optional.of(
          new Difference(
              "an answer that contains '" + contains + "'",
              status + ", " + Excerpt.of(answer.body())));
    }
    for (Map.Entry<String, String> wanted : request.json().entrySet()) {
      Optional<String> found = value(answer, wanted.getKey());
      if (!found.equals(Optional.of(wanted.getValue()))) {
        return Optional.of(
            new Difference(
                wanted.getKey() + " to be '" + wanted.getValue() + "' in the answer",
                status
                    + found
                        .map(text -> ", " + Excerpt.ofValue(wanted.getKey(), text))
                        .orElse(", nothing there: " + Excerpt.of(answer.body()))));
      }
    }
    return Optional.empty();
  }

  /// The value at a JSON pointer, as text; none where there is none.
  private static Optional<String> value(Answer answer, String pointer) {
    if (!answer.whole()) {
      return Optional.empty();
    }
    try {
      JsonNode at = Json.mapper().readTree(answer.body()).at(JsonPointer.compile(pointer));
      return at.isValueNode() ? Optional.of(at.asString()) : Optional.empty();
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }
}
