package dev.serin.cli.command;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What is released and how: the same words for a release and for a plan of one.
final class ReleaseOptions {
  @Parameters(index = "0", paramLabel = "SERVICE", description = "what is released")
  private String service = "";

  @Option(
      names = "--artifact",
      required = true,
      paramLabel = "FILE|URI",
      description = "a file of this machine, or a file:, node:, http: or https: URI")
  private String artifact = "";

  @Option(
      names = "--sha256",
      paramLabel = "DIGEST",
      description = "the artifact's digest; needed for a URI, checked for a file")
  private @Nullable String sha256;

  @Option(
      names = "--version",
      required = true,
      paramLabel = "VERSION",
      description = "what people call it")
  private String version = "";

  @Option(
      names = "--rollback-artifact",
      paramLabel = "FILE|URI",
      description = "what a rollback installs instead of the binary that was there")
  private @Nullable String rollbackArtifact;

  @Option(names = "--rollback-sha256", paramLabel = "DIGEST", description = "its digest")
  private @Nullable String rollbackSha256;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "how long the SLIs must stay green (the service's own)")
  private @Nullable Duration window;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "how it is rolled out (the service's own)")
  private @Nullable String strategy;

  @Option(
      names = "--if-busy",
      paramLabel = "WHAT",
      description =
          "when another rollout of the service is active: queue (wait), latest (wait, replace what"
              + " waits), supersede (the active one is rolled back first) or reject (queue)")
  private @Nullable String ifBusy;

  @Option(names = "--label", paramLabel = "KEY=VALUE", description = "free words for dashboards")
  private Map<String, String> labels = new LinkedHashMap<>();

  /// What is released, in two words.
  String shown() {
    return service + " " + version;
  }

  /// The request that they make.
  ObjectNode request(Session session, Asking asking) {
    ObjectNode request = asking.request(session, "release-requested", service);
    request.put("version", version);
    request.set("artifact", tree(LocalArtifact.of("--artifact", artifact, "--sha256", sha256)));
    if (rollbackArtifact != null) {
      request.set(
          "rollbackArtifact",
          tree(
              LocalArtifact.of(
                  "--rollback-artifact", rollbackArtifact, "--rollback-sha256", rollbackSha256)));
    }
    if (strategy != null) {
      request.put("strategy", strategy);
    }
    if (window != null) {
      request.putObject("overrides").putObject("analysis").put("window", window.toString());
    }
    if (ifBusy != null) {
      request.put("ifBusy", ifBusy);
    }
    if (!labels.isEmpty()) {
      ObjectNode object = request.putObject("labels");
      labels.forEach(object::put);
    }
    return request;
  }

  private static JsonNode tree(Artifact artifact) {
    return Json.mapper().valueToTree(artifact);
  }
}
