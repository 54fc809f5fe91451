package dev.serin.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The relay before a server that answers every line with itself and closes.
class RelayTest {
  @TempDir Path directory = Path.of("");
  private ServerSocketChannel server;
  private Relay relay;

  @SuppressWarnings("NullAway.Init")
  RelayTest() {}

  @BeforeEach
  void start() throws IOException {
    Path socket = directory.resolve("socket");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::echo);
    relay = new Relay(socket);
  }

  @AfterEach
  void stop() throws IOException {
    relay.close();
    server.close();
  }

  private void echo() {
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        ByteBuffer line = ByteBuffer.allocate(1_000);
        client.read(line);
        client.write(line.flip());
      } catch (IOException closed) {
        return;
      }
    }
  }

  private String said(String line) throws IOException {
    String[] address = relay.address().substring("tcp:".length()).split(":", -1);
    try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
      socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void passesEverythingOn() throws IOException {
    assertThat(said("show info")).isEqualTo("show info\n");
  }

  @Test
  void isLateAndSaysTheSame() throws IOException {
    relay.become(Relay.Mode.SLOW);
    assertThat(said("show info")).isEqualTo("show info\n");
  }

  @Test
  void breaksOffInTheMiddle() throws IOException {
    relay.become(Relay.Mode.CUT);
    assertThat(said("show info")).isEqualTo("show ");
  }

  @Test
  void saysGarbage() throws IOException {
    relay.become(Relay.Mode.GARBLED);
    assertThat(said("show info")).hasSize(10).isNotEqualTo("show info\n");
  }

  @Test
  void isFaithfulAgainAfterwards() throws IOException {
    relay.become(Relay.Mode.GARBLED);
    relay.become(Relay.Mode.FAITHFUL);
    assertThat(said("show info")).isEqualTo("show info\n");
  }
}
