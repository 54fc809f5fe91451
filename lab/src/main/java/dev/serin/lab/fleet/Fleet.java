package dev.serin.lab.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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

  /// The second load balancer's front end, where there is one.
  public static final InetSocketAddress FRONT_2 =
      new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 18081);

  public static final InetSocketAddress RUNTIME =
      new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 19999);
  private static final Path RUN = Path.of("/run/serin-lab");
  private static final List<String> BALANCERS = List.of("haproxy-1", "haproxy-2");
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

  /// The load balancers that are there: two on real containers, one where they are stood in for.
  public static List<String> balancers() {
    try {
      String configuration = Files.readString(RUN.resolve("serin.yaml"));
      return BALANCERS.stream().filter(name -> configuration.contains(name + ":")).toList();
    } catch (IOException absent) {
      throw new UncheckedIOException("expected the lab to be up; lab/up starts it", absent);
    }
  }

  /// The front ends of the load balancers that are there.
  public static List<InetSocketAddress> fronts() {
    return List.of(FRONT, FRONT_2).subList(0, balancers().size());
  }

  private static Path socket(String balancer) {
    return RUN.resolve(balancer).resolve("admin.sock");
  }

  /// The pool's servers by name, by `show stat` of the first load balancer.
  public Map<String, Server> servers() throws IOException {
    return parsed(runtime("show stat"));
  }

  /// As [#servers()], by one load balancer's word.
  public Map<String, Server> servers(String balancer) throws IOException {
    return parsed(runtime(balancer, "show stat"));
  }

  private static Map<String, Server> parsed(String stat) {
    List<String> lines = stat.lines().toList();
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

  /// What one load balancer answers to one command of its runtime API.
  public String runtime(String balancer, String command) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket(balancer)))) {
      channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
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
