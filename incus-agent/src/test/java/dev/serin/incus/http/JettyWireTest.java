package dev.serin.incus.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.incus.rest.Call;
import dev.serin.incus.rest.Content;
import dev.serin.incus.rest.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The wire on a unix socket, with a server that says just what it is told to.
class JettyWireTest {
  @TempDir Path directory;

  private final List<String> received = new CopyOnWriteArrayList<>();
  private volatile String answer =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  private ServerSocketChannel server;
  private JettyWire wire;

  @BeforeEach
  void open() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket()));
    Thread.ofVirtual().start(this::serve);
    wire = JettyWire.unix("default", socket());
  }

  @AfterEach
  void close() throws IOException {
    wire.close();
    server.close();
  }

  private Path socket() {
    return directory.resolve("incus.sock");
  }

  private void serve() {
    try {
      while (true) {
        try (SocketChannel client = server.accept()) {
          received.add(readRequest(client));
          client.write(ByteBuffer.wrap(answer.getBytes(ISO_8859_1)));
          if (answer.isEmpty()) {
            client.read(ByteBuffer.allocate(1));
          }
        }
      }
    } catch (AsynchronousCloseException closed) {
      // The test is over.
    } catch (IOException broken) {
      received.add(broken.toString());
    }
  }

  private static String readRequest(SocketChannel client) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    while (client.read(buffer) >= 0) {
      bytes.write(buffer.array(), 0, buffer.position());
      buffer.clear();
      String request = bytes.toString(ISO_8859_1);
      int end = request.indexOf("\r\n\r\n");
      if (end >= 0 && request.length() - end - 4 >= length(request)) {
        return request;
      }
    }
    return bytes.toString(ISO_8859_1);
  }

  private static int length(String request) {
    return request
        .lines()
        .filter(line -> line.startsWith("Content-Length: "))
        .findFirst()
        .map(line -> Integer.parseInt(line.substring("Content-Length: ".length())))
        .orElse(0);
  }

  private static Call call(Call.Method method, @Nullable Content content, Duration timeout) {
    return new Call(
        method,
        "/1.0/instances",
        Map.of("project", "team one"),
        Map.of("X-Incus-mode", "0600"),
        content == null ? "" : "application/octet-stream",
        content,
        timeout);
  }

  @Test
  void asksWithPathQueryAndHeaders() throws IOException {
    Reply reply = wire.exchange(call(Call.Method.GET, null, Duration.ofSeconds(10)));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(new String(reply.body(), UTF_8)).isEqualTo("ok");
    assertThat(received.getFirst())
        .startsWith("GET /1.0/instances?project=team+one HTTP/1.1\r\n")
        .contains("X-Incus-mode: 0600\r\n");
  }

  @Test
  void sendsTheWholeContentWithItsLength() throws IOException {
    byte[] content = new byte[3_000_000];
    Arrays.fill(content, (byte) 'x');
    wire.exchange(call(Call.Method.POST, Content.of(content), Duration.ofSeconds(30)));
    assertThat(received.getFirst())
        .contains("Content-Length: 3000000\r\n")
        .endsWith("\r\n\r\n" + "x".repeat(content.length));
  }

  @Test
  void aServerThatNeverAnswersTakesNoLongerThanTheTimeout() {
    answer = "";
    assertThatThrownBy(() -> wire.exchange(call(Call.Method.GET, null, Duration.ofMillis(300))))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("no answer within");
  }

  @Test
  void halfAnAnswerIsNone() {
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n{\"type\":";
    assertThatThrownBy(() -> wire.exchange(call(Call.Method.GET, null, Duration.ofSeconds(10))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatIsNotHttpIsNoAnswer() {
    answer = "SSH-2.0-OpenSSH_9.2\r\n";
    assertThatThrownBy(() -> wire.exchange(call(Call.Method.GET, null, Duration.ofSeconds(10))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aMissingSocketIsNamed() {
    Path missing = directory.resolve("missing.sock");
    try (JettyWire nowhere = JettyWire.unix("default", missing)) {
      assertThatThrownBy(
              () -> nowhere.exchange(call(Call.Method.GET, null, Duration.ofSeconds(10))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("missing.sock");
    }
  }
}
