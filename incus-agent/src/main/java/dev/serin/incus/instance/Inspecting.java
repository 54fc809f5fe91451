package dev.serin.incus.instance;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusCommand.InspectInstances;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.request.Artifact;
import dev.serin.incus.artifact.ArtifactSource;
import dev.serin.incus.artifact.ArtifactUri;
import dev.serin.incus.artifact.Located;
import dev.serin.incus.rest.Content;
import dev.serin.incus.rest.Instance;
import dev.serin.incus.rest.Unreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The preflight's look at artifact and instances. It changes nothing, stops at no problem, and
/// tells all of them together:
/// 1. every server is asked for its instances;
/// 2. the artifacts are found, and their digests compared;
/// 3. a script looks around in each instance, in several at once.
///
/// A server that does not answer is asked again for a while, everything anew: it may be starting.
/// That ends long before the preflight's deadline; one that says no (403) is not waited for. Nor is
/// one that hangs: all that is asked of servers, the last try included, is over while what was
/// found can still be told.
final class Inspecting {
  /// How many instances are looked at beside each other. More would keep ended executions waiting
  /// for longer than the server remembers them.
  private static final int AT_ONCE = 8;

  /// Of the preflight's 90 s: longer than a look at one instance may take there (60 s), and with
  /// time left for the answer's way.
  static final Duration WITHIN = Duration.ofSeconds(75);

  private final Servers servers;
  private final ArtifactSource artifacts;
  private final Supplier<String> tokens;
  private final FurtherFiles furtherFiles;

  Inspecting(Servers servers, ArtifactSource artifacts, Supplier<String> tokens) {
    this.servers = servers;
    this.artifacts = artifacts;
    this.tokens = tokens;
    this.furtherFiles = new FurtherFiles(artifacts);
  }

  IncusEvent inspect(Turn turn, InspectInstances command, Supplier<AnswerHead> head)
      throws Turn.Preempted {
    Instant began = turn.now();
    Inspecting bounded =
        new Inspecting(servers.until(began.plus(WITHIN), turn::now), artifacts, tokens);
    Instant until = began.plus(IncusCommandHandler.PATIENCE);
    for (int failures = 1; true; failures++) {
      Fleet.Told told = new Fleet.Told();
      IncusEvent seen = bounded.inspect(turn, command, head, told);
      Duration pause = IncusCommandHandler.BACK_OFF.pause(failures, command.head().commandId());
      if (told.gone().stream().allMatch(Unreachable::isDistrusting)
          || turn.now().plus(pause).isAfter(until)) {
        return seen;
      }
      turn.pause(pause);
    }
  }

  private IncusEvent inspect(
      Turn turn, InspectInstances command, Supplier<AnswerHead> head, Fleet.Told told)
      throws Turn.Preempted {
    List<String> problems = told.problems();
    Fleet fleet = Fleet.ask(turn, servers, command.instances(), told);
    long sizeBytes = locate("artifact", command.artifact(), problems);
    locate("rollback artifact", command.rollbackArtifact(), problems);
    problems.addAll(furtherFiles.problems(command.files()));
    List<InstanceSeen> seen = new ArrayList<>();
    for (int first = 0; first < command.instances().size(); first += AT_ONCE) {
      int end = Math.min(first + AT_ONCE, command.instances().size());
      seen.addAll(
          look(turn, command, fleet, command.instances().subList(first, end), sizeBytes, told));
    }
    return new IncusEvent.InstancesInspected(
        head.get(), seen, fleet.owners(), problems, told.warnings());
  }

  /// How large the artifact is; 0 where that is not known here.
  private long locate(String what, @Nullable Artifact artifact, List<String> problems) {
    if (artifact == null || ArtifactUri.of(artifact.uri()) instanceof ArtifactUri.OnNode) {
      return 0;
    }
    return switch (artifacts.locate(artifact)) {
      case Located.Here(Content content) -> content.sizeBytes();
      case Located.Unusable(Failure failure) -> {
        problems.add(what + ": " + failure.sentence());
        yield 0;
      }
    };
  }

  /// An instance with a look at it under way, or why there is none.
  private record Begun(
      InstanceRef ref, List<String> addresses, @Nullable Looking looking, String problem) {}

  private record Looking(Node node, Shell.Running running) {}

  private List<InstanceSeen> look(
      Turn turn,
      InspectInstances command,
      Fleet fleet,
      List<InstanceRef> batch,
      long sizeBytes,
      Fleet.Told told)
      throws Turn.Preempted {
    List<Begun> begun = new ArrayList<>();
    for (InstanceRef ref : batch) {
      begun.add(begin(turn, command, fleet, ref, told));
    }
    List<InstanceSeen> seen = new ArrayList<>();
    for (Begun one : begun) {
      seen.add(end(turn, command, one, sizeBytes, told));
    }
    return seen;
  }

  private Begun begin(
      Turn turn, InspectInstances command, Fleet fleet, InstanceRef ref, Fleet.Told told)
      throws Turn.Preempted {
    return switch (fleet.find(ref)) {
      case Fleet.Unseen(String why) -> new Begun(ref, List.of(), null, why);
      case Fleet.Seen(Instance instance) -> {
        if (!instance.isRunning()) {
          String found =
              "instance " + ref.instance() + ": expected running, found " + instance.state();
          yield new Begun(ref, instance.addresses(), null, found);
        }
        try {
          Node node =
              new Node(
                  servers.of(ref),
                  ref.instance(),
                  command.install(),
                  tokens.get(),
                  command.head().fence());
          Shell.Running running = node.start(turn, Script.LOOK, arguments(command));
          yield new Begun(ref, instance.addresses(), new Looking(node, running), "");
        } catch (CommandFailed failed) {
          yield new Begun(ref, instance.addresses(), null, failed.failure().sentence());
        } catch (Unreachable gone) {
          yield new Begun(ref, instance.addresses(), null, gone(gone, told));
        }
      }
    };
  }

  /// Whether the store of artifacts has what a node has lost.
  private boolean isStored(Artifact artifact) {
    return artifacts
        .stored(artifact.sha256())
        .filter(stored -> artifacts.locate(stored) instanceof Located.Here)
        .isPresent();
  }

  /// What whoever relies on a rollback to that binary should know.
  static List<String> unstored(ArtifactSource artifacts, String sha256) {
    return artifacts
        .unstored(sha256)
        .map(why ->
            "the store of artifacts has not taken sha256:"
                + sha256.substring(0, 12)
                + ", so that a rollback to it finds it on the nodes alone ("
                + why
                + "); it is tried again")
        .stream()
        .toList();
  }

  private InstanceSeen end(
      Turn turn, InspectInstances command, Begun begun, long sizeBytes, Fleet.Told told)
      throws Turn.Preempted {
    String problem = begun.problem();
    if (begun.looking() != null) {
      try {
        Report report = finish(turn, command, begun.looking());
        Findings findings =
            Findings.of(command, begun.ref().instance(), report, sizeBytes, this::isStored);
        told.warnings().addAll(findings.warnings());
        if (findings.sha256() != null) {
          unstored(artifacts, findings.sha256()).stream()
              .map(warning -> begun.ref().instance() + ": " + warning)
              .forEach(told.warnings()::add);
        }
        FurtherFiles.Seen files =
            furtherFiles.look(turn, begun.looking().node(), begun.ref(), command.files(), report);
        return new InstanceSeen(
            begun.ref().node(),
            findings.sha256(),
            begun.addresses(),
            joined(findings.problems(), files.problems()),
            joined(findings.ofInstalling(), files.problems()),
            findings.ofTheUnit(),
            report.units(),
            report.value("boot"),
            begun.looking().node().access(),
            files.states(),
            findings.rollbackSha256());
      } catch (CommandFailed failed) {
        problem = failed.failure().sentence();
      } catch (Unreachable gone) {
        problem = gone(gone, told);
      }
    }
    return new InstanceSeen(
        begun.ref().node(), null, begun.addresses(), List.of(problem), List.of(), "", null);
  }

  private static List<String> joined(List<String> some, List<String> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  /// A lost operation is looked for once more, by another look.
  private static Report finish(Turn turn, InspectInstances command, Looking looking)
      throws CommandFailed, Unreachable, Turn.Preempted {
    try {
      return looking.node().finish(turn, looking.running());
    } catch (Unreachable lost) {
      return looking.node().run(turn, Script.LOOK, arguments(command));
    }
  }

  private static String gone(Unreachable gone, Fleet.Told told) {
    told.gone().add(gone);
    return "server " + gone.server() + ": expected an answer, found " + gone.found();
  }

  private static List<String> arguments(InspectInstances command) {
    List<String> arguments = new ArrayList<>();
    String previous = command.install().previous();
    arguments.add(previous == null ? "-" : previous);
    arguments.add(command.install().uid());
    arguments.add(command.install().gid());
    arguments.add(onNode(command.artifact()));
    arguments.add(onNode(command.rollbackArtifact()));
    arguments.addAll(command.install().unit());
    return arguments;
  }

  private static String onNode(@Nullable Artifact artifact) {
    return artifact != null
            && ArtifactUri.of(artifact.uri()) instanceof ArtifactUri.OnNode(String path)
        ? path
        : "-";
  }
}
