package dev.serin.sli.hook;

import dev.serin.sli.prometheus.Excerpt;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Hooks over HTTP. A redirect is not followed: it would carry a signed call to another place than
/// the one that the service names.
public final class HttpHookWire implements HookWire, AutoCloseable {
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  @Override
  public Reply post(Post post) throws InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(post.url()).timeout(post.timeout());
    post.headers().forEach(request::header);
    CompletableFuture<HttpResponse<byte[]>> asked =
        client.sendAsync(
            request.POST(HttpRequest.BodyPublishers.ofByteArray(post.body())).build(),
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST_BODY_BYTES));
    try {
      // The client's own time-out ends with the headers; a body may trickle in for ever.
      HttpResponse<byte[]> response = asked.get(post.timeout().toNanos(), TimeUnit.NANOSECONDS);
      return new Reply.Answered(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          new String(response.body(), StandardCharsets.UTF_8));
    } catch (TimeoutException late) {
      return new Reply.TimedOut(post.timeout());
    } catch (ExecutionException failed) {
      return failure(failed.getCause(), post.timeout());
    } finally {
      // Ends what is still under way: an exchange that is cancelled closes its connection.
      asked.cancel(true);
    }
  }

  private static Reply failure(@Nullable Throwable cause, Duration timeout) {
    return switch (cause) {
      case HttpTimeoutException _ -> new Reply.TimedOut(timeout);
      case ConnectException refused -> new Reply.NotReached(connecting(refused));
      case IOException tooLong when isTooLong(tooLong) -> new Reply.TooLong();
      case IOException broken -> new Reply.NotReached("the connection broke off: " + said(broken));
      case null, default -> throw new IllegalStateException("a call failed unexpectedly", cause);
    };
  }

  private static String connecting(ConnectException refused) {
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        return "no such host";
      }
    }
    return refused.getMessage() == null ? "connection refused" : said(refused);
  }

  /// The client wraps what its body handler throws; the limit's message is all there is to tell it.
  private static boolean isTooLong(IOException failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null && cause.getMessage().contains("body exceeds capacity")) {
        return true;
      }
    }
    return false;
  }

  private static String said(IOException failed) {
    return failed.getMessage() == null
        ? failed.getClass().getSimpleName()
        : Excerpt.of(failed.getMessage(), 120);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
