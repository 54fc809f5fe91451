package dev.serin.cli.stub;

import dev.serin.cli.Serin;
import dev.serin.cli.Surroundings;
import dev.serin.contracts.json.Json;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/// One run of the command in this JVM, with what it wrote.
public final class SerinRun {
  private final Lines out = new Lines();
  private final Lines err = new Lines();
  private final CompletableFuture<Integer> code = new CompletableFuture<>();

  private SerinRun() {}

  /// Starts the command with a fixed clock in UTC.
  ///
  /// @param input what it finds on its standard input
  public static SerinRun start(String url, Instant now, String input, String... arguments) {
    return start(url, now, input, false, Map.of(), arguments);
  }

  /// On a terminal, where a person types this.
  public static SerinRun typing(StubCoordinator stub, String input, String... arguments)
      throws Exception {
    SerinRun run =
        start(stub.url(), Instant.parse("2026-11-20T14:05:00Z"), input, true, Map.of(), arguments);
    run.code();
    return run;
  }

  private static SerinRun start(
      String url,
      Instant now,
      String input,
      boolean terminal,
      Map<String, String> more,
      String... arguments) {
    Map<String, String> environment = new HashMap<>(Map.of("USER", "alice"));
    environment.putAll(more);
    environment.put("SERIN_URL", url);
    SerinRun run = new SerinRun();
    Surroundings surroundings =
        new Surroundings(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(run.out, true, StandardCharsets.UTF_8),
            new PrintStream(run.err, true, StandardCharsets.UTF_8),
            environment,
            InstantSource.fixed(now),
            ZoneOffset.UTC,
            terminal,
            StandardCharsets.UTF_8);
    Thread.ofVirtual().start(() -> run.code.complete(Serin.run(surroundings, arguments)));
    return run;
  }

  public static SerinRun start(StubCoordinator stub, String... arguments) {
    return start(stub.url(), Instant.parse("2026-11-20T14:05:00Z"), "", arguments);
  }

  public static SerinRun of(StubCoordinator stub, String... arguments) throws Exception {
    SerinRun run = start(stub, arguments);
    run.code();
    return run;
  }

  /// One run to its end, with some environment variables.
  public static SerinRun of(
      StubCoordinator stub, Map<String, String> environment, String... arguments) throws Exception {
    SerinRun run =
        start(stub.url(), Instant.parse("2026-11-20T14:05:00Z"), "", false, environment, arguments);
    run.code();
    return run;
  }

  /// Waits for its end.
  public int code() throws InterruptedException, ExecutionException {
    try {
      return code.get(60, TimeUnit.SECONDS);
    } catch (TimeoutException hangs) {
      throw new AssertionError(
          "expected the command to end, found it running; it wrote:\n" + out() + err(), hangs);
    }
  }

  public Lines outLines() {
    return out;
  }

  public Lines errLines() {
    return err;
  }

  public String out() {
    return out.text();
  }

  public String err() {
    return err.text();
  }

  /// What it wrote on stdout, which must be one JSON document in one line.
  public JsonNode json() {
    List<String> lines = out.lines();
    if (lines.size() != 1) {
      throw new AssertionError("expected one line of JSON on stdout, found:\n" + out());
    }
    return Json.mapper().readTree(lines.getFirst());
  }
}
