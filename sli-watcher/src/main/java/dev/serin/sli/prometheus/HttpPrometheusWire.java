package dev.serin.sli.prometheus;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Prometheus over HTTP. A query is a `GET`, which the client sends again by itself when a kept
/// connection turns out to be closed; only one too long for a URL is a `POST`.
public final class HttpPrometheusWire implements PrometheusWire, AutoCloseable {
  /// One number with its labels is far shorter.
  static final int LONGEST_ANSWER_BYTES = 1024 * 1024;

  /// Proxies before Prometheus commonly refuse URLs from 8,192 bytes on.
  private static final int LONGEST_URL = 4_096;

  private final URI endpoint;
  private final URI overSteps;
  private final Duration timeout;
  private final HttpClient client;

  /// @param url Prometheus' base URL; a path before `/api/v1` is kept
  /// @param timeout how long one query may take, connecting included
  public HttpPrometheusWire(URI url, Duration timeout) {
    this.endpoint = URI.create(url.toString().replaceAll("/+$", "") + "/api/v1/query");
    this.overSteps = URI.create(endpoint + "_range");
    this.timeout = timeout;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public List<Reply> ask(List<Question> questions) throws InterruptedException {
    List<CompletableFuture<HttpResponse<byte[]>>> asked = new ArrayList<>();
    try {
      for (Question question : questions) {
        asked.add(
            client.sendAsync(
                request(question),
                BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST_ANSWER_BYTES)));
      }
      long deadline = System.nanoTime() + timeout.toNanos();
      List<Reply> replies = new ArrayList<>();
      for (var one : asked) {
        replies.add(reply(one, deadline));
      }
      return replies;
    } finally {
      // Ends what is still under way: an exchange that is cancelled closes its connection.
      asked.forEach(one -> one.cancel(true));
    }
  }

  private HttpRequest request(Question question) {
    Question.Steps steps = question.steps();
    URI to = steps == null ? endpoint : overSteps;
    String form =
        "query="
            + URLEncoder.encode(question.query(), StandardCharsets.UTF_8)
            + (steps == null
                ? "&time=" + seconds(question.time())
                : "&start="
                    + seconds(question.first())
                    + "&end="
                    + seconds(question.time())
                    + "&step="
                    + new BigDecimal(steps.step().toMillis()).movePointLeft(3).toPlainString());
    HttpRequest.Builder request =
        HttpRequest.newBuilder()
            .timeout(timeout)
            .header("Accept", "application/json")
            .header("User-Agent", "serin");
    URI withQuery = URI.create(to + "?" + form);
    return withQuery.toString().length() <= LONGEST_URL
        ? request.uri(withQuery).GET().build()
        : request
            .uri(to)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
  }

  /// Seconds since 1970 with milliseconds, the precision of Prometheus' own clock.
  static String seconds(Instant time) {
    return new BigDecimal(time.toEpochMilli()).movePointLeft(3).toPlainString();
  }

  private Reply reply(CompletableFuture<HttpResponse<byte[]>> asked, long deadline)
      throws InterruptedException {
    try {
      HttpResponse<byte[]> response =
          asked.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      return new Reply.Answered(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          new String(response.body(), StandardCharsets.UTF_8));
    } catch (TimeoutException late) {
      return new Reply.TimedOut(timeout);
    } catch (ExecutionException failed) {
      return failure(failed.getCause());
    }
  }

  private Reply failure(@Nullable Throwable cause) {
    return switch (cause) {
      case HttpTimeoutException _ -> new Reply.TimedOut(timeout);
      case ConnectException refused -> new Reply.NotReached(connecting(refused));
      case UnknownHostException _ -> new Reply.NotReached("no such host");
      case IOException tooLong when isTooLong(tooLong) -> new Reply.TooLong(LONGEST_ANSWER_BYTES);
      case IOException broken -> new Reply.NotReached("the connection broke off: " + said(broken));
      case null, default -> throw new IllegalStateException("a query failed unexpectedly", cause);
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
