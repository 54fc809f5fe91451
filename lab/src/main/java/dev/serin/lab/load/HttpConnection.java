package dev.serin.lab.load;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One connection of a client: HTTP/1.1 as far as the load needs it, and nothing on its own
/// initiative: no redirects, no pool, no retry.
final class HttpConnection implements AutoCloseable {

  /// Header names are in lower case; `set-cookie` and the like are kept last one wins.
  record Response(int status, Map<String, String> headers) {
    @Nullable String header(String name) {
      return headers.get(name);
    }
  }

  private static final int LONGEST_LINE_BYTES = 16_384;

  private final SocketChannel channel;
  private final InputStream in;
  private boolean closing;

  private HttpConnection(SocketChannel channel, InputStream in) {
    this.channel = channel;
    this.in = in;
  }

  static HttpConnection to(InetSocketAddress target, Duration timeout) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().setTcpNoDelay(true);
      channel.socket().connect(target, Math.toIntExact(timeout.toMillis()));
      channel.socket().setSoTimeout(Math.toIntExact(timeout.toMillis()));
      return new HttpConnection(
          channel, new BufferedInputStream(channel.socket().getInputStream()));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Sends a GET and reads the whole answer.
  ///
  /// @throws EOFException where the connection ended before the answer did
  Response get(String path, List<String> extraHeaders) throws IOException {
    send(path, extraHeaders);
    Response response = readHead();
    readBody(response);
    closing |= "close".equalsIgnoreCase(response.header("connection"));
    return response;
  }

  void send(String path, List<String> extraHeaders) throws IOException {
    StringBuilder request = new StringBuilder("GET ").append(path).append(" HTTP/1.1\r\n");
    request.append("Host: lab.serin.test\r\n");
    extraHeaders.forEach(header -> request.append(header).append("\r\n"));
    request.append("\r\n");
    channel
        .socket()
        .getOutputStream()
        .write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  Response readHead() throws IOException {
    String statusLine = readLine();
    String[] parts = statusLine.split(" ", 3);
    if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("\\d{3}")) {
      throw new ProtocolException("expected a status line, was '" + statusLine + "'");
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new ProtocolException("expected a header, was '" + line + "'");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Response(Integer.parseInt(parts[1]), headers);
  }

  /// RFC 9112, section 6.3, for answers to GET.
  private void readBody(Response response) throws IOException {
    if (response.status() == 204 || response.status() == 304) {
      return;
    }
    String length = response.header("content-length");
    if ("chunked".equalsIgnoreCase(response.header("transfer-encoding"))) {
      readChunks();
    } else if (length != null) {
      skip(Long.parseLong(length));
    } else {
      in.transferTo(OutputStream.nullOutputStream());
      closing = true;
    }
  }

  private void readChunks() throws IOException {
    while (true) {
      long size = Long.parseLong(readLine().split(";", 2)[0].strip(), 16);
      skip(size);
      String end = readLine();
      if (size == 0) {
        while (!end.isEmpty()) {
          end = readLine();
        }
        return;
      }
    }
  }

  private void skip(long bytes) throws IOException {
    try {
      in.skipNBytes(bytes);
    } catch (EOFException e) {
      throw new EOFException("the answer ended before its content-length");
    }
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException(
            line.isEmpty() ? "closed before an answer's line" : "closed within an answer's line");
      }
      if (next == '\n') {
        return line.toString();
      }
      if (next != '\r') {
        line.append((char) next);
      }
      if (line.length() > LONGEST_LINE_BYTES) {
        throw new ProtocolException("expected a line below 16 KiB");
      }
    }
  }

  InputStream input() {
    return in;
  }

  SocketChannel channel() {
    return channel;
  }

  /// Whether the next request may go over this connection: the server neither said `close` nor hung
  /// up since the last answer. Asked before anything is sent, so a new connection is no retry.
  boolean isReusable() {
    if (closing) {
      return false;
    }
    try {
      channel.configureBlocking(false);
      int read = channel.read(ByteBuffer.allocate(1));
      channel.configureBlocking(true);
      return read == 0;
    } catch (IOException hungUp) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException ignored) {
      // It is gone either way.
    }
  }
}
