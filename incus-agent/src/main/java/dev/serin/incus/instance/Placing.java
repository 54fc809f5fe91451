package dev.serin.incus.instance;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand.FileChange;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.incus.artifact.ArtifactSource;
import dev.serin.incus.artifact.Located;
import dev.serin.incus.rest.Content;
import dev.serin.incus.rest.Unreachable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Puts further files where they belong, or back: the steps 2 to 4 of [FurtherFiles].
final class Placing {
  private static final int ATTEMPTS = 3;

  /// A try before this one may have been cut off after it had touched something.
  private static final String NOTHING_NOW = "this try has touched nothing";

  private final ArtifactSource artifacts;
  private final FurtherFiles further;

  Placing(ArtifactSource artifacts, FurtherFiles further) {
    this.artifacts = artifacts;
    this.further = further;
  }

  /// Gives each file the content, owner and mode that the release brings.
  ///
  /// @return the files as they are now
  List<FileState> place(Turn turn, Node node, List<FileChange> files)
      throws CommandFailed, Unreachable, Turn.Preempted {
    List<Step> steps = new ArrayList<>();
    for (FileChange change : files) {
      ReleaseFile file = change.file();
      steps.add(
          new Step(wanted(file), change.before(), FurtherFiles.onNode(file), file.artifact()));
    }
    // They may be secret, so they go nowhere else: the store gets none of them from here.
    return carryOut(turn, node, steps, "place", NOTHING_NOW);
  }

  /// Whether each file may get what it had before, and its content is on the node from now on:
  /// nothing else is touched.
  void readyToPutBack(Turn turn, Node node, List<FileChange> files)
      throws CommandFailed, Unreachable, Turn.Preempted {
    carryOut(turn, node, back(files), "look", NOTHING_NOW);
  }

  /// Gives each file what it had before. The binary is back already.
  ///
  /// @return the files as they are now
  List<FileState> putBack(Turn turn, Node node, List<FileChange> files)
      throws CommandFailed, Unreachable, Turn.Preempted {
    return carryOut(turn, node, back(files), "back", "the binary is back already");
  }

  private static List<Step> back(List<FileChange> files) {
    List<Step> steps = new ArrayList<>();
    for (FileChange change : files) {
      steps.add(new Step(change.before(), wanted(change.file()), "-", null));
    }
    return steps;
  }

  private static FileState wanted(ReleaseFile file) {
    return file.artifact() == null
        ? FileState.absent(file.path())
        : new FileState(file.path(), file.artifact().sha256(), file.uid(), file.gid(), file.mode());
  }

  /// One file's way.
  ///
  /// @param other what else it may be
  /// @param onNode where its content is on the node, `-` where it comes from elsewhere
  /// @param artifact where its content comes from; none where the node is to have it
  private record Step(
      FileState wanted, FileState other, String onNode, @Nullable Artifact artifact) {}

  /// @param how `place`, `back`, or `look` for the look at them alone before they go back
  /// @param touched what is said where a file is somebody else's
  private List<FileState> carryOut(
      Turn turn, Node node, List<Step> steps, String how, String touched)
      throws CommandFailed, Unreachable, Turn.Preempted {
    if (steps.isEmpty()) {
      return List.of();
    }
    List<String> arguments = new ArrayList<>();
    arguments.add(how);
    for (Step step : steps) {
      arguments.add(step.wanted().path());
      words(arguments, step.wanted());
      words(arguments, step.other());
      arguments.add(step.onNode());
    }
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Report report = node.run(turn, Script.PLACE_FILES, arguments);
      switch (report.outcome()) {
        case "placed", "ready" -> {
          return placed(report, steps);
        }
        case "lacking" -> send(turn, node, steps, report);
        default -> {
          List<String> paths = steps.stream().map(step -> step.wanted().path()).toList();
          String found = report.word(2);
          throw FurtherFiles.foreign(
              node,
              FurtherFiles.path(report, paths),
              report.outcome().equals("foreign") ? found : FurtherFiles.shown(found),
              report.has("placed") || report.has("already")
                  ? "it was left alone, but others are as they are to be already"
                  : touched);
        }
      }
    }
    throw new CommandFailed(
        new Failure(
            Reason.REFUSED,
            "the files to stay beside " + node.install().path() + " in " + node.instance(),
            "somebody removed them " + ATTEMPTS + " times before they were installed",
            "see who else writes to .serin there",
            true));
  }

  private static void words(List<String> arguments, FileState state) {
    if (state.sha256() == null) {
      arguments.addAll(List.of("-", "-", "-", "-"));
    } else {
      arguments.addAll(List.of(state.sha256(), state.uid(), state.gid(), state.mode()));
    }
  }

  private static List<FileState> placed(Report report, List<Step> steps) {
    List<FileState> now = new ArrayList<>();
    for (String line : report.all("placed")) {
      List<String> words = List.of(line.split(" ", -1));
      now.add(
          FurtherFiles.state(
              steps.get(Math.toIntExact(FurtherFiles.size(words.getFirst())) - 1).wanted().path(),
              words.subList(1, words.size())));
    }
    return now;
  }

  /// Sends what the node says that it lacks.
  private void send(Turn turn, Node node, List<Step> steps, Report report)
      throws CommandFailed, Unreachable, Turn.Preempted {
    for (String line : report.all("need")) {
      int space = line.indexOf(' ');
      Step step =
          steps.get(Math.toIntExact(FurtherFiles.size(line.substring(0, Math.max(0, space)))) - 1);
      node.push(turn, line.substring(space + 1), content(node, step));
    }
  }

  private Content content(Node node, Step step) throws CommandFailed {
    String sha256 = Objects.requireNonNull(step.wanted().sha256());
    Artifact artifact = step.artifact();
    if (artifact != null && step.onNode().equals("-")) {
      return switch (artifacts.locateFile(artifact)) {
        case Located.Here(Content content) -> content;
        case Located.Unusable(Failure failure) -> throw new CommandFailed(failure);
      };
    }
    return further
        .stored(sha256)
        .orElseThrow(() ->
            new CommandFailed(
                Reason.NOT_FOUND,
                "the content of "
                    + step.wanted().path()
                    + " with SHA-256 "
                    + sha256
                    + " in "
                    + node.instance(),
                "none in .serin beside "
                    + node.install().path()
                    + ", and none in the store of artifacts",
                "put that file there by hand, with its owner and mode, and retry"));
  }
}
