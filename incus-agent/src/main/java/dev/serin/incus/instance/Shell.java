package dev.serin.incus.instance;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.incus.rest.Ended;
import dev.serin.incus.rest.Execution;
import dev.serin.incus.rest.IncusServer;
import dev.serin.incus.rest.Refused;
import dev.serin.incus.rest.Unreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs scripts in one instance. The one place where a script gets what stands around it: a
/// time-out in the instance itself, since an execution can't be cancelled.
final class Shell {
  /// The API counts waits in whole seconds. This is also how late a newer command may take over.
  private static final Duration SLICE = Duration.ofSeconds(1);

  /// How much later than its own time-out an execution may end.
  private static final Duration GRACE = Duration.ofSeconds(15);

  /// What an execution ends with at its time-out: `timeout` kills the script with everything that
  /// it has started, and itself. Nothing milder would do: `timeout -k` looks no further once the
  /// script has heeded the first signal, and a tool that has not would go on, with the lock.
  private static final int KILLED = 137;

  private final IncusServer server;
  private final String instance;

  Shell(IncusServer server, String instance) {
    this.server = server;
    this.instance = instance;
  }

  /// A script under way.
  record Running(Script script, long fence, Execution execution, Instant deadline) {}

  /// Runs a script to its end.
  ///
  /// @param limit how long it may take in the instance
  /// @param target the installed binary's path
  /// @param token for the names of temporary files
  /// @param fence of the command that it is a part of
  Report run(
      Turn turn,
      Script script,
      Duration limit,
      String target,
      String token,
      long fence,
      List<String> arguments)
      throws CommandFailed, Unreachable, Turn.Preempted {
    return finish(turn, start(turn, script, limit, target, token, fence, arguments));
  }

  Running start(
      Turn turn,
      Script script,
      Duration limit,
      String target,
      String token,
      long fence,
      List<String> arguments)
      throws CommandFailed, Unreachable, Turn.Preempted {
    turn.check();
    List<String> command =
        new ArrayList<>(
            List.of(
                "timeout",
                "-s",
                "KILL",
                String.valueOf(limit.toSeconds() + 1),
                "sh",
                "-euc",
                script.text(),
                script.title(),
                target,
                token,
                String.valueOf(fence)));
    command.addAll(arguments);
    try {
      Execution execution = server.start(instance, command);
      return new Running(script, fence, execution, turn.now().plus(limit).plus(GRACE));
    } catch (Refused refused) {
      throw whyRefused(refused);
    }
  }

  Report finish(Turn turn, Running running) throws CommandFailed, Unreachable, Turn.Preempted {
    try {
      while (true) {
        Optional<Ended> ended = server.await(running.execution(), SLICE);
        if (ended.isPresent()) {
          return report(running, ended.get());
        }
        if (running.script().mostlyWaits()) {
          turn.check();
        }
        if (turn.now().isAfter(running.deadline())) {
          throw timedOut(running.script());
        }
      }
    } catch (Refused refused) {
      throw whyRefused(refused);
    }
  }

  private Report report(Running running, Ended ended) throws CommandFailed {
    Script script = running.script();
    if (ended.code() == KILLED) {
      throw timedOut(script);
    }
    Report report = Report.read(ended.output(), ended.errors());
    if (ended.code() != 0 || report.outcome().isEmpty()) {
      throw new CommandFailed(
          Reason.REFUSED,
          script.title() + " to succeed in " + instance,
          "exit code " + ended.code() + report.trouble(),
          "mend that in the instance");
    }
    return switch (report.outcome()) {
      case "stale" ->
          throw new CommandFailed(
              Reason.STALE,
              "a command with fence " + report.word(1) + " or more in " + instance,
              "fence " + running.fence(),
              "");
      case "future" ->
          throw new CommandFailed(
              Reason.INVALID,
              "a fence that is not more than an hour ahead of " + instance + "'s clock",
              "fence " + running.fence() + ", its clock is at " + report.word(1),
              "set the clocks of the coordinator and of the instance");
      default -> report;
    };
  }

  private CommandFailed timedOut(Script script) {
    return new CommandFailed(
        new Failure(
            Reason.TIMED_OUT,
            script.title() + " to end in " + instance,
            "it had not when its time was over",
            "see what holds the instance up: incus exec " + instance + " -- ps aux",
            true));
  }

  /// Says what stands in the way: the instance itself, or what it lacks.
  CommandFailed whyRefused(Refused refused) throws Unreachable {
    Optional<String> status;
    try {
      status = server.status(instance);
    } catch (Refused again) {
      status = Optional.empty();
    }
    if (status.isEmpty()) {
      return new CommandFailed(
          Reason.NOT_FOUND,
          "instance " + instance + " on " + server.name(),
          refused.error(),
          "see incus list");
    }
    if (!status.get().equals("Running")) {
      String advice = status.get().equals("Frozen") ? "incus resume " : "incus start ";
      return new CommandFailed(
          Reason.REFUSED,
          "instance " + instance + " to be running",
          "it is " + status.get().toLowerCase(java.util.Locale.ROOT),
          advice + instance);
    }
    return new CommandFailed(
        Reason.REFUSED,
        "sh, timeout and the rest of coreutils to run in " + instance,
        refused.error(),
        "");
  }
}
