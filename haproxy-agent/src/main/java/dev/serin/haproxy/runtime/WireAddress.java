package dev.serin.haproxy.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Where a runtime API is reached.
public sealed interface WireAddress {
  /// A unix socket on this machine.
  record UnixSocket(Path path) implements WireAddress {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /// A TCP socket.
  record Tcp(String host, int port) implements WireAddress {
    @Override
    public String toString() {
      return "tcp:" + host + ":" + port;
    }
  }

  /// A program whose standard input and output talk to the socket.
  record Command(List<String> argv) implements WireAddress {
    public Command {
      argv = List.copyOf(argv);
    }

    @Override
    public String toString() {
      return "the command " + String.join(" ", argv);
    }
  }

  /// Reads `unix:PATH`, `tcp:HOST:PORT` or a command's arguments.
  ///
  /// @throws IllegalArgumentException for anything else; it says what was expected
  static WireAddress parse(List<String> words) {
    if (words.isEmpty() || words.getFirst().isBlank()) {
      throw new IllegalArgumentException(
          "expected unix:/path/to.sock, tcp:host:port or a command as a list, was empty");
    }
    String first = words.getFirst();
    if (words.size() > 1) {
      return new Command(words);
    }
    if (first.startsWith("unix:/")) {
      return new UnixSocket(Path.of(first.substring("unix:".length())));
    }
    if (first.startsWith("tcp:")) {
      int colon = first.lastIndexOf(':');
      String host = colon > 4 ? first.substring(4, colon) : "";
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      if (!host.isBlank() && first.substring(colon + 1).matches("[0-9]{1,5}")) {
        int port = Integer.parseInt(first.substring(colon + 1));
        if (port >= 1 && port <= 65_535) {
          return new Tcp(host, port);
        }
      }
      throw new IllegalArgumentException("expected tcp:host:port, was '" + first + "'");
    }
    if (first.startsWith("/") && !first.contains(" ")) {
      return new Command(words);
    }
    throw new IllegalArgumentException(
        "expected unix:/path/to.sock, tcp:host:port or a command as a list such as [\"incus\","
            + " \"exec\", \"haproxy\", \"--\", \"socat\", \"-t5\", \"-\","
            + " \"/run/haproxy/admin.sock\"], was '"
            + first
            + "'");
  }

  /// How a person reaches it: a shell command that takes a line on its standard input. Its own half
  /// of a connection stays open, as an Incus proxy device needs it.
  default String shell() {
    return switch (this) {
      case UnixSocket(Path path) -> "socat -t5 - " + quoted("UNIX-CONNECT:" + path + ",shut-none");
      case Tcp(String host, int port) -> "socat -t5 - " + quoted("TCP:" + host + ":" + port);
      case Command(List<String> argv) ->
          argv.stream().map(WireAddress::quoted).collect(java.util.stream.Collectors.joining(" "));
    };
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /// A wire to this address.
  ///
  /// @param timeout for connecting, asking and answering together
  default RuntimeWire open(Duration timeout) {
    return switch (this) {
      case UnixSocket unix -> SocketWire.unix(unix, timeout);
      case Tcp tcp -> SocketWire.tcp(tcp, timeout);
      case Command command -> new CommandWire(command, timeout);
    };
  }
}
