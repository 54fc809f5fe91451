package dev.serin.haproxy.frontdoor;

import dev.serin.contracts.Check;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// HTTP/1.1 over a socket, one request a connection. The JDK's client takes a `Host` header only by
/// a system property that must be set before anything else in the process uses it, and here HTTPS
/// must be verified against that name too; a GET is short enough to write down.
public final class SocketFrontDoor implements FrontDoor {
  private static final int LONGEST_LINE_BYTES = 65_536;
  private static final int MOST_HEADERS = 200;
  private static final long LONGEST_BODY_BYTES = 1_048_576;

  private final Duration timeout;

  /// @param timeout for connecting, and for each read
  public SocketFrontDoor(Duration timeout) {
    this.timeout = timeout;
  }

  @Override
  public Answer get(Request request) {
    try (Socket socket = connect(request)) {
      socket.getOutputStream().write(head(request).getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return read(new BufferedInputStream(socket.getInputStream()));
    } catch (IOException | GeneralSecurityException failed) {
      return new Silent(request.url() + ": " + failed);
    }
  }

  private static String head(Request request) {
    String head =
        "GET "
            + request.path()
            + " HTTP/1.1\r\nHost: "
            + (request.host() == null ? request.url().getAuthority() : request.host())
            + "\r\nUser-Agent: serin-haproxy-agent\r\nAccept: */*\r\nConnection: close\r\n";
    return head + (request.cookie() == null ? "" : "Cookie: " + request.cookie() + "\r\n") + "\r\n";
  }

  private Socket connect(Request request) throws IOException, GeneralSecurityException {
    URI url = request.url();
    boolean secure = "https".equals(url.getScheme());
    int port = url.getPort() > 0 ? url.getPort() : secure ? 443 : 80;
    int millis = (int) timeout.toMillis();
    Socket plain = new Socket();
    try {
      plain.connect(new InetSocketAddress(bare(url.getHost()), port), millis);
      plain.setSoTimeout(millis);
      if (!secure) {
        return plain;
      }
      String name = request.host() == null ? bare(url.getHost()) : withoutPort(request.host());
      SSLSocket socket =
          (SSLSocket)
              trusting(request.ca()).getSocketFactory().createSocket(plain, name, port, true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (IOException | GeneralSecurityException failed) {
      plain.close();
      throw failed;
    }
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > 0 && host.indexOf(':') == colon ? host.substring(0, colon) : host;
  }

  private static SSLContext trusting(@Nullable String ca)
      throws IOException, GeneralSecurityException {
    if (ca == null) {
      return SSLContext.getDefault();
    }
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream pem = Files.newInputStream(Path.of(ca))) {
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("ca-" + number++, one);
      }
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static Answer read(InputStream in) throws IOException {
    String first = line(in);
    String[] words = first.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[0-9]{3}")) {
      return new Silent("no HTTP answer: '" + Check.printable(first) + "'");
    }
    List<String> cookies = new ArrayList<>();
    for (int i = 0; i < MOST_HEADERS; i++) {
      String header = line(in);
      if (header.isEmpty()) {
        break;
      }
      if (header.toLowerCase(Locale.ROOT).startsWith("set-cookie:")) {
        cookies.add(header.substring("set-cookie:".length()).strip());
      }
    }
    // Leaving before the end would count as the client's abort, in HAProxy and on the node.
    long body = 0;
    byte[] buffer = new byte[8_192];
    int count = in.read(buffer);
    while (count > 0 && body < LONGEST_BODY_BYTES) {
      body += count;
      count = in.read(buffer);
    }
    return new Served(Integer.parseInt(words[1]), cookies);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int c = in.read();
    while (c >= 0 && c != '\n' && line.size() < LONGEST_LINE_BYTES) {
      line.write(c);
      c = in.read();
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }
}
