package dev.serin.incus.http;

import dev.serin.incus.rest.Call;
import dev.serin.incus.rest.Content;
import dev.serin.incus.rest.Reply;
import dev.serin.incus.rest.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamRequestContent;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/// The wire to one Incus server, by Jetty's client: the JDK's own can't speak over a unix socket.
public final class JettyWire implements Wire, AutoCloseable {
  private static final Duration CONNECTS_WITHIN = Duration.ofSeconds(5);

  /// A connection that lies idle for this long is closed, so that one the server has dropped
  /// meanwhile is seldom met.
  private static final Duration IDLE = Duration.ofSeconds(5);

  /// A list of a thousand instances takes about 10 MiB.
  private static final int LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

  private static final int CHUNK_BYTES = 128 * 1024;

  private final HttpClient client;
  private final ByteBufferPool.Sized buffers;
  private final String base;

  /// Where it goes, in words for an operator.
  private final String shown;

  private final @Nullable Transport transport;

  private JettyWire(String name, String base, @Nullable Path socket, @Nullable SSLContext tls) {
    ClientConnector connector = new ClientConnector();
    connector.setSelectors(1);
    connector.setConnectTimeout(CONNECTS_WITHIN);
    connector.setIdleTimeout(IDLE);
    if (tls != null) {
      SslContextFactory.Client factory = new SslContextFactory.Client();
      factory.setSslContext(tls);
      factory.setIncludeProtocols("TLSv1.3");
      // The one certificate that is trusted is pinned, whatever name stands in it.
      factory.setEndpointIdentificationAlgorithm(null);
      connector.setSslContextFactory(factory);
    }
    this.client = new HttpClient(new HttpClientTransportOverHTTP(connector));
    QueuedThreadPool threads = new QueuedThreadPool(32, 1);
    threads.setName("incus-" + name);
    threads.setDaemon(true);
    client.setExecutor(threads);
    client.setFollowRedirects(false);
    client.setUserAgentField(null);
    this.base = base;
    this.transport = socket == null ? null : new Transport.TCPUnix(socket);
    this.shown = socket == null ? base : "unix:" + socket;
    start(client);
    this.buffers = new ByteBufferPool.Sized(client.getByteBufferPool(), false, CHUNK_BYTES);
  }

  /// Over a unix socket on this machine.
  public static JettyWire unix(String name, Path socket) {
    return new JettyWire(name, "http://incus", socket, null);
  }

  /// Over HTTPS.
  ///
  /// @param tls with the client's certificate and key, and trust in the server's certificate alone
  public static JettyWire https(String name, URI url, SSLContext tls) {
    return new JettyWire(name, url.getScheme() + "://" + url.getAuthority(), null, tls);
  }

  private static void start(HttpClient client) {
    try {
      client.start();
    } catch (Exception cannotStart) {
      throw new IllegalStateException("the HTTP client did not start", cannotStart);
    }
  }

  @Override
  public Reply exchange(Call call) throws IOException {
    try (InputStream body = call.content() == null ? null : call.content().open()) {
      Request request =
          client
              .newRequest(base + call.target())
              .method(call.method().name())
              .timeout(call.timeout().toMillis(), TimeUnit.MILLISECONDS)
              .idleTimeout(call.timeout().toMillis(), TimeUnit.MILLISECONDS)
              .headers(headers -> call.headers().forEach(headers::put));
      if (transport != null) {
        request.transport(transport);
      }
      if (body != null && call.content() != null) {
        request.body(new Sized(call.contentType(), body, call.content(), buffers));
      }
      ContentResponse response =
          new CompletableResponseListener(request, LARGEST_ANSWER_BYTES).send().get();
      return new Reply(response.getStatus(), response.getContent());
    } catch (ExecutionException failed) {
      throw readable(call, failed.getCause());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the agent stops");
    }
  }

  private IOException readable(Call call, @Nullable Throwable cause) {
    if (cause instanceof TimeoutException) {
      return new IOException("no answer within " + call.timeout().toSeconds() + " s", cause);
    }
    String what = cause == null ? "unknown" : cause.getClass().getSimpleName();
    String detail = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
    return new IOException(shown + ": " + what + detail, cause);
  }

  @Override
  public void close() {
    try {
      client.stop();
    } catch (Exception cannotStop) {
      throw new IllegalStateException("the HTTP client did not stop", cannotStop);
    }
  }

  /// A stream whose length is sent ahead.
  private static final class Sized extends InputStreamRequestContent {
    private final long sizeBytes;

    Sized(String contentType, InputStream stream, Content content, ByteBufferPool.Sized buffers) {
      super(contentType, stream, buffers);
      this.sizeBytes = content.sizeBytes();
    }

    @Override
    public long getLength() {
      return sizeBytes;
    }
  }
}
