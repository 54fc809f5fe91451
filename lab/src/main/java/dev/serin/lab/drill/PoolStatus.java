package dev.serin.lab.drill;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What HAProxy says of a pool's servers, by `show stat` over its TCP runtime socket.
final class PoolStatus {

  private static final int TIMEOUT_MILLIS = 5_000;

  private final InetSocketAddress runtime;
  private final String pool;

  PoolStatus(InetSocketAddress runtime, String pool) {
    this.runtime = runtime;
    this.pool = pool;
  }

  /// Server name to status, such as `UP`, `DOWN`, `MAINT`.
  Map<String, String> servers() throws IOException {
    return parse(ask("show stat"), pool);
  }

  private String ask(String command) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(runtime, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  /// Columns by their names in the header: their positions vary with the version.
  static Map<String, String> parse(String csv, String pool) {
    List<String> lines = csv.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().startsWith("# ")) {
      throw new IllegalArgumentException(
          "expected the header of 'show stat', was '" + csv.lines().findFirst().orElse("") + "'");
    }
    List<String> columns = List.of(lines.getFirst().substring(2).split(",", -1));
    int name = columns.indexOf("svname");
    int status = columns.indexOf("status");
    Map<String, String> servers = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      if (cells.length > status && cells[0].equals(pool) && !isTotal(cells[name])) {
        servers.put(cells[name], cells[status]);
      }
    }
    return servers;
  }

  private static boolean isTotal(String name) {
    return name.equals("BACKEND") || name.equals("FRONTEND");
  }
}
