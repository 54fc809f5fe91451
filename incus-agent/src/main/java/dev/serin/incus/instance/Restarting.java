package dev.serin.incus.instance;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.incus.rest.Unreachable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Restarts a node's units and waits until they are really up.
///
/// @param settle how long a process must have lived to count as up
/// @param within how long stopping and starting may take together; systemd's own default for
///   stopping alone is 90 s
record Restarting(Duration settle, Duration within) {
  /// @param outworn the starts that shall not go on, though they run the installed binary
  /// @param onlyDown whether a unit that runs is left alone, whatever it runs
  IncusEvent restart(
      Turn turn, Node node, List<String> outworn, boolean onlyDown, Supplier<AnswerHead> head)
      throws CommandFailed, Unreachable, Turn.Preempted {
    List<String> arguments = new ArrayList<>();
    arguments.add(String.valueOf(settle.toMillis()));
    arguments.add(String.valueOf(within.toMillis()));
    arguments.add(onlyDown ? "down" : "stale");
    arguments.add(outworn.isEmpty() ? "-" : String.join(",", outworn));
    arguments.addAll(node.install().unit());
    Report report = node.run(turn, Script.RESTART, within.plus(settle).plusSeconds(10), arguments);
    return switch (report.outcome()) {
      case "up" ->
          new IncusEvent.UnitsRestarted(
              head.get(),
              report.word(1).equals("no"),
              detail(report),
              report.units(),
              report.value("boot"));
      case "missing" ->
          throw new CommandFailed(
              Reason.NOT_FOUND,
              "a binary at " + node.install().path() + " in " + node.instance(),
              "none",
              "");
      case "unknown" ->
          throw new CommandFailed(
              Reason.NOT_FOUND,
              "the unit " + report.word(1) + " in " + node.instance(),
              report.word(2),
              "see systemctl status " + report.word(1));
      case "crashed" ->
          throw new CommandFailed(
              Reason.CRASHED,
              report.word(1) + " in " + node.instance() + " to stay up",
              "its process ended with status " + report.word(3) + " (" + report.word(2) + ")",
              "see journalctl -u " + report.word(1));
      default ->
          throw new CommandFailed(
              new Failure(
                  Reason.TIMED_OUT,
                  report.word(1)
                      + " in "
                      + node.instance()
                      + " to be up in "
                      + within.toSeconds()
                      + " s",
                  "it is " + report.word(2) + " (" + report.word(3) + ")",
                  "see systemctl status " + report.word(1),
                  true));
    };
  }

  /// Each unit with its main process.
  private static String detail(Report report) {
    List<String> units = new ArrayList<>();
    for (String line : report.all("unit")) {
      String[] words = line.split(" ", -1);
      units.add(words.length > 1 ? words[0] + " pid " + words[1] : words[0]);
    }
    return String.join(", ", units);
  }
}
