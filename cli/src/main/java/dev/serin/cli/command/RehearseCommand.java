package dev.serin.cli.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.serin.cli.ExitCode;
import dev.serin.cli.Serin;
import dev.serin.cli.Surroundings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Goes through what commands do, against a loopback server of its own that answers with one
/// made-up rollout. The launcher runs it once after a build and lets the JVM write down which
/// classes it takes (JEP 514); commands then start in half the time.
@Command(name = "rehearse", hidden = true, description = "For the launcher: see its source.")
public final class RehearseCommand implements Callable<Integer> {
  private static final String STATE =
      """
      {"rolloutId":"r","service":"s","version":"2","requestId":"q","phase":"COMPLETED",
       "steps":[{"name":"drain","node":"n","status":"SUCCEEDED","startedAt":"2026-01-01T00:00:00Z",
       "endedAt":"2026-01-01T00:00:02Z","detail":"d"}],"nodes":[{"name":"n","version":"2",
       "inRotation":true,"weight":100}],"lastProbe":{"slot":1,"at":"2026-01-01T00:00:00Z",
       "verdict":"PASS","results":[{"name":"e","query":"q","value":0.1,"max":0.5,"verdict":"PASS",
       "detail":""}]},"waitingFor":"","next":"","requestedBy":"a","reason":"","message":"m",
       "startedAt":"2026-01-01T00:00:00Z","endedAt":"2026-01-01T00:00:05Z","outcome":"completed",
       "problems":[],"strategy":"canary-then-peers","sequence":2,"queuedAt":"2026-01-01T00:00:00Z",
       "updatedAt":"2026-01-01T00:00:05Z"}\
      """;

  private static final String HEAD =
      """
      "rolloutId":"r","requestId":"q","service":"s","version":"2","at":"2026-01-01T00:00:00Z",
      "phase":"ROLLING","by":"serin","why":"w\"\
      """;

  private static final String STORY =
      "[{\"type\":\"step-succeeded\",\"sequence\":1,\"step\":\"drain\",\"node\":\"n\",\"undo\":false,"
          + "\"detail\":\"d\","
          + HEAD
          + "},{\"type\":\"rollout-completed\",\"sequence\":2,\"nodes\":[],"
          + HEAD
          + "}]";

  private final Surroundings surroundings;

  public RehearseCommand(Session session) {
    this.surroundings = session.surroundings();
  }

  @Override
  public Integer call() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", RehearseCommand::answer);
    server.start();
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      Surroundings silent =
          new Surroundings(
              surroundings.in(),
              nowhere,
              nowhere,
              surroundings.environment(),
              surroundings.clock(),
              surroundings.zone(),
              false,
              StandardCharsets.UTF_8);
      Serin.run(silent, "--url", url);
      Serin.run(silent, "--url", url, "rollouts");
      Serin.run(silent, "--url", url, "status", "r");
      Serin.run(silent, "--url", url, "status", "r", "-o", "json");
      Serin.run(silent, "--url", url, "watch", "r");
      Serin.run(silent, "--url", url, "help");
    } finally {
      server.stop(0);
    }
    return ExitCode.DONE.number();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String body =
        path.endsWith("/services")
            ? "[{\"service\":\"s\",\"nodes\":[{\"name\":\"n\"}]}]"
            : path.endsWith("/events")
                ? STORY
                : path.endsWith("/rollouts") ? "[" + STATE + "]" : STATE;
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
