package dev.serin.lab.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/// Every test of the system finds the fleet at home: what one that failed has left out is not the
/// next one's failure. Before each class the lab is reset where a node is out; within a class, what
/// comes after a failure that left a node out fails at once and names it, and does not wait minutes
/// for a rollout that every preflight rejects.
public final class AtHome implements BeforeAllCallback, BeforeEachCallback, TestWatcher {
  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private @Nullable String failed;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
    List<String> out = out();
    if (out.isEmpty()) {
      return;
    }
    System.out.println("  the fleet is not at home, lab/up --reset: " + out);
    Path root = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    ProcessBuilder builder =
        new ProcessBuilder(root.resolve("lab/up").toString(), "--reset").inheritIO();
    builder.environment().put("SERIN_BUILD", "never");
    int code = builder.start().waitFor();
    List<String> still = out();
    if (code != 0 || !still.isEmpty()) {
      throw new IOException(
          "expected lab/up --reset to mend it, found exit " + code + ", " + still);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    List<String> out = failed == null ? List.of() : out();
    if (!out.isEmpty()) {
      throw new AssertionError("not tried: " + failed + " failed and left " + out);
    }
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    if (failed == null) {
      failed = context.getDisplayName();
    }
  }

  private List<String> out() throws IOException {
    List<String> out = new ArrayList<>();
    for (String balancer : Fleet.balancers()) {
      fleet
          .servers(balancer)
          .forEach((node, server) -> {
            if (!server.isUp() || server.weight() != 1) {
              out.add(
                  node
                      + " "
                      + server.status()
                      + " at weight "
                      + server.weight()
                      + " in "
                      + balancer);
            }
          });
    }
    return out;
  }
}
