package dev.serin.lab.chaos;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The fleet once everything is mended and one more release has completed: in HAProxy, and in each
/// container.
final class Aftermath {
  private static final String LEAVING = "/run/serin-lab/haproxy-1/leaving.map";
  private static final String INSTALLED = "/opt/serin-lab/backend-api";

  private final Fleet fleet;
  private final List<String> violations = new ArrayList<>();

  private Aftermath(Fleet fleet) {
    this.fleet = fleet;
  }

  /// What is not as it should be.
  ///
  /// @param before the servers at the beginning of the run
  static List<String> violations(Fleet fleet, Map<String, Fleet.Server> before, Operator.Told last)
      throws IOException, InterruptedException {
    Aftermath aftermath = new Aftermath(fleet);
    aftermath.servers(before);
    aftermath.versions(last);
    aftermath.leaving();
    aftermath.leftBehind();
    return aftermath.violations;
  }

  private void servers(Map<String, Fleet.Server> before) throws IOException {
    Map<String, Fleet.Server> after = fleet.servers();
    before.forEach((node, was) -> {
      Fleet.Server server = after.get(node);
      if (server == null || !server.isUp() || was.weight() != server.weight()) {
        violations.add(node + " was " + was + " before and is " + server);
      }
    });
  }

  private void versions(Operator.Told last) throws IOException, InterruptedException {
    if (!last.phase().equals("COMPLETED")) {
      violations.add("the last release, without faults, ended " + last.phase() + ": " + last.end());
    }
    String expected = Releases.digest(last.release().artifact());
    fleet
        .digests()
        .forEach((node, digest) -> {
          if (!digest.equals(expected)) {
            violations.add(node + " does not run " + last.release().version());
          }
        });
  }

  private void leaving() throws IOException {
    String entries = fleet.runtime("show map " + LEAVING).strip();
    if (!entries.isEmpty()) {
      violations.add("expected nobody in the leaving map, found " + entries);
    }
  }

  /// Halves of binaries, and the lock under which a command has its effect.
  private void leftBehind() throws IOException, InterruptedException {
    for (String node : Fleet.NODES) {
      String files =
          fleet
              .printed(
                  node, "find " + INSTALLED + " -name '*.part' -o -name '*.tmp-*' -o -name '*.new'")
              .strip();
      if (!files.isEmpty()) {
        violations.add("expected nothing half done on " + node + ", found " + files);
      }
      if (!fleet
          .printed(node, "flock -w 5 " + INSTALLED + " echo free || echo held")
          .contains("free")) {
        violations.add("expected nobody to hold the lock of " + INSTALLED + " on " + node);
      }
    }
  }
}
