package dev.serin.incus.instance;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.request.Artifact;
import dev.serin.incus.artifact.ArtifactSource;
import dev.serin.incus.artifact.ArtifactUri;
import dev.serin.incus.artifact.Located;
import dev.serin.incus.rest.Content;
import dev.serin.incus.rest.Unreachable;
import java.util.List;
import java.util.Optional;

/// Gets an artifact installed on a node:
/// 1. look: the same digest is a no-op; clear what earlier tries left, make room beside the target;
/// 2. send it there under a new name (or copy it, where it is on the node already; what the node
///    has lost comes from the store of artifacts);
/// 3. compare its digest there, give it owner and mode, move it over the target.
///
/// Cut off anywhere, the old binary is installed or the new one is, whole.
final class Installing {
  private static final int ATTEMPTS = 3;

  private final ArtifactSource artifacts;

  Installing(ArtifactSource artifacts) {
    this.artifacts = artifacts;
  }

  /// @param unchanged whether it was installed already
  record Installed(long sizeBytes, boolean unchanged) {}

  Installed install(Turn turn, Node node, Artifact artifact)
      throws CommandFailed, Unreachable, Turn.Preempted {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<Installed> installed = tryOnce(turn, node, artifact);
      if (installed.isPresent()) {
        return installed.get();
      }
    }
    throw again(
        Reason.REFUSED,
        "the artifact to stay beside " + node.install().path() + " in " + node.instance(),
        "somebody removed it " + ATTEMPTS + " times before it was installed",
        "see who else writes to .serin there");
  }

  /// None when what was put beside the target was cleared away meanwhile: by an execution of an
  /// earlier try, which began late.
  private Optional<Installed> tryOnce(Turn turn, Node node, Artifact artifact)
      throws CommandFailed, Unreachable, Turn.Preempted {
    String onNode =
        ArtifactUri.of(artifact.uri()) instanceof ArtifactUri.OnNode(String path) ? path : "-";
    Report prepared = node.run(turn, Script.PREPARE, List.of(artifact.sha256(), onNode));
    switch (prepared.outcome()) {
      case "installed" -> {
        return Optional.of(new Installed(prepared.number("size"), true));
      }
      case "missing" -> {
        Optional<Artifact> stored = artifacts.stored(artifact.sha256());
        if (stored.isPresent() && artifacts.locate(stored.get()) instanceof Located.Here) {
          return tryOnce(turn, node, stored.get());
        }
        throw new CommandFailed(
            Reason.NOT_FOUND,
            "the artifact at " + onNode + " in " + node.instance() + ", with its digest",
            "no such file, or another one",
            "put it there, or give another artifact.uri");
      }
      default -> {}
    }
    if (onNode.equals("-")) {
      node.push(turn, prepared.value("part"), content(artifact));
    }
    return moveIntoPlace(turn, node, artifact);
  }

  private Content content(Artifact artifact) throws CommandFailed {
    return switch (artifacts.locate(artifact)) {
      case Located.Here(Content content) -> content;
      case Located.Unusable(var failure) -> throw new CommandFailed(failure);
    };
  }

  private Optional<Installed> moveIntoPlace(Turn turn, Node node, Artifact artifact)
      throws CommandFailed, Unreachable, Turn.Preempted {
    var install = node.install();
    Report installed =
        node.run(
            turn,
            Script.INSTALL,
            List.of(artifact.sha256(), install.uid(), install.gid(), install.mode()));
    return switch (installed.outcome()) {
      case "installed" -> Optional.of(new Installed(installed.number("size"), false));
      case "lost" -> Optional.empty();
      default ->
          throw again(
              Reason.DIGEST,
              "SHA-256 " + artifact.sha256() + " in " + node.instance(),
              installed.word(1),
              "the artifact changed while it was sent, or broke on its way");
    };
  }

  private static CommandFailed again(Reason reason, String expected, String found, String advice) {
    return new CommandFailed(new Failure(reason, expected, found, advice, true));
  }
}
