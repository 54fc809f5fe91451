package dev.serin.lab.backend;

import io.undertow.Undertow;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The process: reads its baked behaviour, listens, and stops on SIGTERM once nobody is in flight.
///
/// `SERIN_LAB_LISTEN` (default `127.0.0.1:8080`) and `SERIN_LAB_NODE` (default: the host's name)
/// exist for the Incus stand-in, where all nodes share one host.
public final class Backend {

  /// Requests in flight at SIGTERM get so long to end: the slowest of the lab's lasts 3 s.
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Undertow server;
  private final BackendHandler handler;

  private Backend(Undertow server, BackendHandler handler) {
    this.server = server;
    this.handler = handler;
  }

  /// Entry point of the artifact.
  public static void main(String[] args) {
    Behaviour behaviour = Behaviour.baked();
    Map<String, String> environment = System.getenv();
    if (behaviour.exitAtOnce()) {
      System.err.println("backend " + behaviour.version() + " exits at once, as it was baked to");
      System.exit(1);
    }
    InetSocketAddress address =
        addressOf(environment.getOrDefault("SERIN_LAB_LISTEN", "127.0.0.1:8080"));
    String node = environment.getOrDefault("SERIN_LAB_NODE", hostName());
    Backend backend = start(behaviour, node, address);
    Runtime.getRuntime().addShutdownHook(new Thread(backend::stop, "stop"));
    Duration crashAfter = behaviour.crashAfter();
    if (crashAfter != null) {
      crashLater(behaviour.version(), crashAfter);
    }
    System.out.println("backend " + behaviour.version() + " listens on " + address);
  }

  /// Listens at once.
  public static Backend start(Behaviour behaviour, String node, InetSocketAddress address) {
    BackendHandler handler = new BackendHandler(behaviour, node);
    Undertow server =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(2)
            .addHttpListener(address.getPort(), address.getHostString())
            .setHandler(handler)
            .build();
    server.start();
    return new Backend(server, handler);
  }

  /// The port listened on, where the address had port 0.
  public int port() {
    return ((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort();
  }

  /// 1. What is new is answered 503, and its connection closed. 2. WebSockets are told to go
  ///    (1001).
  /// 3. Requests in flight end. 4. The port is closed.
  public void stop() {
    handler.drain(GRACE);
    server.stop();
  }

  private static void crashLater(String version, Duration after) {
    Thread.ofPlatform()
        .daemon()
        .name("crash")
        .start(() -> {
          try {
            Thread.sleep(after);
          } catch (InterruptedException e) {
            return;
          }
          System.err.println("backend " + version + " crashes, as it was baked to");
          Runtime.getRuntime().halt(134);
        });
  }

  private static InetSocketAddress addressOf(String text) {
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  /// Without a name server in reach `InetAddress` would take seconds.
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException notLinux) {
      @Nullable String name = System.getenv("HOSTNAME");
      return name == null ? "unknown" : name;
    }
  }
}
