package dev.serin.haproxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.haproxy.runtime.RuntimeWire.Answered;
import dev.serin.haproxy.runtime.RuntimeWire.Unanswered;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The wires against sockets that behave badly, which a real HAProxy can't be made to do at will:
/// no HAProxy runs here.
class WireTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path dir;

  /// What a fake does with one connection.
  private interface Behaviour {
    void serve(SocketChannel channel) throws IOException;
  }

  private static ServerSocketChannel listen(SocketAddress address, Behaviour behaviour)
      throws IOException {
    ServerSocketChannel server =
        ServerSocketChannel.open(
            address instanceof UnixDomainSocketAddress
                ? StandardProtocolFamily.UNIX
                : StandardProtocolFamily.INET);
    server.bind(address, 1);
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              behaviour.serve(server.accept());
            }
          } catch (IOException closed) {
            // The test has ended.
          }
        });
    return server;
  }

  private SocketAddress unixAddress() {
    return UnixDomainSocketAddress.of(dir.resolve("admin.sock"));
  }

  private RuntimeWire unix(Duration timeout) {
    return WireAddress.parse(List.of("unix:" + dir.resolve("admin.sock"))).open(timeout);
  }

  private static void say(SocketChannel channel, String text) throws IOException {
    channel.read(ByteBuffer.allocate(1_000));
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void asksAndReadsToTheEnd() throws IOException {
    CompletableFuture<String> asked = new CompletableFuture<>();
    try (var _ =
        listen(
            unixAddress(),
            channel -> {
              ByteBuffer line = ByteBuffer.allocate(1_000);
              channel.read(line);
              asked.complete(StandardCharsets.UTF_8.decode(line.flip()).toString());
              channel.write(ByteBuffer.wrap("one\n\n".getBytes(StandardCharsets.UTF_8)));
              channel.write(ByteBuffer.wrap("two".getBytes(StandardCharsets.UTF_8)));
              channel.close();
            })) {
      assertThat(unix(LONG).execute("show info")).isEqualTo(new Answered("one\n\ntwo"));
      assertThat(asked.join()).isEqualTo("show info\n");
    }
  }

  @Test
  void keepsItsHalfOpenForProxiesThatWouldCloseBoth() throws IOException {
    CompletableFuture<Integer> more = new CompletableFuture<>();
    try (var _ =
        listen(
            unixAddress(),
            channel -> {
              channel.read(ByteBuffer.allocate(1_000));
              channel.configureBlocking(false);
              more.complete(channel.read(ByteBuffer.allocate(1_000)));
              channel.write(ByteBuffer.wrap("one\n\n".getBytes(StandardCharsets.UTF_8)));
              channel.close();
            })) {
      assertThat(unix(LONG).execute("show info")).isEqualTo(new Answered("one\n\n"));
      assertThat(more.join()).as("0 is nothing more, -1 the end").isZero();
    }
  }

  @Test
  void givesUpOnASocketThatAcceptsAndSaysNothing() throws IOException {
    try (var _ = listen(unixAddress(), channel -> {})) {
      assertThat(unix(SHORT).execute("show info"))
          .isInstanceOfSatisfying(
              Unanswered.class,
              reply -> assertThat(reply.what()).contains("no answer within 200 ms"));
    }
  }

  @Test
  void givesUpOnAnAnswerWithoutEnd() throws IOException {
    // Long enough for the beginning to come on a busy machine.
    try (var _ = listen(unixAddress(), channel -> say(channel, "Name: HAProxy\n"))) {
      assertThat(unix(Duration.ofSeconds(3)).execute("show info"))
          .isInstanceOfSatisfying(
              Unanswered.class, reply -> assertThat(reply.what()).contains("no end of the answer"));
    }
  }

  @Test
  void givesUpOverTcpToo() throws IOException {
    try (var server =
        listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), channel -> {})) {
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      RuntimeWire wire = WireAddress.parse(List.of("tcp:127.0.0.1:" + port)).open(SHORT);
      assertThat(wire.execute("show info")).isInstanceOf(Unanswered.class);
    }
  }

  @Test
  void saysWhenNobodyListens() {
    assertThat(unix(LONG).execute("show info"))
        .isInstanceOfSatisfying(
            Unanswered.class,
            reply -> assertThat(reply.what()).contains("admin.sock", "No such file"));
    assertThat(
            WireAddress.parse(List.of("tcp:no-such-host.invalid:9999"))
                .open(LONG)
                .execute("show info"))
        .isInstanceOfSatisfying(
            Unanswered.class, reply -> assertThat(reply.what()).contains("does not resolve"));
  }

  @Test
  void saysWhenTheConnectionIsClosedWithoutAWord() throws IOException {
    try (var _ = listen(unixAddress(), SocketChannel::close)) {
      assertThat(unix(LONG).execute("show info")).isInstanceOf(Unanswered.class);
    }
  }

  @Test
  void talksThroughACommand() {
    RuntimeWire wire =
        WireAddress.parse(List.of("sh", "-c", "read line; echo \"$line was asked\"; cat"))
            .open(LONG);
    assertThat(wire.execute("show info")).isEqualTo(new Answered("show info was asked\n"));
  }

  @Test
  void saysWhyACommandFails() {
    assertThat(
            WireAddress.parse(List.of("sh", "-c", "echo no such container >&2; exit 1"))
                .open(LONG)
                .execute("show info"))
        .isInstanceOfSatisfying(
            Unanswered.class, reply -> assertThat(reply.what()).contains("no such container"));
    assertThat(WireAddress.parse(List.of("/no/such/program", "-")).open(LONG).execute("show info"))
        .isInstanceOf(Unanswered.class);
    assertThat(WireAddress.parse(List.of("sh", "-c", "exec sleep 1000")).open(SHORT).execute("x"))
        .isInstanceOfSatisfying(
            Unanswered.class, reply -> assertThat(reply.what()).contains("within 200 ms"));
  }

  @Test
  void opensNoMoreConnectionsThanAllowed() {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger open = new AtomicInteger();
    RuntimeWire wire =
        new LimitedWire(
            line -> {
              open.incrementAndGet();
              try {
                go.await();
              } catch (InterruptedException stopped) {
                return new Unanswered("interrupted");
              }
              return new Answered("done");
            },
            1,
            SHORT);
    CompletableFuture<RuntimeWire.Reply> first =
        CompletableFuture.supplyAsync(() -> wire.execute("show info"));
    dev.serin.haproxy.lab.Eventually.until("one is open", () -> open.get() == 1);
    assertThat(wire.execute("show info"))
        .isInstanceOfSatisfying(
            Unanswered.class, reply -> assertThat(reply.what()).contains("were busy"));
    go.countDown();
    assertThat(first.join()).isEqualTo(new Answered("done"));
    assertThat(open).hasValue(1);
  }

  @Test
  void refusesAddressesItCannotReach() {
    for (String wrong :
        List.of(
            "",
            "unix:",
            "unix:relative",
            "tcp:host",
            "tcp::1",
            "tcp:h:0",
            "tcp:h:99999",
            "http://h:1",
            "socat - /run/x")) {
      assertThatThrownBy(() -> WireAddress.parse(List.of(wrong)))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("expected ");
    }
    assertThat(WireAddress.parse(List.of("tcp:[::1]:9999")))
        .isEqualTo(new WireAddress.Tcp("::1", 9999));
  }
}
