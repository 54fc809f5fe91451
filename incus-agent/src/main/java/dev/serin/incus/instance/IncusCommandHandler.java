package dev.serin.incus.instance;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.artifact.ArtifactSource;
import dev.serin.incus.rest.Unreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Carries out the incus-agent's commands.
///
/// Each is a sequence of looks and effects that may begin anew at any time. So whatever leaves it
/// unknown how far one came (a broken connection, an operation that the server forgot) is answered
/// by beginning anew, some times, with growing pauses.
public final class IncusCommandHandler implements CommandHandler<IncusCommand, IncusEvent> {
  static final BackOff BACK_OFF = new BackOff(Duration.ofMillis(200), Duration.ofSeconds(2));

  /// How long a server may be away before the command is answered with that.
  static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Servers servers;
  private final ArtifactSource artifacts;
  private final Supplier<String> tokens;
  private final Inspecting inspecting;
  private final Installing installing;
  private final Restoring restoring;
  private final Restarting restarting;
  private final Noticing noticing;
  private final FurtherFiles furtherFiles;
  private final Placing placing;

  /// @param tokens gives a text of letters and digits that it never gave before, on any machine
  /// @param settle how long a restarted process must live to count as up
  /// @param restartWithin how long a unit's stop and start may take together
  public IncusCommandHandler(
      Servers servers,
      ArtifactSource artifacts,
      Supplier<String> tokens,
      Duration settle,
      Duration restartWithin) {
    this.servers = servers;
    this.artifacts = artifacts;
    this.tokens = tokens;
    this.inspecting = new Inspecting(servers, artifacts, tokens);
    this.installing = new Installing(artifacts);
    this.furtherFiles = new FurtherFiles(artifacts);
    this.placing = new Placing(artifacts, furtherFiles);
    this.restoring = new Restoring(installing, artifacts);
    this.restarting = new Restarting(settle, restartWithin);
    this.noticing = new Noticing(servers, tokens);
  }

  @Override
  public void handle(IncusCommand command, Turn turn, Consumer<IncusEvent> answers)
      throws Turn.Preempted {
    if (command instanceof IncusCommand.StandBack) {
      return;
    }
    if (command instanceof IncusCommand.LookAtInstances look) {
      noticing.look(turn, look).ifPresent(answers);
      return;
    }
    noticing.commanded(command.head());
    int failures = 0;
    Instant away = Instant.MAX;
    while (true) {
      try {
        answers.accept(carryOut(command, turn));
        return;
      } catch (CommandFailed failed) {
        answers.accept(failed(command, turn, failed.failure()));
        return;
      } catch (Unreachable gone) {
        Instant now = turn.now();
        away = now.isBefore(away) ? now : away;
        failures++;
        Duration pause = BACK_OFF.pause(failures, command.head().commandId());
        if (now.plus(pause).isAfter(away.plus(PATIENCE))) {
          answers.accept(failed(command, turn, unreachable(gone)));
          return;
        }
        turn.pause(pause);
      }
    }
  }

  private IncusEvent carryOut(IncusCommand command, Turn turn)
      throws CommandFailed, Unreachable, Turn.Preempted {
    Supplier<AnswerHead> head = () -> command.head().answered(turn.now());
    return switch (command) {
      case IncusCommand.InspectInstances inspect -> inspecting.inspect(turn, inspect, head);
      case IncusCommand.KeepBinary(_, var instance, var install, var sha256, var files) -> {
        Node node = node(command, instance, install);
        IncusEvent kept = keep(turn, node, sha256, head);
        furtherFiles.keep(turn, node, files);
        yield kept;
      }
      case IncusCommand.PushArtifact(_, var instance, var install, var artifact, var files) -> {
        Node node = node(command, instance, install);
        // Whether they are anybody else's is seen before the binary is touched.
        List<FileState> placed = placing.place(turn, node, files);
        var installed = installing.install(turn, node, artifact);
        List<String> warnings = Inspecting.unstored(artifacts, artifact.sha256());
        artifacts.installed(artifact);
        yield new IncusEvent.ArtifactPushed(
            head.get(),
            artifact.sha256(),
            installed.sizeBytes(),
            installed.unchanged(),
            placed,
            warnings);
      }
      case IncusCommand.RestartUnits(_, var instance, var install, var outworn, var onlyDown) ->
          restarting.restart(turn, node(command, instance, install), outworn, onlyDown, head);
      case IncusCommand.CheckHealth(_, var instance, var install, var health) ->
          HealthCheck.check(turn, node(command, instance, install), health, head);
      case IncusCommand.RunSmokeTest(_, var instance, var install, var base, var requests) ->
          SmokeTest.run(turn, node(command, instance, install), base, requests, head);
      case IncusCommand.RestoreBinary restore -> {
        Node node = node(command, restore.instance(), restore.install());
        if (!restore.files().isEmpty()) {
          yield withFiles(turn, node, restore, head);
        }
        String from = restoring.restore(turn, node, restore, restore.unitFiles());
        yield new IncusEvent.BinaryRestored(head.get(), restore.sha256(), from);
      }
      case IncusCommand.StandBack stand -> throw new IllegalStateException("nothing to carry out");
      case IncusCommand.LookAtInstances look ->
          throw new IllegalStateException("looked at elsewhere, and answered only at need");
    };
  }

  /// What may stop it for good comes before its first effect: the files are looked at, then the
  /// binary comes back, which refuses what it can't do, then they do. Cut off anywhere, it is asked
  /// for again.
  private IncusEvent withFiles(
      Turn turn, Node node, IncusCommand.RestoreBinary restore, Supplier<AnswerHead> head)
      throws CommandFailed, Unreachable, Turn.Preempted {
    placing.readyToPutBack(turn, node, restore.files());
    // Whether a unit is what it was shows only once the release's own part of it is gone.
    boolean first =
        restore.files().stream().noneMatch(change -> FurtherFiles.isOfSystemd(change.file()));
    String from = restoring.restore(turn, node, restore, first ? restore.unitFiles() : Map.of());
    List<FileState> now = placing.putBack(turn, node, restore.files());
    if (!first) {
      restoring.checkUnits(turn, node, restore);
    }
    return new IncusEvent.BinaryRestored(head.get(), restore.sha256(), from, now);
  }

  private Node node(IncusCommand command, InstanceRef instance, Install install)
      throws CommandFailed {
    return new Node(
        servers.of(instance), instance.instance(), install, tokens.get(), command.head().fence());
  }

  private static IncusEvent keep(Turn turn, Node node, String sha256, Supplier<AnswerHead> head)
      throws CommandFailed, Unreachable, Turn.Preempted {
    Report report =
        node.run(
            turn,
            Script.KEEP,
            List.of(sha256, String.valueOf(node.install().keep()), node.previous()));
    if (report.outcome().equals("kept")) {
      return new IncusEvent.BinaryKept(head.get(), sha256, report.value("path"));
    }
    throw new CommandFailed(
        Reason.DIGEST,
        "SHA-256 " + sha256 + " at " + node.install().path() + " in " + node.instance(),
        report.word(1).equals("-") ? "no readable file" : report.word(1),
        "somebody replaced the binary since preflight: release again");
  }

  private static IncusEvent failed(IncusCommand command, Turn turn, Failure failure) {
    return new IncusEvent.Failed(command.head().answered(turn.now()), failure);
  }

  private static Failure unreachable(Unreachable gone) {
    if (gone.isDistrusting()) {
      return new Failure(
          Reason.REFUSED,
          "the Incus server " + gone.server() + " to trust the agent",
          gone.found(),
          gone.advice(),
          true);
    }
    return new Failure(
        Reason.UNREACHABLE,
        "an answer of the Incus server " + gone.server(),
        gone.found(),
        gone.advice(),
        true);
  }
}
