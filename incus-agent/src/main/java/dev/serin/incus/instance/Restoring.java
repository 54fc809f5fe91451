package dev.serin.incus.instance;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.request.Artifact;
import dev.serin.incus.rest.Unreachable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Puts a binary back by its digest: from what was kept on the node, else from `previous` if it has
/// the digest, else from the source that the command names.
final class Restoring {
  private final Installing installing;

  Restoring(Installing installing) {
    this.installing = installing;
  }

  /// Where it came from, as [dev.serin.contracts.incus.IncusEvent.BinaryRestored] has it.
  ///
  /// @param known the digests that may be installed before; empty where any may
  /// @param unitFiles the digests that the units' files must have; empty where any will do
  String restore(
      Turn turn,
      Node node,
      String sha256,
      @Nullable Artifact source,
      List<String> known,
      Map<String, String> unitFiles)
      throws CommandFailed, Unreachable, Turn.Preempted {
    var install = node.install();
    List<String> arguments =
        new ArrayList<>(
            List.of(sha256, node.previous(), install.uid(), install.gid(), install.mode()));
    arguments.addAll(known);
    unitFiles.forEach((unit, digest) -> arguments.add(unit + "=" + digest));
    Report report = node.run(turn, Script.RESTORE, arguments);
    if (report.outcome().equals("restored")) {
      return report.word(1);
    }
    if (report.outcome().equals("foreign")) {
      throw new CommandFailed(
          Reason.FOREIGN,
          "a binary that this rollout knows at " + install.path() + " in " + node.instance(),
          "SHA-256 " + report.word(1) + ", put there by somebody else",
          "ask them; nothing was touched");
    }
    if (report.outcome().equals("foreign-unit")) {
      throw new CommandFailed(
          Reason.FOREIGN,
          "the file of unit "
              + report.word(1)
              + " in "
              + node.instance()
              + " as preflight found it",
          "another one, written by somebody else",
          "ask them; nothing was touched");
    }
    if (source == null) {
      throw nothingThere(node, sha256, report.trouble(), "");
    }
    if (!source.sha256().equals(sha256)) {
      throw nothingThere(node, sha256, report.trouble(), ", and the source has another digest");
    }
    try {
      return installing.install(turn, node, source).unchanged() ? "installed" : "artifact";
    } catch (CommandFailed failed) {
      if (failed.failure().retryable()) {
        throw failed;
      }
      throw nothingThere(
          node, sha256, report.trouble(), ", and the source can't be used: " + failed.getMessage());
    }
  }

  private static CommandFailed nothingThere(
      Node node, String sha256, String trouble, String source) {
    String path = node.install().path();
    return new CommandFailed(
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
            + " and retry");
  }
}
