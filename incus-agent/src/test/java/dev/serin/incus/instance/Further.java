package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.FileChange;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.ReleaseFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A release of a binary with further files, as tests carry it out on one node.
final class Further {
  private final List<ReleaseFile> files = new ArrayList<>();
  private final Agent agent;
  private List<FileChange> changes = List.of();

  Further(Agent agent) {
    this.agent = agent;
  }

  /// The same release, carried out by another agent.
  Further by(Agent other) {
    Further same = new Further(other);
    same.files.addAll(files);
    same.changes = changes;
    return same;
  }

  Further bringing(String path, String content, String mode) {
    return bringing(path, content, Owner.number(), Owner.number(), mode);
  }

  Further bringing(String path, String content, String uid, String gid, String mode) {
    files.add(new ReleaseFile(path, agent.artifact(content.getBytes(UTF_8)), uid, gid, mode));
    return this;
  }

  List<ReleaseFile> files() {
    return files;
  }

  /// Looks at what is there, and remembers it as a rollout does.
  IncusEvent.InstanceSeen inspected() {
    IncusEvent.InstanceSeen seen = agent.inspect(files);
    changes =
        files.stream()
            .flatMap(file ->
                seen.files().stream()
                    .filter(state -> state.path().equals(file.path()))
                    .map(state -> new FileChange(file, state)))
            .toList();
    return seen;
  }

  List<FileState> before() {
    return changes.stream().map(FileChange::before).toList();
  }

  IncusEvent keep(byte[] binary) {
    return agent.answer(
        new IncusCommand.KeepBinary(
            agent.head(), agent.ref(), agent.install(), Binaries.digest(binary), before()));
  }

  IncusEvent push(byte[] binary) {
    return agent.answer(
        new IncusCommand.PushArtifact(
            agent.head(), agent.ref(), agent.install(), agent.artifact(binary), changes));
  }

  IncusEvent restore(byte[] binary, byte[] installed) {
    return restore(binary, installed, Map.of());
  }

  /// @param unitFiles the digests of the units' files as preflight found them
  IncusEvent restore(byte[] binary, byte[] installed, Map<String, String> unitFiles) {
    return agent.answer(
        new IncusCommand.RestoreBinary(
            agent.head(),
            agent.ref(),
            agent.install(),
            Binaries.digest(binary),
            null,
            List.of(Binaries.digest(binary), Binaries.digest(installed)),
            unitFiles,
            changes));
  }

  /// Such as `rw-r----- text`; `-` where there is nothing.
  static String at(Path file) {
    try {
      return Files.exists(file)
          ? PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
              + " "
              + Files.readString(file)
          : "-";
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
