package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.Strategies;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What holds for the strategy `emergency` and for a way back: they are for the incident, in which
/// nodes are ill and nobody answers. Who is ill gets the binary first: it takes no request, so that
/// nobody leaves rotation for it (I2), and is one more for the others afterwards.
final class Incidents {
  private Incidents() {}

  /// Whether it is for an incident.
  ///
  /// @param service as the release wants it
  static boolean isUrgent(ServiceDefinition service, ReleaseRequested request) {
    return service.strategy().equals(Strategies.EMERGENCY)
        || (Strategies.installs(service.strategy())
            && Returns.isWayBack(service.install(), request.artifact()));
  }

  /// The nodes that are ill and have a binary that can be taken back to, each with HAProxy's word
  /// for it: those that are admitted and not in rotation, and those with a unit that is not active.
  /// Who was taken out of rotation by somebody is not ill; nor is whoever serves, whatever else is
  /// wrong with it (a directory that can't be written to, a tool that is missing): a release would
  /// fail there, and take a node that is well.
  static Map<String, String> ill(ServiceDefinition service, Phase.Preflight found) {
    Map<String, String> ill = new LinkedHashMap<>();
    if (found.instances() == null) {
      return ill;
    }
    for (InstanceSeen seen : found.instances().instances()) {
      if (seen.sha256() == null || service.node(seen.node()).isEmpty()) {
        continue;
      }
      List<ServerSeen> servers = servers(found.pool(), seen.node());
      boolean isOut = NodeRecord.areOut(settings(servers));
      boolean isDown = servers.stream().anyMatch(server -> !server.inRotation());
      if (!isOut && (isDown || !seen.ofTheUnit().isEmpty())) {
        ill.put(seen.node(), words(servers));
      }
    }
    return ill;
  }

  private static String words(List<ServerSeen> servers) {
    String down =
        servers.stream()
            .filter(server -> !server.inRotation())
            .map(server -> server.status() + " on " + server.setting().loadBalancer())
            .distinct()
            .collect(Collectors.joining(", "));
    return down.isEmpty() ? "" : " (" + down + ")";
  }

  private static List<ServerSeen> servers(@Nullable PoolChecked pool, String node) {
    return pool == null
        ? List.of()
        : pool.servers().stream().filter(server -> server.node().equals(node)).toList();
  }

  private static List<ServerSetting> settings(List<ServerSeen> servers) {
    return servers.stream().map(ServerSeen::setting).toList();
  }

  /// Those of an instance's problems that a new binary and a restart may mend.
  static List<String> ofTheNode(ServiceDefinition service, InstanceSeen seen) {
    return Switching.relevant(service, seen).stream().filter(seen.ofTheUnit()::contains).toList();
  }

  /// What is said of those that are not as they should be, and do not keep it from starting.
  static List<String> warnings(
      ServiceDefinition service,
      Map<String, String> ill,
      Set<String> leftOut,
      Phase.Preflight found) {
    List<String> warnings = new ArrayList<>();
    ill.forEach((node, how) ->
        warnings.add(node + " is ill" + how + (service.isBlueGreen() ? "" : ": it comes first")));
    if (service.isBlueGreen()) {
      return warnings;
    }
    for (Node node : service.nodes()) {
      List<ServerSetting> settings = settings(servers(found.pool(), node.name()));
      if (!settings.isEmpty() && NodeRecord.areOut(settings) && !leftOut.contains(node.name())) {
        warnings.add(
            node.name()
                + " is in "
                + settings.stream()
                    .map(it ->
                        switch (it.state()) {
                          case MAINT -> "maintenance";
                          case DRAIN -> "drain";
                          case READY -> "rotation with weight " + it.weight();
                        })
                    .distinct()
                    .collect(Collectors.joining(" and "))
                + ": it stays so, and counts as out of rotation");
      }
    }
    return warnings;
  }

  /// Whether nodes that can't be mended go by `onPeerFailure`, as peers do: they came first because
  /// they were ill (or left out), and others have the release and serve by now. To take it back
  /// would give those their ill binary again.
  ///
  /// @param failed of one batch
  static boolean mayStayOut(Draft draft, List<String> failed) {
    Rollout rollout = draft.rollout();
    ServiceDefinition definition = draft.definition;
    if (definition == null || !isUrgent(rollout.service(), draft.request())) {
      return false;
    }
    ServiceDefinition asked =
        switch (Returns.merged(draft, definition, draft.request())) {
          case Parsed.Valid<ServiceDefinition>(ServiceDefinition merged) -> merged;
          case Parsed.Invalid<ServiceDefinition> changed -> definition;
        };
    return asked.canaries().stream().noneMatch(canary -> failed.contains(canary.name()))
        && rollout.steps().stream()
            .anyMatch(step ->
                step.name() == StepName.SERVING
                    && !step.undo()
                    && step.status() == StepStatus.SUCCEEDED
                    && !failed.contains(step.node()));
  }

  /// Those that come first.
  static Set<String> first(Set<String> leftOut, Map<String, String> ill) {
    Set<String> first = new TreeSet<>(leftOut);
    first.addAll(ill.keySet());
    return first;
  }
}
