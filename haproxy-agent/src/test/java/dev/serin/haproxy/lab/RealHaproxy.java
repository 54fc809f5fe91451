package dev.serin.haproxy.lab;

import dev.serin.haproxy.runtime.LimitedWire;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.haproxy.runtime.WireAddress;
import dev.serin.haproxy.traffic.Fleet;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A real HAProxy in master-worker mode, on ports and sockets of its own, before three backends.
public final class RealHaproxy implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final Path dir;
  private final int front = freePort();
  private final int stats = freePort();
  private final Process process;

  public RealHaproxy(String name, List<Backend> backends) {
    this(name, backends, "/haproxy/haproxy.cfg");
  }

  /// @param configuration a resource with an `api_pool` that checks its servers
  public RealHaproxy(String name, List<Backend> backends, String configuration) {
    this.name = name;
    try {
      this.dir = Files.createTempDirectory("serin-haproxy");
      Files.createFile(dir.resolve("leaving.map"));
      Files.writeString(dir.resolve("haproxy.cfg"), configuration(configuration, backends));
      this.process =
          new ProcessBuilder(
                  "haproxy", "-W", "-S", dir + "/master.sock", "-f", dir + "/haproxy.cfg")
              .redirectErrorStream(true)
              .redirectOutput(dir.resolve("log").toFile())
              .start();
    } catch (IOException missing) {
      throw new UncheckedIOException(
          "these tests need the package haproxy: lab/up installs it", missing);
    }
    Eventually.until(name + " is up: " + dir.resolve("log"), this::up);
  }

  private boolean up() {
    if (!process.isAlive()) {
      throw new AssertionError(name + " has ended: " + dir.resolve("log"));
    }
    String stat = tell("show stat api_pool 4 -1");
    // `UP 1/3` is a server that no check has asked yet.
    return stat.contains("L7OK")
        && !stat.contains(",UP 1/")
        && !stat.contains(",DOWN")
        && masterAnswers();
  }

  /// A master that has just started a worker drops what it is told.
  private boolean masterAnswers() {
    return master().execute("show proc;quit") instanceof RuntimeWire.Answered(String text)
        && text.contains("worker");
  }

  private String configuration(String resource, List<Backend> backends) throws IOException {
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@DIR@", dir.toString())
          .replace("@FRONT@", String.valueOf(front))
          .replace("@STATS@", String.valueOf(stats))
          .replace("@B1@", String.valueOf(backends.get(0).port()))
          .replace("@B2@", String.valueOf(backends.get(1).port()))
          .replace("@B3@", String.valueOf(backends.get(2).port()));
    }
  }

  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public String name() {
    return name;
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + front);
  }

  public Path leavingMap() {
    return dir.resolve("leaving.map");
  }

  public RuntimeWire unix() {
    return open("unix:" + dir + "/admin.sock");
  }

  public RuntimeWire operator() {
    return open("unix:" + dir + "/operator.sock");
  }

  public RuntimeWire tcp() {
    return open("tcp:127.0.0.1:" + stats);
  }

  public RuntimeWire master() {
    return open("unix:" + dir + "/master.sock");
  }

  public RuntimeWire socat() {
    return WireAddress.parse(List.of("socat", "-t5", "-", "UNIX-CONNECT:" + dir + "/admin.sock"))
        .open(TIMEOUT);
  }

  private static RuntimeWire open(String address) {
    return new LimitedWire(WireAddress.parse(List.of(address)).open(TIMEOUT), 4, TIMEOUT);
  }

  /// As a person would have it in the agent's settings, with everything.
  public Fleet.Balancer balancer() {
    return balancer(unix(), master(), leavingMap().toString());
  }

  public Fleet.Balancer balancer(
      RuntimeWire runtime, @Nullable RuntimeWire master, @Nullable String leavingMap) {
    return new Fleet.Balancer(
        new LoadBalancer(name, runtime, master, leavingMap), url(), "socat - " + dir);
  }

  public Fleet fleet() {
    return new Fleet(Map.of(name, balancer()));
  }

  /// Both of them, each by its name.
  public Fleet fleetWith(RealHaproxy other) {
    return new Fleet(Map.of(name, balancer(), other.name, other.balancer()));
  }

  /// A command of a person's, with its answer; empty when there is none.
  public String tell(String command) {
    return unix().execute(command) instanceof RuntimeWire.Answered(String text) ? text : "";
  }

  /// One cell of `show stat`.
  public String stat(String pool, String server, String column) {
    String[] lines = tell("show stat " + pool + " 6 -1").split("\n", -1);
    List<String> header = List.of(lines[0].substring(2).split(",", -1));
    for (String line : lines) {
      String[] cells = line.split(",", -1);
      if (cells.length > 2 && cells[0].equals(pool) && cells[1].equals(server)) {
        return cells[header.indexOf(column)];
      }
    }
    return "";
  }

  public String status(String pool, String server) {
    return stat(pool, server, "status");
  }

  public boolean leaving(String cookie) {
    return tell("show map " + leavingMap()).contains(" " + cookie + " ");
  }

  public void untilStatus(String pool, String server, String status) {
    Eventually.until(
        server + " is " + status + " on " + name, () -> status(pool, server).equals(status));
  }

  /// A hot reload; returns once the new worker serves.
  public void reload() {
    String before = pid();
    Eventually.until(name + "'s master answers", this::masterAnswers);
    var _ = master().execute("reload;quit");
    Eventually.until(name + " has another worker", () -> !pid().isEmpty() && !pid().equals(before));
  }

  private String pid() {
    return tell("show info")
        .lines()
        .filter(line -> line.startsWith("Pid: "))
        .findFirst()
        .orElse("");
  }

  /// Dies at once, old workers too.
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    Eventually.until(name + " is dead", () -> !process.isAlive());
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
      try (var files = Files.walk(dir)) {
        files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    } catch (InterruptedException | IOException failed) {
      throw new AssertionError(failed);
    }
  }
}
