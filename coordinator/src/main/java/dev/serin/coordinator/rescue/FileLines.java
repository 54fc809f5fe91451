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
              ? Lines.inside(record, "rm -f -- \"$1\"", file.path())
              : sent(artifact)
                  + place(
                      held(), file.path(), artifact.sha256(), file.uid(), file.gid(), file.mode()));
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
        + Lines.sent(record, artifact, held());
  }

  private String place(
      String from, String path, String sha256, String uid, String gid, String mode) {
    return Lines.inside(record, Shell.PLACE_FILE, from, path, sha256, uid + ":" + gid, mode);
  }

  /// What was there before.
  String restore() {
    StringBuilder lines = new StringBuilder();
    for (FileChange change : changes) {
      FileState before = change.before();
      String sha256 = before.sha256();
      lines.append(
          sha256 == null
              ? Lines.inside(record, "rm -f -- \"$1\"", before.path())
              : place(
                  FileRecords.keptPath(install, before.path(), sha256),
                  before.path(),
                  sha256,
                  before.uid(),
                  before.gid(),
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
