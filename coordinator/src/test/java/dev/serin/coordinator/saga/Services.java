package dev.serin.coordinator.saga;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceReader;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// Definitions to tell stories with: a pool on one load balancer, a window of three probes.
public final class Services {
  public static final String NAME = "api";

  private Services() {}

  /// One canary, then its peers.
  public static ServiceDefinition canaryThenPeers(String canary, String... peers) {
    return canariesThenPeers(List.of(canary), List.of(peers));
  }

  public static ServiceDefinition canariesThenPeers(List<String> canaries, List<String> peers) {
    ObjectNode service = tree();
    canaries.forEach(
        name -> service.withArray("nodes").addObject().put("name", name).put("canary", true));
    peers.forEach(name -> service.withArray("nodes").addObject().put("name", name));
    return read(service);
  }

  /// Of three nodes the canary b2 serves alone at the share 100, before b1 and b3 are updated.
  static ServiceDefinition servesAlone() {
    return with(
        canaryThenPeers("b2", "b1", "b3"),
        """
        {"strategy": "traffic-steps",
         "trafficSteps": [{"share": 50, "window": "60s"},
                          {"share": 100, "window": "90s", "minAvailable": 1}]}
        """);
  }

  /// Two groups of nodes, `blue` and `green`.
  public static ServiceDefinition blueGreen(List<String> blue, List<String> green) {
    ObjectNode service = tree();
    service.put("strategy", "blue-green");
    ObjectNode groups = service.putObject("groups");
    for (String name : blue) {
      service.withArray("nodes").addObject().put("name", name);
      groups.withArray("blue").add(name);
    }
    for (String name : green) {
      service.withArray("nodes").addObject().put("name", name);
      groups.withArray("green").add(name);
    }
    return read(service);
  }

  private static ObjectNode tree() {
    return (ObjectNode)
        Json.mapper()
            .readTree(
                """
                {"service": "api",
                 "pool": "api_pool",
                 "loadBalancers": ["haproxy-1"],
                 "install": {"path": "/opt/api/api", "unit": "api"},
                 "health": {"url": "http://127.0.0.1:8080/health", "within": "60s"},
                 "analysis": {"window": "90s", "interval": "30s", "initialDelay": "10s"},
                 "noData": {"policy": "hold", "limit": "2m", "then": "rollback"},
                 "slis": [{"name": "errors", "query": "errors{node=~\\"$canary\\"}", "max": 0.005}]}
                """);
  }

  /// The definition with some fields replaced; an object's fields are merged.
  public static ServiceDefinition with(ServiceDefinition service, String json) {
    ObjectNode tree = Json.mapper().valueToTree(service);
    ObjectNode patch = (ObjectNode) Json.mapper().readTree(json);
    patch
        .properties()
        .forEach(entry -> {
          if (entry.getValue().isNull()) {
            tree.remove(entry.getKey());
          } else if (entry.getValue().isObject() && tree.get(entry.getKey()) != null) {
            ((ObjectNode) tree.get(entry.getKey())).setAll((ObjectNode) entry.getValue());
          } else {
            tree.set(entry.getKey(), entry.getValue());
          }
        });
    return read(tree);
  }

  public static ServiceDefinition withoutWindow(ServiceDefinition service) {
    return with(service, "{\"analysis\": {\"window\": \"0s\"}}");
  }

  private static ServiceDefinition read(ObjectNode tree) {
    return switch (ServiceReader.read(tree)) {
      case Parsed.Valid<ServiceDefinition>(ServiceDefinition valid) -> valid;
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
          throw new IllegalArgumentException(String.join("; ", problems));
    };
  }
}
