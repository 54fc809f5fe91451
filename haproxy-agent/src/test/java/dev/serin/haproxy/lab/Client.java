package dev.serin.haproxy.lab;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// A user of the load balancer, on a connection of its own for each request.
public final class Client {
  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();

  private Client() {}

  /// @param answer the whole answer as it came; empty when the connection was cut
  public record Reply(String answer) {
    public int status() {
      return answer.isEmpty() ? 0 : Integer.parseInt(answer.substring(9, 12));
    }

    /// The name of the node that answered.
    public String node() {
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    /// The cookie that pins the user from now on; empty without one.
    public String pinnedTo() {
      return answer
          .lines()
          .filter(line -> line.startsWith("set-cookie: "))
          .map(line -> line.substring(12, line.indexOf(';')))
          .findFirst()
          .orElse("");
    }
  }

  public static Reply get(URI url, String path, @Nullable String cookie) {
    return ask(url, path, cookie).join();
  }

  public static CompletableFuture<Reply> ask(URI url, String path, @Nullable String cookie) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Socket socket = open(url, path, cookie, "Connection: close\r\n")) {
            byte[] answer = socket.getInputStream().readAllBytes();
            return new Reply(new String(answer, StandardCharsets.ISO_8859_1));
          } catch (IOException cut) {
            return new Reply("");
          }
        },
        THREADS);
  }

  /// Opens a WebSocket; the future ends when the other side closes it.
  public static CompletableFuture<Void> webSocket(URI url, @Nullable String cookie) {
    try {
      Socket socket =
          open(
              url,
              "/ws",
              cookie,
              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                  + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
      InputStream in = new BufferedInputStream(socket.getInputStream());
      byte[] begin = in.readNBytes(12);
      if (!new String(begin, StandardCharsets.ISO_8859_1).equals("HTTP/1.1 101")) {
        throw new AssertionError("no WebSocket: " + new String(begin, StandardCharsets.ISO_8859_1));
      }
      return CompletableFuture.runAsync(
          () -> {
            try (socket) {
              in.readAllBytes();
            } catch (IOException cut) {
              throw new UncheckedIOException(cut);
            }
          },
          THREADS);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Socket open(URI url, String path, @Nullable String cookie, String headers)
      throws IOException {
    Socket socket = new Socket(url.getHost(), url.getPort());
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: fleet\r\n"
            + headers
            + (cookie == null ? "" : "Cookie: " + cookie + "\r\n")
            + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }
}
