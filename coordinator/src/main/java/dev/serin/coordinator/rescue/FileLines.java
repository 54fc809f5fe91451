package dev.serin.coordinator.rescue;

import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand.FileChange;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.coordinator.saga.FileRecords;
import dev.serin.coordinator.saga.NodeRecord;
import dev.serin.coordinator.saga.Rollout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The commands about the further files of a release on one node. Only paths, owners, modes and
/// digests are in them: the sheet may be read by more people than the files.
final class FileLines {
  private final Install install;
  private final NodeRecord record;
  private final List<FileChange> changes;

  FileLines(Rollout rollout, NodeRecord record) {
    this.install = rollout.service().install();
    this.record = record;
    this.changes = FileRecords.changes(rollout, record);
  }

  /// Keeps what is there.
  String keep() {
    StringBuilder lines = new StringBuilder();
    for (FileState before : record.filesBefore()) {
      String sha256 = before.sha256();
      if (sha256 != null) {
        lines.append(
            Lines.inside(
                record,
                Shell.KEEP_FILE,
                FileRecords.heldIn(install),
                before.path(),
                sha256,
                FileRecords.keptPath(install, before.path(), sha256)));
      }
    }
    return lines.toString();
  }

  /// What the release brings.
  String push() {
    StringBuilder lines = new StringBuilder();
    for (FileChange change : changes) {
      ReleaseFile file = change.file();
      Artifact artifact = file.artifact();
      lines.append(
          artifact == null
              ? remove(change)
              : sent(artifact)
                  + Lines.inside(
                      record,
                      Shell.PLACE_FILE,
                      file.path(),
                      artifact.sha256(),
                      orNone(change.before().sha256()),
                      held(),
                      file.uid() + ":" + file.gid(),
                      file.mode()));
    }
    return lines.append(reload()).toString();
  }

  private String held() {
    return FileRecords.heldIn(install) + "/.rescue";
  }

  private String sent(Artifact artifact) {
    return Lines.inside(
            record,
            "umask 077; mkdir -p -- \"$1\"; chmod 0700 -- \"$1\"",
            FileRecords.heldIn(install))
        + Lines.sent(record, artifact.sha256(), artifact.uri(), held());
  }

  /// Where the release removes it, or there was none before.
  private String remove(FileChange change) {
    return Lines.inside(
        record,
        Shell.REMOVE_FILE,
        change.file().path(),
        "-",
        change.file().artifact() == null ? orNone(change.before().sha256()) : brought(change));
  }

  private static String brought(FileChange change) {
    Artifact artifact = change.file().artifact();
    return orNone(artifact == null ? null : artifact.sha256());
  }

  private static String orNone(@Nullable String sha256) {
    return sha256 == null ? "-" : sha256;
  }

  /// What was there before.
  String restore() {
    StringBuilder lines = new StringBuilder();
    for (FileChange change : changes) {
      FileState before = change.before();
      String sha256 = before.sha256();
      lines.append(
          sha256 == null
              ? remove(change)
              : Lines.inside(
                  record,
                  Shell.PLACE_FILE,
                  before.path(),
                  sha256,
                  brought(change),
                  FileRecords.keptPath(install, before.path(), sha256),
                  before.uid() + ":" + before.gid(),
                  before.mode()));
    }
    return lines.append(reload()).toString();
  }

  private String reload() {
    return changes.stream().anyMatch(change -> change.file().path().contains("/systemd/"))
        ? "  " + Lines.access(record).shell() + " systemctl daemon-reload\n"
        : "";
  }
}
