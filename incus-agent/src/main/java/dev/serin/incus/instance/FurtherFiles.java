package dev.serin.incus.instance;

import dev.serin.contracts.Check;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.incus.artifact.ArtifactSource;
import dev.serin.incus.artifact.ArtifactUri;
import dev.serin.incus.artifact.Located;
import dev.serin.incus.rest.Content;
import dev.serin.incus.rest.Unreachable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The further files of a release, on the node and on their way there:
/// 1. what is there is told apart, and its content kept;
/// 2. all of them are looked at before one is changed: a file that is neither as it was nor as it
///    is to be is somebody else's;
/// 3. what the node has not kept is sent beside its place, under a name of this command's own;
/// 4. each is written beside its place with its owner and mode, and moved over it.
///
/// Cut off anywhere, each file is the one or the other, whole. Nothing of a content is in an
/// argument, an event or a message: it may be secret.
final class FurtherFiles {
  private final ArtifactSource artifacts;

  FurtherFiles(ArtifactSource artifacts) {
    this.artifacts = artifacts;
  }

  /// What a look has found.
  ///
  /// @param states of those that could be looked at
  record Seen(List<FileState> states, List<String> problems) {}

  /// What is wrong with the files that come from elsewhere than the nodes.
  List<String> problems(List<ReleaseFile> files) {
    List<String> problems = new ArrayList<>();
    for (ReleaseFile file : files) {
      Artifact artifact = file.artifact();
      if (artifact != null
          && onNode(artifact).isEmpty()
          && artifacts.locateFile(artifact) instanceof Located.Unusable(Failure failure)) {
        problems.add("file " + file.path() + ": " + failure.sentence());
      }
    }
    return problems;
  }

  /// @param report of the look at the rest of the instance
  Seen look(Turn turn, Node node, InstanceRef ref, List<ReleaseFile> all, Report report)
      throws CommandFailed, Unreachable, Turn.Preempted {
    List<ReleaseFile> files = all.stream().filter(file -> file.isFor(ref.node())).toList();
    if (files.isEmpty()) {
      return new Seen(List.of(), List.of());
    }
    List<String> arguments = new ArrayList<>();
    for (ReleaseFile file : files) {
      arguments.addAll(List.of(file.path(), file.uid(), file.gid(), onNode(file)));
    }
    Report look = node.run(turn, Script.LOOK_FILES, arguments);
    List<FileState> states = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (int index = 0; index < files.size(); index++) {
      look(new Place(node, look, files.get(index), index + 1), states, problems);
    }
    boolean bringsUnits = files.stream().anyMatch(FurtherFiles::isOfSystemd);
    if (bringsUnits) {
      for (String unit : report.all("unit-file-changed")) {
        problems.add(
            "unit "
                + unit
                + " in "
                + node.instance()
                + ": expected its file as systemd has loaded it, found one that has changed since;"
                + " the release's own systemctl daemon-reload would bring that into effect too:"
                + " see what it is, and reload before");
      }
    }
    return new Seen(states, problems);
  }

  /// Whether it may be a unit, or a part of one.
  static boolean isOfSystemd(ReleaseFile file) {
    return file.path().contains("/systemd/");
  }

  /// One file's lines in a look.
  private record Place(Node node, Report look, ReleaseFile file, int number) {
    List<String> words(String key) {
      return look.all(key).stream()
          .map(line -> List.of(line.split(" ", -1)))
          .filter(words -> words.getFirst().equals(String.valueOf(number)))
          .findFirst()
          .orElse(List.of());
    }

    String problem(String expected, String found) {
      return "file "
          + file.path()
          + " in "
          + node.instance()
          + ": expected "
          + expected
          + ", found "
          + found;
    }
  }

  private void look(Place place, List<FileState> states, List<String> problems) {
    List<String> words = place.words("file");
    String kind = words.size() < 2 ? "nothing" : words.get(1);
    if (kind.equals("absent") || kind.equals("file")) {
      states.add(state(place.file().path(), words.subList(2, words.size())));
    } else {
      problems.add(place.problem(expected(kind), shown(kind)));
    }
    if (!place.words("read-only").isEmpty()) {
      problems.add(place.problem("a directory that can be written to", "a read-only one"));
    }
    if (!place.words("user").isEmpty()) {
      problems.add(place.problem("a user " + place.file().uid(), "none of that name"));
    }
    if (!place.words("group").isEmpty()) {
      problems.add(place.problem("a group " + place.file().gid(), "none of that name"));
    }
    Artifact artifact = place.file().artifact();
    List<String> source = place.words("source");
    if (artifact == null || source.size() < 3) {
      return;
    }
    boolean there = source.get(2).equals(artifact.sha256());
    if (!there && stored(artifact.sha256()).isEmpty()) {
      problems.add(
          place.problem(
              "SHA-256 " + artifact.sha256() + " at " + artifact.uri(),
              source.get(2).equals("-") ? "no readable file" : "another content"));
    } else if (there && size(source.get(1)) > ReleaseFile.LARGEST_BYTES) {
      problems.add(
          place.problem(
              "at most " + ReleaseFile.LARGEST_BYTES + " bytes", source.get(1) + " bytes"));
    }
  }

  static long size(String digits) {
    return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
  }

  private static String expected(String kind) {
    return kind.endsWith("directory") && !kind.equals("directory")
        ? "its directory, reached without symbolic links"
        : "a file, or none";
  }

  static String shown(String kind) {
    return switch (kind) {
      case "no-directory" -> "none";
      case "linked-directory" -> "a symbolic link in the way";
      case "link" -> "a symbolic link";
      case "directory" -> "a directory";
      default -> "something else";
    };
  }

  /// @param words digest, owner, group and mode; `-` where there is no file
  static FileState state(String path, List<String> words) {
    return words.size() < 4 || !Check.isSha256(words.getFirst())
        ? FileState.absent(path)
        : new FileState(path, words.get(0), words.get(1), words.get(2), padded(words.get(3)));
  }

  private static String padded(String mode) {
    return "0".repeat(Math.max(0, 4 - mode.length())) + mode;
  }

  /// What somebody else has changed since.
  static List<InstanceChange> changes(Turn turn, Node node, KnownInstance known)
      throws CommandFailed, Unreachable, Turn.Preempted {
    List<InstanceChange> changes = new ArrayList<>();
    if (known.files().isEmpty()) {
      return changes;
    }
    List<String> arguments = new ArrayList<>();
    known.files().forEach(file -> arguments.addAll(List.of(file.path(), "-", "-", "-")));
    Report look = node.run(turn, Script.LOOK_FILES, arguments);
    for (String line : look.all("file")) {
      String[] words = line.split(" ", -1);
      int number = words.length < 6 ? 0 : Math.toIntExact(size(words[0]));
      if (number < 1 || number > known.files().size()) {
        continue;
      }
      FileState expected = known.files().get(number - 1);
      FileState found = state(expected.path(), List.of(words).subList(2, words.length));
      boolean isPlain = words[1].equals("absent") || words[1].equals("file");
      if (!isPlain || !found.equals(expected)) {
        changes.add(
            new InstanceChange(
                known.instance().node(),
                Deed.FILE_CHANGED,
                expected.path(),
                digest(expected),
                isPlain ? digest(found) : shown(words[1])));
      }
    }
    return changes;
  }

  private static String digest(FileState state) {
    return state.sha256() == null ? "" : state.sha256();
  }

  /// Keeps the content of the files that are there.
  void keep(Turn turn, Node node, List<FileState> files)
      throws CommandFailed, Unreachable, Turn.Preempted {
    if (files.isEmpty()) {
      return;
    }
    List<String> arguments = new ArrayList<>();
    arguments.add(String.valueOf(node.install().keep()));
    for (FileState file : files) {
      arguments.add(file.path());
      arguments.add(file.sha256() == null ? "-" : file.sha256());
    }
    Report report = node.run(turn, Script.KEEP_FILES, arguments);
    if (!report.outcome().equals("kept")) {
      throw foreign(
          node,
          path(report, files.stream().map(FileState::path).toList()),
          "",
          "nothing was touched");
    }
  }

  Optional<Content> stored(String sha256) {
    return artifacts
        .stored(sha256)
        .map(artifacts::locateFile)
        .map(located -> located instanceof Located.Here(Content content) ? content : null);
  }

  static String path(Report report, List<String> paths) {
    int number = Math.toIntExact(size(report.word(1)));
    return number < 1 || number > paths.size() ? "a file" : paths.get(number - 1);
  }

  /// @param found its digest, `-` where there is none, or what is in its place
  /// @param touched what has had an effect
  static CommandFailed foreign(Node node, String path, String found, String touched) {
    return new CommandFailed(
        Reason.FOREIGN,
        "the file " + path + " in " + node.instance() + " as this rollout knows it",
        Check.isSha256(found)
            ? "another content, owner or mode (SHA-256 " + found + "), by somebody else"
            : found.isEmpty() || found.equals("-")
                ? "another one, or none, by somebody else"
                : found,
        "ask them, and put it back as it was; " + touched);
  }

  static String onNode(ReleaseFile file) {
    return file.artifact() == null ? "-" : onNode(file.artifact()).orElse("-");
  }

  private static Optional<String> onNode(Artifact artifact) {
    return ArtifactUri.of(artifact.uri()) instanceof ArtifactUri.OnNode(String path)
        ? Optional.of(path)
        : Optional.empty();
  }
}
