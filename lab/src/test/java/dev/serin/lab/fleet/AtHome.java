package dev.serin.lab.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/// Every test of the system finds each node in rotation with its weight: what one that failed has
/// left out is not the next one's failure. Before each class the lab is reset where a test has
/// failed and a node is out; one that is out though none has failed is the class before's failure,
/// and told as such. Within a class, what comes after a failure that left a node out fails at once
/// and names it, and does not wait minutes for a rollout that every preflight rejects.
public final class AtHome implements BeforeAllCallback, BeforeEachCallback, TestWatcher {
  /// Where Serin listens in the lab: its own ports, and those of its tests.
  private static final List<Integer> SERIN = List.of(7070, 9092, 17070, 19192);

  private static final int TIMEOUT_MILLIS = 500;

  private static boolean anyFailed;
  private static String classBefore = "whoever came before";

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private @Nullable String failed;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
    String before = classBefore;
    classBefore = context.getDisplayName();
    List<String> out = out();
    if (out.isEmpty()) {
      return;
    }
    if (!anyFailed) {
      throw new AssertionError("none of its tests failed, and " + before + " left " + out);
    }
    for (int port : SERIN) {
      if (isAnswered(port)) {
        throw new IOException(
            "expected nobody at work on the lab's fleet, found somebody on port " + port);
      }
    }
    System.out.println("  " + before + " left " + out + ": lab/up --reset");
    reset();
  }

  private void reset() throws IOException, InterruptedException {
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
    anyFailed = true;
    if (failed == null) {
      failed = context.getDisplayName();
    }
  }

  private static boolean isAnswered(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      return true;
    } catch (IOException nobody) {
      return false;
    }
  }

  private List<String> out() throws IOException {
    List<String> out = new ArrayList<>();
    for (String balancer : Fleet.balancers()) {
      fleet
          .servers(balancer)
          .forEach((node, server) -> {
            if (server.isOut() || server.weight() != 1) {
              out.add(
                  "%s %s at weight %d in %s"
                      .formatted(node, server.status(), server.weight(), balancer));
            }
          });
    }
    return out;
  }
}
