package dev.serin.lab.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A WebSocket that listens to the backend's heartbeats, and connects again when it is closed.
final class WebSocketClient {

  /// The backend sends a heartbeat each second: after so long a silent one counts as closed.
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private static final long RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int OPCODE_CLOSE = 8;

  private final InetSocketAddress target;
  private final LoadCounts counts;
  private volatile @Nullable HttpConnection current;

  WebSocketClient(InetSocketAddress target, LoadCounts counts) {
    this.target = target;
    this.counts = counts;
  }

  void run(BooleanSupplier isOver) {
    while (!isOver.getAsBoolean()) {
      try (HttpConnection connection = HttpConnection.to(target, SILENCE)) {
        current = connection;
        listen(connection, isOver);
      } catch (IOException noHandshake) {
        if (!isOver.getAsBoolean()) {
          counts.webSocketRefused();
        }
      }
      LockSupport.parkNanos(RECONNECT_NANOS);
    }
  }

  /// Hangs up: the load is over.
  void leave() {
    HttpConnection connection = current;
    if (connection != null) {
      connection.close();
    }
  }

  private void listen(HttpConnection connection, BooleanSupplier isOver) throws IOException {
    connection.send(
        "/ws",
        List.of(
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: c2VyaW4tbGFiLWxvYWQhIQ=="));
    HttpConnection.Response response = connection.readHead();
    if (response.status() != 101) {
      throw new IOException("expected 101 for a WebSocket, was " + response.status());
    }
    String node = response.headers().getOrDefault("x-node", LoadCounts.UNKNOWN);
    counts.webSocketOpened(node);
    readUntilClosed(new DataInputStream(connection.input()), isOver);
    if (isOver.getAsBoolean()) {
      counts.webSocketLeft(node);
    } else {
      counts.webSocketClosed(node);
    }
  }

  /// Frames of a server, RFC 6455, section 5.2: never masked.
  private static void readUntilClosed(DataInputStream in, BooleanSupplier isOver) {
    try {
      while (!isOver.getAsBoolean()) {
        int opcode = in.readUnsignedByte() & 0x0f;
        long length = in.readUnsignedByte() & 0x7f;
        if (length == 126) {
          length = in.readUnsignedShort();
        } else if (length == 127) {
          length = in.readLong();
        }
        in.skipNBytes(length);
        if (opcode == OPCODE_CLOSE) {
          return;
        }
      }
    } catch (IOException closed) {
      // Whether by a close frame, an end or a reset: it is closed.
    }
  }
}
