package dev.serin.cli.command;

import dev.serin.cli.coordinator.Answer;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A binary to go back to that a script names by nothing but its path on the nodes. A rollback
/// knows binaries by their digests, so the nodes are asked for it, as `serin plan` asks them. Where
/// they have no one answer, the rollback is Serin's own: what each node has now.
///
/// @param shown the path as the script has it
/// @param uri the same as an artifact's
record BinaryOnNodes(String shown, String uri) {
  /// Puts it into a request that is whole otherwise.
  void addTo(ObjectNode request, Session session) {
    String service = request.path("service").asString("");
    session.say(
        "serin: ROLLBACK_BINARY="
            + Check.printable(shown)
            + " is no file here, so the nodes of "
            + service
            + " are asked for it");
    ObjectNode question = request.deepCopy();
    question.set("rollbackArtifact", tree(new Artifact(uri, Artifact.NONE.sha256())));
    switch (session.coordinator().plan(question)) {
      case Answer.Found(JsonNode plan) -> judge(request, plan.path("nodes"), session);
      case Answer.Refused(int _, String detail, List<String> problems, JsonNode _) ->
          without(session, problems.isEmpty() ? detail : String.join("; ", problems));
      case Answer.Unknown(String detail) -> without(session, detail);
      case Answer.Unfit(String found) -> without(session, found);
      case Answer.Unreachable(String found, boolean _) -> without(session, found);
    }
  }

  private void judge(ObjectNode request, JsonNode nodes, Session session) {
    Map<String, String> there = new TreeMap<>();
    boolean isInstalled = !nodes.isEmpty();
    for (JsonNode node : nodes) {
      String digest = node.path("rollbackSha256").asString("");
      there.put(node.path("name").asString(""), digest);
      isInstalled &= Check.isSha256(digest) && digest.equals(node.path("sha256").asString(""));
    }
    List<String> digests = there.values().stream().distinct().toList();
    if (isInstalled) {
      session.say(taken() + " is what each node runs now, which a rollback restores by its digest");
    } else if (digests.size() == 1 && Check.isSha256(digests.getFirst())) {
      session.say(taken() + ", " + binary(digests.getFirst()) + " on every node");
      request.set("rollbackArtifact", tree(new Artifact(uri, digests.getFirst())));
    } else {
      without(
          session,
          there.isEmpty()
              ? "no answer of a node"
              : there.entrySet().stream()
                  .map(it -> it.getKey() + " with " + binary(it.getValue()))
                  .collect(Collectors.joining(", ")));
    }
  }

  private String taken() {
    return "serin: from the environment: ROLLBACK_BINARY=" + Check.printable(shown);
  }

  private static String binary(String digest) {
    return Check.isSha256(digest) ? "sha256:" + digest.substring(0, 12) : "no file to be read";
  }

  private void without(Session session, String found) {
    session.say(
        "serin: ROLLBACK_BINARY="
            + Check.printable(shown)
            + " is left out: expected one and the same binary there on every node, found "
            + Check.printable(found)
            + "; a rollback restores what each node has now, by its digest, as Serin keeps it. To"
            + " insist: ROLLBACK_BINARY=PATH@SHA256");
  }

  private static JsonNode tree(Artifact artifact) {
    return Json.mapper().valueToTree(artifact);
  }

  /// What its name says where Serin itself keeps it: `.serin/NAME-DIGEST`.
  Optional<Artifact> kept() {
    int dash = shown.lastIndexOf('-');
    String digest = shown.substring(dash + 1);
    return shown.contains("/.serin/") && Check.isSha256(digest)
        ? Optional.of(new Artifact(uri, digest))
        : Optional.empty();
  }
}
