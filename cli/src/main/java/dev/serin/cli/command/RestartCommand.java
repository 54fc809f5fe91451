package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.command.Sending.Accepted;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.Strategies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Restarts a service's nodes with the binary that each of them has.
@Command(
    name = "restart",
    description =
        "Restarts the nodes one by one with the binary they have (a rotated secret, a changed"
            + " environment file): drained, checked and watched as in a release.")
public final class RestartCommand implements Callable<Integer> {
  /// How many rollouts are looked through for one that completed.
  private static final int LOOKED_THROUGH = 50;

  private final Session session;

  @Mixin private final Asking asking = new Asking();

  @Mixin private final Stay stay = new Stay();

  @Mixin private final LabelOptions labels = new LabelOptions();

  @Parameters(index = "0", paramLabel = "SERVICE", description = "what is restarted")
  private String service = "";

  @Option(
      names = "--canary",
      paramLabel = "NODE",
      description =
          "which node goes first, before the window; may be given again (the service's own; a"
              + " blue-green service has none, so name one)")
  private List<String> canaries = new ArrayList<>();

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "what the nodes run, for the record and for $version (what completed last)")
  private @Nullable String version;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "how long the SLIs must stay green (the service's own)")
  private @Nullable Duration window;

  public RestartCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    stay.check();
    ObjectNode request = asking.request(session, "release-requested", service);
    request.put("version", version == null ? running(session, service) : version);
    request.put("strategy", Strategies.RESTART);
    labels.addTo(request);
    if (!canaries.isEmpty()) {
      ArrayNode names = request.withObjectProperty("overrides").putArray("canaries");
      canaries.forEach(names::add);
    }
    if (window != null) {
      request.withObjectProperty("overrides").put("window", window.toString());
    }
    Accepted accepted = new Sending(session).send(request);
    if (stay.stays()) {
      return stay.with(session, accepted.rolloutId());
    }
    if (session.isJson()) {
      ObjectNode document = Json.mapper().createObjectNode();
      document.put("requestId", accepted.requestId());
      document.put("rolloutId", accepted.rolloutId());
      session.print(document);
    } else {
      session.print(Text.of("taken: restart of " + service + ", rollout " + accepted.rolloutId()));
      session.print(Text.of("watch it: serin watch " + accepted.rolloutId()));
    }
    return ExitCode.DONE.number();
  }

  /// The version that completed last.
  static String running(Session session, String service) {
    return session
        .states(session.body(session.coordinator().rollouts(service, false, LOOKED_THROUGH)))
        .stream()
        .filter(state -> state.phase() == RolloutPhase.COMPLETED)
        .filter(state -> !state.strategy().equals(Strategies.ANALYSIS_ONLY))
        .map(RolloutState::version)
        .findFirst()
        .orElseThrow(() ->
            new CommandFailed(
                ExitCode.USAGE,
                "--version: expected one, since no release of "
                    + service
                    + " has completed here, found none"));
  }
}
