package dev.serin.incus.instance;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.request.Artifact;
import dev.serin.incus.artifact.ArtifactSource;
import dev.serin.incus.rest.Unreachable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts a binary back by its digest: from what was kept on the node, else from `previous` if it has
/// the digest, else from the source that the command names, else from the store of artifacts.
final class Restoring {
  private final Installing installing;
  private final ArtifactSource artifacts;

  Restoring(Installing installing, ArtifactSource artifacts) {
    this.installing = installing;
    this.artifacts = artifacts;
  }

  /// Where it came from, as [dev.serin.contracts.incus.IncusEvent.BinaryRestored] has it.
  ///
  /// @param unitFiles the digests that the units' files must have; empty where any will do
  String restore(
      Turn turn, Node node, IncusCommand.RestoreBinary restore, Map<String, String> unitFiles)
      throws CommandFailed, Unreachable, Turn.Preempted {
    String sha256 = restore.sha256();
    Artifact source = restore.source();
    Report report = run(turn, node, restore, unitFiles);
    if (report.outcome().equals("restored")) {
      return report.word(1);
    }
    if (report.outcome().equals("foreign")) {
      throw foreign(node, report.word(1));
    }
    if (report.outcome().equals("foreign-unit")) {
      throw foreignUnit(
          node,
          report,
          report.has("back")
              ? "the binary is back already, and the unit was not restarted"
              : "the binary was left alone");
    }
    String elsewhere = "";
    boolean again = false;
    if (source != null && !source.sha256().equals(sha256)) {
      elsewhere = ", and the source has another digest";
    } else if (source != null) {
      try {
        return install(turn, node, source);
      } catch (CommandFailed failed) {
        if (failed.failure().retryable() && artifacts.stored(sha256).isEmpty()) {
          throw failed;
        }
        again = failed.failure().retryable();
        elsewhere = ", and the source can't be used: " + failed.getMessage();
      }
    }
    Optional<Artifact> stored = artifacts.stored(sha256);
    if (stored.isEmpty() || stored.get().equals(source)) {
      throw new CommandFailed(nothingThere(node, sha256, report.trouble(), elsewhere, again));
    }
    try {
      return install(turn, node, stored.get());
    } catch (CommandFailed failed) {
      throw new CommandFailed(
          nothingThere(
              node,
              sha256,
              report.trouble(),
              elsewhere + ", and none from the store of artifacts: " + failed.getMessage(),
              again || failed.failure().retryable()));
    }
  }

  /// Whether the units' files are what preflight found, once the binary and all files are back.
  void checkUnits(Turn turn, Node node, IncusCommand.RestoreBinary restore)
      throws CommandFailed, Unreachable, Turn.Preempted {
    Report report = run(turn, node, restore, restore.unitFiles());
    if (report.outcome().equals("foreign-unit")) {
      throw foreignUnit(
          node,
          report,
          "the binary and the release's files are back, and the unit was not restarted");
    }
  }

  private static Report run(
      Turn turn, Node node, IncusCommand.RestoreBinary restore, Map<String, String> unitFiles)
      throws CommandFailed, Unreachable, Turn.Preempted {
    var install = node.install();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                restore.sha256(), node.previous(), install.uid(), install.gid(), install.mode()));
    arguments.addAll(restore.known());
    unitFiles.forEach((unit, digest) -> arguments.add(unit + "=" + digest));
    return node.run(turn, Script.RESTORE, arguments);
  }

  private static CommandFailed foreignUnit(Node node, Report report, String touched) {
    return new CommandFailed(
        Reason.FOREIGN,
        "the file of unit " + report.word(1) + " in " + node.instance() + " as preflight found it",
        "another one, written by somebody else",
        "ask them; " + touched);
  }

  private static CommandFailed foreign(Node node, String sha256) {
    return new CommandFailed(
        Reason.FOREIGN,
        "a binary that this rollout knows at " + node.install().path() + " in " + node.instance(),
        "SHA-256 " + sha256 + ", put there by somebody else",
        "ask them; it was left alone");
  }

  private String install(Turn turn, Node node, Artifact artifact)
      throws CommandFailed, Unreachable, Turn.Preempted {
    return installing.install(turn, node, artifact).unchanged() ? "installed" : "artifact";
  }

  private static Failure nothingThere(
      Node node, String sha256, String trouble, String source, boolean retryable) {
    String path = node.install().path();
    return new Failure(
        Reason.NOT_FOUND,
        "a binary with SHA-256 " + sha256 + " in " + node.instance(),
        "none in .serin beside "
            + path
            + (node.previous().equals("-") ? "" : ", none at " + node.previous())
            + trouble
            + source,
        "put that binary at "
            + path
            + " by hand, restart "
            + String.join(" and ", node.install().unit())
            + " and retry",
        retryable);
  }
}
