package dev.serin.cli.command;

import dev.serin.cli.ExitCode;
import dev.serin.cli.command.Sending.Accepted;
import dev.serin.cli.coordinator.Answer;
import dev.serin.cli.view.RolloutView;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Asks for a release, and stays with it where wanted.
@Command(
    name = "release",
    description =
        "Rolls a version out. Without --wait or --watch it returns as soon as the coordinator has"
            + " taken the request, and the rollout goes its way.")
public final class ReleaseCommand implements Callable<Integer> {
  private static final Duration FIRST_WORD = Duration.ofSeconds(3);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Session session;

  @Mixin private final Asking asking = new Asking();

  @Mixin private final Stay stay = new Stay();

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

  public ReleaseCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ObjectNode request = request();
    stay.check();
    Accepted accepted = new Sending(session).send(request);
    if (!stay.stays()) {
      return detached(accepted);
    }
    session.say("serin: taken: " + service + " " + version + ", rollout " + accepted.rolloutId());
    return stay.with(session, accepted.rolloutId());
  }

  private ObjectNode request() {
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

  /// Waits for the coordinator's first word at most, since it may well be a refusal.
  private int detached(Accepted accepted) {
    Optional<JsonNode> first = firstWord(accepted.rolloutId());
    Optional<RolloutState> state = first.map(session::state);
    if (session.isJson()) {
      ObjectNode document = Json.mapper().createObjectNode();
      document.put("requestId", accepted.requestId());
      document.put("rolloutId", accepted.rolloutId());
      document.set("rollout", first.orElse(null));
      session.print(document);
    } else {
      session.print(
          Text.of(service + " " + version + ": ")
              .and(state.map(RolloutView::badge).orElse(Text.of("taken, not begun yet")))
              .and(", rollout " + accepted.rolloutId()));
      state
          .filter(it -> !it.phase().isOver())
          .ifPresent(it -> session.print(Text.of("now: " + RolloutView.now(it))));
      state.ifPresent(it -> it.problems().forEach(one -> session.print(Text.of("  - " + one))));
      if (state.isEmpty() || !state.get().phase().isOver()) {
        session.print(Text.of("watch it: serin watch " + accepted.rolloutId()));
      }
    }
    return state.filter(it -> it.phase().isOver()).map(ExitCode::of).orElse(ExitCode.DONE).number();
  }

  private Optional<JsonNode> firstWord(String rolloutId) {
    long until = System.nanoTime() + FIRST_WORD.toNanos();
    try {
      while (System.nanoTime() < until) {
        if (session.coordinator().rollout(rolloutId) instanceof Answer.Found(JsonNode json)) {
          return Optional.of(json);
        }
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }
}
