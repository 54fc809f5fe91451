package dev.serin.lab.fleet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the fleet is, on HAProxy's own word and the containers' own files.
public final class Fleet {
  public static final List<String> NODES =
      List.of("backend-api-1", "backend-api-2", "backend-api-3");
  public static final String POOL = "api_pool";
  public static final InetSocketAddress FRONT =
      new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 18080);
  public static final InetSocketAddress RUNTIME =
      new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 19999);
  private static final String BINARY = "/opt/serin-lab/backend-api/backend-api";
  private static final String PRINTED = "/root/printed";
  private static final int TIMEOUT_MILLIS = 5_000;

  private final Path incus;

  /// @param incus the Incus API's unix socket, the real daemon's or the stand-in's
  public Fleet(Path incus) {
    this.incus = incus;
  }

  /// One server line of the pool.
  ///
  /// @param status HAProxy's own word
  /// @param weight the configured one
  public record Server(String status, int weight, int sessions) {
    public boolean isUp() {
      return status.equals("UP");
    }

    /// Whether somebody has taken it out of rotation; one that is down is not.
    public boolean isOut() {
      return weight == 0 || status.startsWith("DRAIN") || status.startsWith("MAINT");
    }
  }

  /// The pool's servers by name, by `show stat`.
  public Map<String, Server> servers() throws IOException {
    List<String> lines = runtime("show stat").lines().toList();
    List<String> columns = List.of(lines.getFirst().substring(2).split(",", -1));
    Map<String, Server> servers = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      if (cells[0].equals(POOL) && NODES.contains(cells[columns.indexOf("svname")])) {
        servers.put(
            cells[columns.indexOf("svname")],
            new Server(
                cells[columns.indexOf("status")],
                Integer.parseInt(cells[columns.indexOf("weight")]),
                Integer.parseInt(cells[columns.indexOf("scur")])));
      }
    }
    return servers;
  }

  /// What HAProxy answers to one command of its runtime API.
  public String runtime(String command) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(RUNTIME, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  /// The digest of the binary that is installed on each node, read out of its container.
  public Map<String, String> digests() throws IOException, InterruptedException {
    Map<String, String> digests = new TreeMap<>();
    for (String node : NODES) {
      digests.put(node, digestOf(node));
    }
    return digests;
  }

  /// As [#digests], without nodes whose binary can't be read now.
  public Map<String, String> readableDigests() throws InterruptedException {
    Map<String, String> digests = new TreeMap<>();
    for (String node : NODES) {
      try {
        digests.put(node, digestOf(node));
      } catch (IOException unreadable) {
        // Its container is down.
      }
    }
    return digests;
  }

  private String digestOf(String node) throws IOException, InterruptedException {
    return sha256(read(node, BINARY));
  }

  /// What a shell's commands print in a node's container. It takes the way through a file there,
  /// since a busy `incus exec` may lose the output of a command that succeeded.
  public String printed(String node, String commands) throws IOException, InterruptedException {
    Process exec =
        new ProcessBuilder(
                "incus", "exec", node, "--", "sh", "-c", "{ " + commands + "; } >" + PRINTED)
            .redirectErrorStream(true)
            .start();
    String complaint =
        new String(exec.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (exec.waitFor() != 0) {
      throw new IOException("expected " + node + " to run: " + commands + ", found: " + complaint);
    }
    return new String(read(node, PRINTED), StandardCharsets.UTF_8);
  }

  /// Incus answers 500 now and then where many look into one container at once; reading changes
  /// nothing, so it is asked again.
  private byte[] read(String node, String file) throws IOException, InterruptedException {
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sSf",
                "--max-time",
                "30",
                "--retry",
                "3",
                "--retry-delay",
                "1",
                "--unix-socket",
                incus.toString(),
                "http://incus/1.0/instances/" + node + "/files?path=" + file)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] bytes = curl.getInputStream().readAllBytes();
    if (curl.waitFor() != 0) {
      throw new IOException("expected to read " + file + " of " + node + " from " + incus);
    }
    return bytes;
  }

  /// The SHA-256 digest of some bytes.
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JVM has SHA-256", impossible);
    }
  }
}
