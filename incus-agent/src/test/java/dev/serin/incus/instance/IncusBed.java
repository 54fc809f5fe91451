package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.contracts.json.Json;
import dev.serin.incus.http.JettyWire;
import dev.serin.incus.rest.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/// A throw-away instance of a real Incus with systemd in it, made from the lab's image. What tests
/// do in it goes past Incus, into the instance's namespaces: that is a tenth of the work of an
/// execution by Incus, and loses no output on a busy machine.
final class IncusBed implements Bed, AutoCloseable {
  private static final String UNIT =
      """
      [Service]
      ExecStart=/opt/app/app
      Restart=always
      RestartSec=100ms
      TimeoutStopSec=3s
      """;

  private final String instance = "serin-it-" + UUID.randomUUID().toString().substring(0, 8);
  private final JettyWire wire;

  private IncusBed() {
    this.wire = JettyWire.unix("default", socket());
  }

  static IncusBed start() {
    IncusBed bed = new IncusBed();
    String image =
        lines(run("incus", "image", "list", "--format=csv", "--columns=l")).stream()
            .filter(alias -> alias.startsWith("serin-lab-"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("expected the lab's image; run lab/up once"));
    String pool = lines(run("incus", "storage", "list", "--format=csv", "--columns=n")).getFirst();
    run("incus", "launch", image, bed.instance, "--no-profiles", "--storage=" + pool);
    bed.shell(
        "until systemctl is-system-running | grep -qE 'running|degraded'; do sleep 0.1; done");
    bed.write("/etc/systemd/system/app.service", UNIT.getBytes(UTF_8));
    bed.shell("mkdir -p /opt/app && systemctl daemon-reload");
    return bed;
  }

  static Path socket() {
    return Path.of("/var/lib/incus/unix.socket");
  }

  private static List<String> lines(String text) {
    return text.lines().toList();
  }

  @Override
  public Wire wire() {
    return wire;
  }

  @Override
  public String instance() {
    return instance;
  }

  @Override
  public String directory() {
    return "/opt/app";
  }

  /// Waits until the server runs nothing in the instance any more: an execution whose connection
  /// was cut may begin late, and would meet what the next act has laid out.
  private void awaitQuiet() {
    String running = "";
    for (int look = 0; look < 400; look++) {
      String operations =
          run(
              "curl",
              "-sS",
              "--unix-socket",
              socket().toString(),
              "http://incus/1.0/operations?recursion=1");
      running = Json.mapper().readTree(operations).path("metadata").path("running").toString();
      if (!running.contains("/" + instance + "\"")) {
        return;
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new AssertionError("expected nothing to run in the instance any more: " + running);
  }

  @Override
  public void reset(Map<String, byte[]> files) {
    awaitQuiet();
    StringBuilder script =
        new StringBuilder(
            "mkdir -p /opt/app; exec 9</opt/app; flock -w 30 9; rm -rf /opt/app; mkdir -p /opt/app/.serin\n");
    files.forEach((path, content) ->
        script
            .append("base64 -d >'/opt/app/")
            .append(path)
            .append("' <<'END'\n")
            .append(Base64.getEncoder().encodeToString(content))
            .append("\nEND\n"));
    inside(script.toString().getBytes(UTF_8), "sh", "-eu");
  }

  @Override
  public SortedMap<String, String> digests() {
    awaitQuiet();
    SortedMap<String, String> digests = new TreeMap<>();
    // Under the scripts' own lock: one that nobody waits for any more may still be at work.
    shell(
            "exec 9</opt/app; flock -w 30 9; cd /opt/app && find . -type f ! -name '.*.fence-*' -exec sha256sum {} +")
        .lines()
        .forEach(line -> digests.put(line.substring(68), line.substring(0, 64)));
    return digests;
  }

  void write(String path, byte[] content) {
    inside(content, "sh", "-euc", "rm -f \"$1\"; cat >\"$1\"; chmod 755 \"$1\"", "sh", path);
  }

  /// Installs a binary as an operator does, and starts it.
  void serve(byte[] binary) {
    shell("systemctl stop app; systemctl reset-failed app 2>/dev/null || :");
    write("/opt/app/app", binary);
    shell("systemctl start app");
  }

  String property(String name) {
    return shell("systemctl show --value -p " + name + " app").strip();
  }

  /// What shell commands in the instance print.
  String shell(String script) {
    return inside(new byte[0], "sh", "-uc", "exec 2>&1\n" + script);
  }

  /// Runs a command as the instance's root, in all of its namespaces.
  private String inside(byte[] input, String... command) {
    List<String> all =
        new ArrayList<>(
            List.of("nsenter", "--target", pid(), "--all", "--setuid", "0", "--setgid", "0", "--"));
    all.addAll(List.of(command));
    return command(input, all.toArray(String[]::new));
  }

  /// Its first process, as the host sees it. It may have been started anew.
  private String pid() {
    String state =
        run(
            "curl",
            "-sS",
            "--unix-socket",
            socket().toString(),
            "http://incus/1.0/instances/" + instance + "/state");
    return Json.mapper().readTree(state).path("metadata").path("pid").asString();
  }

  static String run(String... command) {
    return command(new byte[0], command);
  }

  private static String command(byte[] input, String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (OutputStream stream = process.getOutputStream()) {
        stream.write(input);
      }
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      process.getInputStream().transferTo(output);
      if (process.waitFor() != 0) {
        throw new AssertionError(List.of(command) + ": " + output.toString(UTF_8));
      }
      return output.toString(UTF_8);
    } catch (IOException notRun) {
      throw new UncheckedIOException(notRun);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }

  @Override
  public void close() {
    wire.close();
    run("incus", "delete", "--force", instance);
  }
}
