package dev.serin.cli.command;

import dev.serin.cli.ExitCode;
import dev.serin.cli.coordinator.Answer;
import dev.serin.cli.view.FleetView;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `serin` alone: the fleet.
@Command(
    name = "serin",
    versionProvider = Version.class,
    description =
        "Releases a new binary node by node, watches it, and takes it back when it is bad."
            + " Without a command: the fleet and what is going on in it.",
    commandListHeading = "%nAsking the coordinator:%n",
    footer = {
      "",
      "Starting services (each takes --config FILE):",
      "  standalone      everything in one process, the broker too",
      "  coordinator     the saga, its HTTP API and web page",
      "  haproxy-agent   drains, readies and weighs servers",
      "  incus-agent     pushes artifacts, restarts units, restores",
      "  sli-watcher     asks Prometheus, judges each probe",
      "",
      "Exit codes: 0 done, 1 anything else, 2 bad usage, 3 rolled back, 4 halted or",
      "rollback failed, 5 rejected, 6 aborted, 7 superseded, 8 time-out of the wait."
    })
public final class SerinCommand implements Callable<Integer> {
  private final Session session;

  public SerinCommand(Session session) {
    this.session = session;
  }

  @Option(
      names = "--url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description =
          "the coordinator's address (SERIN_URL; if there is none, http://127.0.0.1:7070)")
  void url(String address) {
    session.url(address);
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      scope = ScopeType.INHERIT,
      description = "text, or json: one document on stdout, one a line for followed events")
  void output(Session.Output form) {
    session.output(form);
  }

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "shows this")
  @SuppressWarnings("UnusedVariable") // picocli looks at it.
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "shows the version")
  @SuppressWarnings("UnusedVariable") // picocli looks at it.
  private boolean version;

  @Override
  public Integer call() {
    JsonNode services = session.body(session.coordinator().services());
    Map<String, JsonNode> foremost = new HashMap<>();
    for (JsonNode json : session.body(session.coordinator().rollouts(null, true, null))) {
      foremost.merge(
          json.path("service").asString(""), json, (one, other) -> isQueued(one) ? other : one);
    }
    List<FleetView.Service> fleet = new ArrayList<>();
    ArrayNode documents = Json.mapper().createArrayNode();
    for (JsonNode service : services) {
      String name = service.path("service").asString("");
      Optional<JsonNode> rollout = Optional.ofNullable(foremost.get(name)).or(() -> newest(name));
      ObjectNode document = documents.addObject();
      document.put("service", name);
      document.set("nodes", service.path("nodes"));
      document.set("rollout", rollout.orElse(null));
      List<String> nodes =
          service.path("nodes").valueStream().map(node -> node.path("name").asString("")).toList();
      Optional<RolloutState> state = rollout.map(session::state);
      fleet.add(new FleetView.Service(name, nodes, state));
    }
    if (session.isJson()) {
      session.print(documents);
    } else if (fleet.isEmpty()) {
      session.print(
          Text.of("No service is defined yet; 'serin services apply -f FILE' defines one."));
    } else {
      FleetView view = new FleetView(session.marks(), session.surroundings().zone(), session.now());
      session.print(view.lines(fleet, session.width()));
      session.print(FreezeLines.of(session, null));
    }
    return ExitCode.DONE.number();
  }

  private static boolean isQueued(JsonNode json) {
    return json.path("phase").asString("").equals(RolloutPhase.QUEUED.name());
  }

  private Optional<JsonNode> newest(String service) {
    return session.coordinator().rollouts(service, false, 1) instanceof Answer.Found(JsonNode list)
            && !list.isEmpty()
        ? Optional.of(list.get(0))
        : Optional.empty();
  }
}
