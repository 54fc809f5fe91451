package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.Strategies;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What is released and how: the same words for a release and for a plan of one.
final class ReleaseOptions {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SERVICE",
      description = "what is released (the service whose pool is POOL_BACKEND)")
  private String service = "";

  @Option(
      names = "--artifact",
      paramLabel = "FILE|URI",
      description = "a file of this machine, or a file:, node:, http: or https: URI (ARTIFACT)")
  private @Nullable String artifact;

  @Option(
      names = "--sha256",
      paramLabel = "DIGEST",
      description = "the artifact's digest; needed for a URI, checked for a file")
  private @Nullable String sha256;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "what people call it (VERSION; what nothing is installed for needs none)")
  private @Nullable String version;

  @Option(
      names = "--rollback-artifact",
      paramLabel = "FILE|URI",
      description = "what a rollback installs instead of the binary that was there")
  private @Nullable String rollbackArtifact;

  @Option(names = "--rollback-sha256", paramLabel = "DIGEST", description = "its digest")
  private @Nullable String rollbackSha256;

  @Option(
      names = "--upload",
      description =
          "sends files to the coordinator's store even if the coordinator is on this machine (to"
              + " another machine they are always sent)")
  private boolean upload;

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

  @Option(
      names = "--override-freeze",
      description = "starts in a freeze all the same; needs --reason, which stays in the record")
  private boolean overrideFreeze;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Mixin private final OverrideOptions overrides = new OverrideOptions();

  @Mixin private final MigrationOptions migrations = new MigrationOptions();

  @Mixin private final FileOptions files = new FileOptions();

  @Mixin private final LabelOptions labels = new LabelOptions();

  /// What is released, in two words.
  String shown() {
    return service + " " + version;
  }

  /// The request to take back what completed last, which takes none of them but the service.
  ///
  /// @param given the names of those that were given
  ObjectNode rollback(Session session, Asking asking, List<String> given) {
    if (!given.isEmpty()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "expected no option of a release beside --rollback, found "
              + String.join(", ", given)
              + ": Serin knows what goes back, and how; leave it out");
    }
    if (service.isEmpty()) {
      service = new ScriptEnvironment(session, command.qualifiedName()).service();
    }
    return asking.request(session, "rollback-requested", service);
  }

  /// The request that they make; where they say nothing, the old script's environment does.
  ObjectNode request(Session session, Asking asking) {
    ScriptEnvironment script = new ScriptEnvironment(session, command.qualifiedName());
    if (service.isEmpty()) {
      service = script.service();
    }
    Optional<Artifact> released = installs() ? Optional.of(artifact(script)) : nothing();
    if (version == null) {
      version =
          released.isEmpty() && !script.has("VERSION")
              ? uninstalled(session)
              : script.version(released, artifact == null);
    }
    ObjectNode request = asking.request(session, "release-requested", service);
    request.put("version", version);
    // What can't be is told before anything is sent.
    overrides.addTo(request);
    released.ifPresent(it -> artifacts(request, it, script, session));
    if (strategy != null) {
      request.put("strategy", strategy);
    }
    if (overrideFreeze) {
      if (request.path("reason").asString("").isBlank()) {
        throw new CommandFailed(
            ExitCode.USAGE, "expected --reason WHY beside --override-freeze, found none");
      }
      request.put("overrideFreeze", true);
    }
    if (ifBusy != null) {
      request.put("ifBusy", ifBusy);
    }
    labels.addTo(request);
    files.addTo(request, local -> Uploading.ofFiles(session).upload(local));
    script.fill(request, strategy);
    script.rollbackOnTheNodes(request);
    migrations.addTo(request, session);
    return request;
  }

  /// What the nodes run whose restart, or whose analysis, is planned: as the commands for these
  /// say.
  private String uninstalled(Session session) {
    return Strategies.RESTART.equals(strategy)
        ? RestartCommand.running(session, service)
        : AnalyseCommand.UNNAMED;
  }

  /// Whether the strategy that is named brings a binary to the nodes; the service's own does.
  private boolean installs() {
    return strategy == null || Strategies.installs(strategy);
  }

  /// What installs nothing takes no file: one that is named is not dropped without a word.
  private Optional<Artifact> nothing() {
    if (artifact != null || rollbackArtifact != null) {
      throw new CommandFailed(
          ExitCode.USAGE,
          (artifact == null ? "--rollback-artifact" : "--artifact")
              + ": expected none beside --strategy "
              + strategy
              + ", which installs nothing, found one; leave it out");
    }
    return Optional.empty();
  }

  private void artifacts(
      ObjectNode request, Artifact released, ScriptEnvironment script, Session session) {
    request.set(
        "artifact",
        tree(
            reachable(
                session,
                artifact == null ? "ARTIFACT" : "--artifact",
                namesFile(artifact, script),
                released)));
    Optional<Artifact> back =
        rollbackArtifact == null
            ? script
                .rollback(service, rollbackSha256)
                .map(it ->
                    reachable(
                        session,
                        "ROLLBACK_BINARY",
                        it.uri().startsWith("file:/") && script.namesFile("ROLLBACK_BINARY"),
                        it))
            : Optional.of(
                reachable(
                    session,
                    "--rollback-artifact",
                    LocalArtifact.isFile(rollbackArtifact),
                    LocalArtifact.of(
                        "--rollback-artifact",
                        rollbackArtifact,
                        "--rollback-sha256",
                        rollbackSha256)));
    back.ifPresent(it -> request.set("rollbackArtifact", tree(it)));
  }

  private Artifact artifact(ScriptEnvironment script) {
    if (artifact != null) {
      return LocalArtifact.of("--artifact", artifact, "--sha256", sha256);
    }
    String file =
        script
            .take("ARTIFACT")
            .orElseThrow(() ->
                new CommandFailed(
                    ExitCode.USAGE,
                    "--artifact: expected a file or a URI, by --artifact or ARTIFACT in the"
                        + " environment, found neither"
                        + (version == null ? "; --version or VERSION: what people call it" : "")));
    return LocalArtifact.of("ARTIFACT", file, "--sha256", sha256);
  }

  private static boolean namesFile(@Nullable String artifact, ScriptEnvironment script) {
    return artifact == null ? script.namesFile("ARTIFACT") : LocalArtifact.isFile(artifact);
  }

  /// A file of this machine reaches a fleet elsewhere through the coordinator's store.
  private Artifact reachable(Session session, String option, boolean isFile, Artifact local) {
    boolean isSent = isFile && (upload || Uploading.isElsewhere(session.coordinator().base()));
    return isSent ? Uploading.ofBinaries(session, option).upload(local) : local;
  }

  private static JsonNode tree(Artifact artifact) {
    return Json.mapper().valueToTree(artifact);
  }
}
