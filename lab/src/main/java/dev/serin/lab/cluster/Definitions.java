package dev.serin.lab.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Services like the lab's own, in its own pool: what is released by one of them is nothing to the
/// others' rollouts.
public final class Definitions {
  private static final String STRATEGY = "strategy: canary-then-peers\n";
  private static final String ANALYSIS = "initialDelay: 2s}";

  private Definitions() {}

  private static String own(Path root) throws IOException {
    return Files.readString(root.resolve("lab/services/backend-api.yaml"));
  }

  /// The same, in which no release is refused for what the SLIs are before it: what is tried is
  /// something else, and another service's bad release may just have left these nodes, or a fault.
  ///
  /// @param own the lab's own definition
  public static String evenIfRed(String own) {
    String even = own.replace(ANALYSIS, "initialDelay: 2s, redBaseline: warn}");
    if (even.equals(own)) {
      throw new IllegalArgumentException(
          "expected an analysis with " + ANALYSIS + ", found " + own);
    }
    return even;
  }

  /// The lab's own service, under its own name, for faults.
  ///
  /// @param root the repository
  /// @param directory where the file goes
  public static Path evenIfRed(Path root, Path directory) throws IOException {
    return written(directory, "backend-api", evenIfRed(own(root)));
  }

  private static Path written(Path directory, String service, String text) throws IOException {
    return Files.writeString(
        directory.resolve(service + ".yaml"),
        text.replace("service: backend-api\n", "service: " + service + "\n"));
  }

  /// `in-tenths`: the canary gets a tenth of the requests for five minutes, then all of them.
  ///
  /// @param root the repository
  /// @param directory where the file goes
  public static Path inTenths(Path root, Path directory) throws IOException {
    return written(
        directory,
        "in-tenths",
        evenIfRed(own(root))
            .replace(
                STRATEGY,
                """
                strategy: traffic-steps
                trafficSteps:
                  - {share: 10, window: 5m}
                  - {share: 100, window: 3s}
                """));
  }

  /// `two-nodes`: the canary and one peer, of which one has to stay.
  ///
  /// @param root the repository
  /// @param directory where the file goes
  public static Path twoNodes(Path root, Path directory) throws IOException {
    return written(
        directory,
        "two-nodes",
        evenIfRed(own(root))
            .replace("  - {name: backend-api-3}\n", "")
            .replace("minAvailable: 2", "minAvailable: 1"));
  }

  /// The lab's own service, under its own name, where processes are killed and started beside the
  /// load all the time: on two cores that alone costs more than the half second that it allows.
  ///
  /// @param root the repository
  /// @param directory where the file goes
  public static Path patient(Path root, Path directory) throws IOException {
    String own = own(root);
    String patient = own.replaceFirst("max: 0\\.5 ", "max: 5 ");
    if (patient.equals(own)) {
      throw new IOException("expected the lab's service to allow half a second, found " + own);
    }
    return written(directory, "backend-api", patient);
  }
}
