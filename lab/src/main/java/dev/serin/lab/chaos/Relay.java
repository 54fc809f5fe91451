package dev.serin.lab.chaos;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Stands between an agent and a unix socket, on a loopback port of its own, and passes bytes on in
/// the way that it is told to.
final class Relay implements Closeable {
  /// What it does to a connection that begins now.
  enum Mode {
    /// Passes everything on.
    FAITHFUL,
    /// Passes the answer on after two seconds.
    SLOW,
    /// Takes the connection and says nothing for ten seconds, then closes it.
    SILENT,
    /// Passes the command on, and closes in the middle of the answer.
    CUT,
    /// Passes the command on, and changes every seventh byte of the answer.
    GARBLED
  }

  private static final long SLOW_MILLIS = 2_000;
  private static final long SILENT_MILLIS = 10_000;

  private final ServerSocket port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path socket;
  private volatile Mode mode = Mode.FAITHFUL;

  /// @param socket where HAProxy listens
  Relay(Path socket) throws IOException {
    this.socket = socket;
    threads.execute(this::accept);
  }

  /// Its address as the agent's configuration has it.
  String address() {
    return "tcp:127.0.0.1:" + port.getLocalPort();
  }

  void become(Mode now) {
    mode = now;
  }

  private void accept() {
    while (!port.isClosed()) {
      try {
        Socket client = port.accept();
        threads.execute(() -> pass(client, mode));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void pass(Socket client, Mode how) {
    try (client;
        SocketChannel server = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      if (how == Mode.SILENT) {
        TimeUnit.MILLISECONDS.sleep(SILENT_MILLIS);
        return;
      }
      threads.execute(() -> commands(client, server));
      answer(Channels.newInputStream(server), client.getOutputStream(), how);
    } catch (IOException gone) {
      // One side has hung up: so does the relay.
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private static void commands(Socket client, SocketChannel server) {
    try {
      client.getInputStream().transferTo(Channels.newOutputStream(server));
    } catch (IOException gone) {
      // The answer's side ends the connection.
    }
  }

  private static void answer(InputStream from, OutputStream to, Mode how)
      throws IOException, InterruptedException {
    byte[] buffer = new byte[4_096];
    long passed = 0;
    for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
      switch (how) {
        case SLOW -> TimeUnit.MILLISECONDS.sleep(passed == 0 ? SLOW_MILLIS : 0);
        case CUT -> {
          to.write(buffer, 0, length / 2);
          return;
        }
        case GARBLED -> {
          for (int i = 0; i < length; i++) {
            if ((passed + i) % 7 == 3) {
              buffer[i] ^= 0x15;
            }
          }
        }
        case FAITHFUL, SILENT -> {
          // As it is.
        }
      }
      to.write(buffer, 0, length);
      to.flush();
      passed += length;
    }
  }

  @Override
  public void close() throws IOException {
    port.close();
    threads.shutdownNow();
  }
}
