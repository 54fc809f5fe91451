package dev.serin.haproxy.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketFrontDoorTest {
  private final SocketFrontDoor door = new SocketFrontDoor(Duration.ofSeconds(20));
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  @TempDir Path dir;

  private FrontDoor.Answer get(String url, @Nullable String host, @Nullable Path ca) {
    return door.get(
        new FrontDoor.Request(
            URI.create(url), "/health?x=1", host, ca == null ? null : ca.toString(), "A=b"));
  }

  private void serve(ServerSocket server, String answer) {
    Thread.ofVirtual()
        .start(() -> {
          while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
              InputStream in = socket.getInputStream();
              StringBuilder request = new StringBuilder();
              int c = in.read();
              while (c >= 0 && request.indexOf("\r\n\r\n") < 0) {
                request.append((char) c);
                c = request.indexOf("\r\n\r\n") < 0 ? in.read() : -1;
              }
              asked.add(request.toString());
              socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException refusedOrClosed) {
              // A handshake that was refused, or the test's end.
            }
          }
        });
  }

  private static ServerSocket plain() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @Test
  void asksLikeAUserAndReadsStatusAndCookies() throws Exception {
    try (ServerSocket server = plain()) {
      serve(
          server,
          "HTTP/1.1 302 Found\r\nset-cookie: SERVERID=c2; path=/\r\nSet-Cookie: x=y\r\n\r\nbody");
      FrontDoor.Answer answer =
          get("http://127.0.0.1:" + server.getLocalPort(), "fleet.example", null);
      assertThat(answer)
          .isInstanceOfSatisfying(
              FrontDoor.Served.class,
              served -> {
                assertThat(served.status()).isEqualTo(302);
                assertThat(served.sets("SERVERID")).isTrue();
                assertThat(served.sets("SERVER")).isFalse();
              });
      assertThat(asked.take())
          .startsWith("GET /health?x=1 HTTP/1.1\r\nHost: fleet.example\r\n")
          .contains("Connection: close\r\nCookie: A=b\r\n\r\n");
    }
  }

  @Test
  void whatIsNoHttpIsNoAnswer() throws Exception {
    try (ServerSocket server = plain()) {
      serve(server, "SSH-2.0-OpenSSH_9.2\r\n");
      assertThat(get("http://127.0.0.1:" + server.getLocalPort(), null, null))
          .isInstanceOfSatisfying(
              FrontDoor.Silent.class, silent -> assertThat(silent.what()).contains("SSH-2.0"));
    }
  }

  @Test
  void verifiesHttpsByTheFileAndTheNameGiven() throws Exception {
    KeyStore keys = certificate();
    Path ca = dir.resolve("ca.pem");
    Files.writeString(
        ca,
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("it").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    try (ServerSocket server =
        context
            .getServerSocketFactory()
            .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      serve(server, "HTTP/1.1 200 OK\r\n\r\n");
      String url = "https://127.0.0.1:" + server.getLocalPort();

      assertThat(get(url, "fleet.example", ca)).isInstanceOf(FrontDoor.Served.class);
      assertThat(get(url, "other.example", ca))
          .isInstanceOfSatisfying(
              FrontDoor.Silent.class,
              silent -> assertThat(silent.what()).contains("other.example"));
      assertThat(get(url, "fleet.example", null)).isInstanceOf(FrontDoor.Silent.class);
      assertThat(get(url, "fleet.example", dir.resolve("none.pem")))
          .isInstanceOfSatisfying(
              FrontDoor.Silent.class, silent -> assertThat(silent.what()).contains("none.pem"));
    }
  }

  private KeyStore certificate() throws Exception {
    Path file = dir.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                "EC",
                "-dname",
                "CN=fleet",
                "-ext",
                "san=dns:fleet.example",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit")
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, "changeit".toCharArray());
    }
    return keys;
  }
}
