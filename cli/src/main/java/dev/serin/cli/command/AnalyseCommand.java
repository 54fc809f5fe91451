package dev.serin.cli.command;

import dev.serin.cli.command.Sending.Accepted;
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

/// Judges nodes that somebody else's script has deployed, and exits as a waited release does.
@Command(
    name = "analyse",
    description =
        "Watches nodes that another script has deployed, changes nothing, and stays until it is"
            + " over: 0 green to the end, 3 breached or without data, 5 refused, 6 aborted.")
public final class AnalyseCommand implements Callable<Integer> {
  /// What another script has deployed needs no name.
  static final String UNNAMED = "unnamed";

  private final Session session;

  @Mixin private final Asking asking = new Asking();

  @Mixin private final LabelOptions labels = new LabelOptions();

  @Parameters(index = "0", paramLabel = "SERVICE", description = "what is watched")
  private String service = "";

  @Option(
      names = "--canary",
      paramLabel = "NODE",
      description = "which node has the new version; may be given again (the service's own)")
  private List<String> canaries = new ArrayList<>();

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "what it has, for the record and for $version (unnamed)")
  private String version = UNNAMED;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "how long the SLIs must stay green (the service's own)")
  private @Nullable Duration window;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "how long to stay at most (as long as it takes)")
  private @Nullable Duration timeout;

  public AnalyseCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ObjectNode request = asking.request(session, "release-requested", service);
    request.put("version", version);
    request.put("strategy", Strategies.ANALYSIS_ONLY);
    labels.addTo(request);
    ObjectNode overrides = request.putObject("overrides");
    if (!canaries.isEmpty()) {
      ArrayNode names = overrides.putArray("canaries");
      canaries.forEach(names::add);
    }
    if (window != null) {
      overrides.put("window", window.toString());
    }
    Accepted accepted = new Sending(session).send(request);
    session.say("serin: taken: analysis of " + service + ", rollout " + accepted.rolloutId());
    return new Watching(session, accepted.rolloutId(), timeout).inLines();
  }
}
