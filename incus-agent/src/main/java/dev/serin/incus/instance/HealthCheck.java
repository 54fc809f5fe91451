package dev.serin.incus.instance;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.ServiceDefinition.Health;
import dev.serin.incus.rest.Unreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Asks a node's health URL from inside its instance, until it answers 200.
final class HealthCheck {
  private HealthCheck() {}

  static IncusEvent check(Turn turn, Node node, Health health, Supplier<AnswerHead> head)
      throws CommandFailed, Unreachable, Turn.Preempted {
    List<String> arguments = new ArrayList<>();
    arguments.add(health.url());
    arguments.add(String.valueOf(health.within().toMillis()));
    arguments.addAll(node.install().unit());
    Instant began = turn.now();
    Report report = node.run(turn, Script.HEALTH, health.within().plusSeconds(15), arguments);
    String expected = "200 from " + health.url() + " in " + node.instance();
    return switch (report.outcome()) {
      case "healthy" ->
          new IncusEvent.HealthPassed(
              head.get(), Duration.between(began, turn.now()), attempts(report, 1));
      case "no-tool" ->
          throw new CommandFailed(
              Reason.NOT_FOUND, "curl or wget in " + node.instance(), "neither", "install curl");
      case "down" ->
          throw new CommandFailed(
              Reason.CRASHED,
              report.word(1) + " in " + node.instance() + " to stay up",
              "it is "
                  + report.word(2)
                  + ", its process ended with status "
                  + report.word(4)
                  + " ("
                  + report.word(3)
                  + ")",
              "see journalctl -u " + report.word(1));
      case "replaced" ->
          throw new CommandFailed(
              Reason.CRASHED,
              String.join(", ", node.install().unit())
                  + " in "
                  + node.instance()
                  + " to stay the same process",
              "it was restarted during the health check",
              "see journalctl -u " + node.install().unit().getFirst());
      default ->
          throw new CommandFailed(
              Reason.UNHEALTHY,
              expected + " within " + Quantities.shown(health.within()),
              found(report),
              "see the service's own log");
    };
  }

  private static String found(Report report) {
    int attempts = attempts(report, 3);
    String last =
        report.word(1).equals("000") || report.word(1).equals("-")
            ? noAnswer(report.word(2))
            : "HTTP status " + report.word(1);
    return last + " at the last of " + attempts + " attempt" + (attempts == 1 ? "" : "s");
  }

  /// curl's exit codes; wget's are 4 for anything on the network.
  static String noAnswer(String code) {
    return switch (code) {
      case "3" -> "a URL that can't be read";
      case "6" -> "a host name that does not resolve";
      case "7" -> "connection refused";
      case "28" -> "no answer in time";
      case "35", "60" -> "a TLS error";
      case "52" -> "an empty answer";
      default -> "no answer";
    };
  }

  private static int attempts(Report report, int word) {
    String attempts = report.word(word);
    return attempts.matches("[0-9]{1,9}") ? Integer.parseInt(attempts) : 1;
  }
}
