package dev.serin.haproxy.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;

/// The runtime API over a unix or TCP socket. The channel never blocks, so that a HAProxy which
/// accepts and then says nothing (it does so at the eleventh connection) costs the time-out, not a
/// thread.
final class SocketWire implements RuntimeWire {
  /// More than any real answer has; whoever sends more is no HAProxy.
  static final int LONGEST_ANSWER_BYTES = 64 * 1024 * 1024;

  private final WireAddress where;
  private final StandardProtocolFamily family;
  private final Supplier<SocketAddress> address;
  private final Duration timeout;

  private SocketWire(
      WireAddress where,
      StandardProtocolFamily family,
      Supplier<SocketAddress> address,
      Duration timeout) {
    this.where = where;
    this.family = family;
    this.address = address;
    this.timeout = timeout;
  }

  static SocketWire unix(WireAddress.UnixSocket where, Duration timeout) {
    return new SocketWire(
        where,
        StandardProtocolFamily.UNIX,
        () -> UnixDomainSocketAddress.of(where.path()),
        timeout);
  }

  static SocketWire tcp(WireAddress.Tcp where, Duration timeout) {
    return new SocketWire(
        where,
        where.host().contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET,
        () -> new InetSocketAddress(where.host(), where.port()),
        timeout);
  }

  /// The time-out that is left, shared by all steps of one exchange.
  private static final class TimeLeft {
    private final long end;

    TimeLeft(Duration timeout) {
      end = System.nanoTime() + timeout.toNanos();
    }

    /// Waits until the channel is ready for the operation; false when the time is up.
    boolean awaits(Selector selector, SelectionKey key, int operation) throws IOException {
      key.interestOps(operation);
      long left = end - System.nanoTime();
      while (left > 0) {
        selector.selectedKeys().clear();
        if (selector.select(Math.max(1, left / 1_000_000)) > 0) {
          return true;
        }
        if (Thread.currentThread().isInterrupted()) {
          throw new IOException("interrupted: the agent is stopping");
        }
        left = end - System.nanoTime();
      }
      return false;
    }
  }

  @Override
  public Reply execute(String line) {
    TimeLeft time = new TimeLeft(timeout);
    try (Selector selector = Selector.open();
        SocketChannel channel = SocketChannel.open(family)) {
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, 0);
      if (!channel.connect(address.get())) {
        if (!time.awaits(selector, key, SelectionKey.OP_CONNECT)) {
          return late("no connection");
        }
        if (!channel.finishConnect()) {
          return new Unanswered("no connection to " + where);
        }
      }
      ByteBuffer out = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
      while (out.hasRemaining()) {
        if (channel.write(out) == 0 && !time.awaits(selector, key, SelectionKey.OP_WRITE)) {
          return late("nobody reading");
        }
      }
      // Our half stays open: Incus's proxy device takes its end for the end of both.
      return read(selector, key, channel, time);
    } catch (IOException | UnresolvedAddressException failed) {
      String cause =
          failed instanceof UnresolvedAddressException
              ? "its name does not resolve"
              : failed.getMessage();
      return new Unanswered(where + ": " + cause);
    }
  }

  private Reply read(Selector selector, SelectionKey key, SocketChannel channel, TimeLeft time)
      throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream(8_192);
    ByteBuffer in = ByteBuffer.allocate(65_536);
    while (true) {
      int count = channel.read(in);
      if (count < 0) {
        return text.size() == 0
            ? new Unanswered(where + " closed the connection without an answer")
            : new Answered(text.toString(StandardCharsets.UTF_8));
      }
      if (count == 0 && !time.awaits(selector, key, SelectionKey.OP_READ)) {
        return late(text.size() == 0 ? "no answer" : "no end of the answer");
      }
      text.write(in.array(), 0, in.position());
      in.clear();
      if (text.size() > LONGEST_ANSWER_BYTES) {
        return new Unanswered(where + " answered without end");
      }
    }
  }

  private Unanswered late(String what) {
    return new Unanswered(where + ": " + what + " within " + timeout.toMillis() + " ms");
  }
}
