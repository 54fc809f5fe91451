package dev.serin.haproxy.lab;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A node: answers with its own name. `/hold` answers when the test lets it, a request to upgrade
/// becomes a WebSocket that echoes nothing, everything else is answered with the status set.
public final class Backend implements AutoCloseable {
  private final String name;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger webSockets = new AtomicInteger();
  private volatile CountDownLatch release = new CountDownLatch(1);
  private volatile ServerSocket listener;
  private volatile int status = 200;

  public Backend(String name) {
    this.name = name;
    this.listener = listen(0);
    this.port = listener.getLocalPort();
  }

  private ServerSocket listen(int port) {
    try {
      ServerSocket opened = new ServerSocket();
      opened.setReuseAddress(true);
      opened.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      Thread.ofVirtual().start(() -> accept(opened));
      return opened;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public int port() {
    return port;
  }

  public String name() {
    return name;
  }

  /// How many requests are being held now.
  public int held() {
    return held.get();
  }

  public int webSockets() {
    return webSockets.get();
  }

  /// Lets the requests that are held, and all later ones, go.
  public void release() {
    release.countDown();
  }

  public void hold() {
    release = new CountDownLatch(1);
  }

  /// What everything but `/hold` is answered with from now on, health checks too.
  public void answer(int status) {
    this.status = status;
  }

  /// Dies: nobody listens, everything open breaks.
  public void die() {
    close();
  }

  public void rise() {
    listener = listen(port);
  }

  private void accept(ServerSocket from) {
    try {
      while (true) {
        Socket socket = from.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The backend has died.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        String first = line(in);
        if (first.isEmpty()) {
          return;
        }
        boolean upgrade = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
          upgrade |= header.toLowerCase(Locale.ROOT).startsWith("upgrade:");
        }
        if (upgrade) {
          tunnel(in, socket.getOutputStream());
          return;
        }
        if (first.contains("/hold")) {
          held.incrementAndGet();
          try {
            release.await();
          } catch (InterruptedException stopped) {
            return;
          } finally {
            held.decrementAndGet();
          }
          write(socket.getOutputStream(), 200);
        } else {
          write(socket.getOutputStream(), status);
        }
      }
    } catch (IOException gone) {
      // The other side has gone.
    } finally {
      sockets.remove(socket);
    }
  }

  private void tunnel(InputStream in, OutputStream out) throws IOException {
    out.write(
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    webSockets.incrementAndGet();
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } finally {
      webSockets.decrementAndGet();
    }
  }

  private void write(OutputStream out, int status) throws IOException {
    out.write(
        ("HTTP/1.1 "
                + status
                + " X\r\nContent-Length: "
                + name.length()
                + "\r\nContent-Type: text/plain\r\n\r\n"
                + name)
            .getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int c = in.read();
    while (c >= 0 && c != '\n') {
      line.write(c);
      c = in.read();
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() {
    release();
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException alreadyGone) {
      throw new UncheckedIOException(alreadyGone);
    }
  }
}
