package dev.serin.lab.fleet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// What a node has.
///
/// @param standsBy whether it is in maintenance; else it takes requests
public record Standing(String digest, boolean standsBy) {

  /// Of every node, by its name.
  public static Map<String, Standing> of(Fleet fleet) throws IOException, InterruptedException {
    Map<String, String> digests = fleet.digests();
    Map<String, Standing> standing = new TreeMap<>();
    fleet
        .servers()
        .forEach((node, server) ->
            standing.put(
                node,
                new Standing(
                    Objects.requireNonNull(digests.get(node)),
                    server.status().startsWith("MAINT"))));
    return standing;
  }

  /// What is not as expected, in HAProxy and in the containers.
  public static List<String> wrong(Fleet fleet, Map<String, Standing> expected)
      throws IOException, InterruptedException {
    List<String> wrong = wrongBinaries(fleet, expected);
    wrong.addAll(wrongServers(fleet, expected));
    return wrong;
  }

  /// As [#wrong(Fleet, Map)], in each load balancer that is there.
  public static List<String> wrongEverywhere(Fleet fleet, Map<String, Standing> expected)
      throws IOException, InterruptedException {
    List<String> wrong = wrongBinaries(fleet, expected);
    for (String balancer : Fleet.balancers()) {
      wrongServers(fleet.servers(balancer), expected)
          .forEach(it -> wrong.add(it + ", in " + balancer));
    }
    return wrong;
  }

  private static List<String> wrongBinaries(Fleet fleet, Map<String, Standing> expected)
      throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    Map<String, String> digests = fleet.digests();
    expected.forEach((node, standing) -> {
      String digest = digests.get(node);
      if (!standing.digest().equals(digest)) {
        wrong.add("expected " + node + " to run " + standing.digest() + ", found " + digest);
      }
    });
    return wrong;
  }

  /// What is not as expected in HAProxy.
  public static List<String> wrongServers(Fleet fleet, Map<String, Standing> expected)
      throws IOException {
    return wrongServers(fleet.servers(), expected);
  }

  private static List<String> wrongServers(
      Map<String, Fleet.Server> servers, Map<String, Standing> expected) {
    List<String> wrong = new ArrayList<>();
    expected.forEach((node, standing) -> {
      Fleet.Server server = Objects.requireNonNull(servers.get(node));
      if (standing.standsBy() && !server.status().startsWith("MAINT")) {
        wrong.add("expected " + node + " in maintenance, found " + server);
      } else if (!standing.standsBy() && (!server.isUp() || server.weight() != 1)) {
        wrong.add("expected " + node + " UP at weight 1, found " + server);
      }
    });
    return wrong;
  }
}
