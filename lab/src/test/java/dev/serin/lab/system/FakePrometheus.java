package dev.serin.lab.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// A stand-in for a Prometheus that is broken in ways the real one can't be made to be: it answers
/// whatever it is told to.
final class FakePrometheus implements AutoCloseable {
  private final HttpServer server;
  private volatile int status = 200;
  private volatile String body = "";

  FakePrometheus() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  void answers(int status, String body) {
    this.status = status;
    this.body = body;
  }

  /// What one sample looks like.
  void answersGreen() {
    answers(
        200,
        """
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0"]}]}}
        """);
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
