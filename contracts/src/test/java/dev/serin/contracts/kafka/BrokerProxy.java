package dev.serin.contracts.kafka;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Stands before a broker, and cuts off those of its clients that it is told to, by the name that
/// they give themselves in each request (`client.id`). Nothing of theirs passes then, either way;
/// it does later on, as on a network that was away.
final class BrokerProxy implements Closeable {
  private static final int LARGEST_HEADER_BYTES = 1_000;

  private final ServerSocket port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final CompletableFuture<Integer> broker = new CompletableFuture<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable String cutOff;

  BrokerProxy() throws IOException {
    threads.execute(this::accept);
  }

  /// `host:port`
  String address() {
    return "127.0.0.1:" + port.getLocalPort();
  }

  /// Where the broker listens; until then everybody waits.
  void standsBefore(int brokersPort) {
    broker.complete(brokersPort);
  }

  /// @param name how the names of its clients begin
  void cutsOff(String name) {
    becomes(name);
  }

  void cutsOffNobody() {
    becomes(null);
  }

  private void becomes(@Nullable String name) {
    lock.lock();
    try {
      cutOff = name;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!port.isClosed()) {
      try {
        Socket client = port.accept();
        threads.execute(() -> pass(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void pass(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), broker.join())) {
      byte[] first = firstRequest(client.getInputStream());
      String name = nameIn(first);
      untilItMayPass(name);
      server.getOutputStream().write(first);
      threads.execute(() -> copy(name, client, server));
      copy(name, server, client);
    } catch (IOException | InterruptedException gone) {
      // One side has hung up, or the test is over: so does the proxy.
    }
  }

  /// As much of it as tells who it is.
  private static byte[] firstRequest(InputStream from) throws IOException {
    DataInputStream in = new DataInputStream(from);
    byte[] size = in.readNBytes(Integer.BYTES);
    if (size.length < Integer.BYTES) {
      throw new IOException("hung up without a request");
    }
    int length = Math.min(ByteBuffer.wrap(size).getInt(), LARGEST_HEADER_BYTES);
    byte[] header = in.readNBytes(length);
    return ByteBuffer.allocate(size.length + header.length).put(size).put(header).array();
  }

  /// After the size come the API's key, its version and the request's number.
  private static String nameIn(byte[] request) {
    ByteBuffer buffer = ByteBuffer.wrap(request).position(3 * Integer.BYTES);
    byte[] name = new byte[Math.max(0, buffer.getShort())];
    buffer.get(name);
    return new String(name, StandardCharsets.UTF_8);
  }

  private void copy(String name, Socket from, Socket to) {
    byte[] buffer = new byte[16 * 1024];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        untilItMayPass(name);
        out.write(buffer, 0, length);
      }
      to.shutdownOutput();
    } catch (IOException | InterruptedException gone) {
      // The other direction ends the connection.
    }
  }

  private void untilItMayPass(String name) throws InterruptedException {
    lock.lock();
    try {
      while (cutOff != null && name.startsWith(cutOff)) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    port.close();
    threads.shutdownNow();
  }
}
