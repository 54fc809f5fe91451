package dev.serin.incus.rest;

import dev.serin.contracts.incus.IncusEvent.InstanceAccess;
import dev.serin.contracts.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One Incus (or LXD) server, seen through one project.
public final class IncusServer {
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);
  private static final Duration LISTS_WITHIN = Duration.ofSeconds(30);

  /// The slowest network that a push is meant for.
  private static final long BYTES_A_SECOND = 1024 * 1024;

  /// The server runs commands with these: messages in English, times in UTC.
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "LC_ALL", "C", "TZ", "UTC", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_PAGER", "");

  private final String name;
  private final String project;
  private final Wire wire;
  private final Client client;

  /// How a person reaches the server from the agent's machine.
  ///
  /// @param command the client, with what its environment needs before it
  /// @param remote what stands before an instance's name; empty for the client's own server
  public record Client(String command, String remote) {
    static final Client LOCAL = new Client("incus", "");
  }

  /// @param name what the agent's settings call it
  public IncusServer(String name, String project, Wire wire) {
    this(name, project, wire, Client.LOCAL);
  }

  public IncusServer(String name, String project, Wire wire, Client client) {
    this.name = name;
    this.project = project;
    this.wire = wire;
    this.client = client;
  }

  /// The same server for a work that is to be over by then: each call has what is left of that
  /// time, and after it none is made.
  public IncusServer until(Instant deadline, InstantSource clock) {
    return new IncusServer(
        name,
        project,
        call -> {
          Duration left = Duration.between(clock.instant(), deadline);
          if (left.toMillis() <= 0) {
            throw new IOException("the time for all calls was over");
          }
          return wire.exchange(left.compareTo(call.timeout()) < 0 ? call.within(left) : call);
        },
        client);
  }

  /// How a person reaches an instance of it without Serin.
  public InstanceAccess access(String instance) {
    String options = project.equals("default") ? "" : "--project " + project + " ";
    String named = client.remote() + instance;
    return new InstanceAccess(
        client.command() + " exec " + options + named + " --",
        (client.command() + " file push " + options).strip(),
        named);
  }

  public String name() {
    return name;
  }

  /// All instances of the project.
  public List<Instance> instances() throws Unreachable, Refused {
    JsonNode list = answer(Call.get("/1.0/instances", Map.of("recursion", "2"), LISTS_WITHIN));
    List<Instance> instances = new ArrayList<>();
    list.forEach(json -> instances.add(Instance.read(json)));
    return instances;
  }

  /// The instance's status (`Running`, `Stopped`, `Frozen`); none where there is no such instance.
  public Optional<String> status(String instance) throws Unreachable, Refused {
    try {
      JsonNode json = answer(Call.get("/1.0/instances/" + instance, Map.of(), ANSWERS_WITHIN));
      return Optional.of(json.path("status").asString("Unknown"));
    } catch (Refused refused) {
      if (refused.isNotFound()) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  /// Starts a command as root, its output recorded.
  public Execution start(String instance, List<String> command) throws Unreachable, Refused {
    String body =
        Json.mapper()
            .writeValueAsString(
                Map.of(
                    "command",
                    command,
                    "environment",
                    ENVIRONMENT,
                    "record-output",
                    true,
                    "wait-for-websocket",
                    false,
                    "interactive",
                    false));
    return switch (ask(Call.post("/1.0/instances/" + instance + "/exec", body, ANSWERS_WITHIN))) {
      case Envelope.Async(String operation) -> new Execution(operation);
      case Envelope.Refusal(int code, String error) -> throw new Refused(code, error);
      case Envelope.Sync _ -> throw new Unreachable(name, "an answer without an operation");
      case Envelope.Garbled(String found) -> throw new Unreachable(name, found);
    };
  }

  /// Waits for a command's end, at most `slice`; none when it still runs then.
  ///
  /// @param slice whole seconds, 1 or more: the API counts in them
  /// @throws Unreachable also when the server has forgotten the operation: what became of the
  ///   command is unknown
  public Optional<Ended> await(Execution execution, Duration slice) throws Unreachable, Refused {
    Call wait =
        Call.get(
            execution.operation() + "/wait",
            Map.of("timeout", String.valueOf(slice.toSeconds())),
            slice.plus(ANSWERS_WITHIN));
    return switch (ask(wait)) {
      case Envelope.Sync(JsonNode operation) -> ended(Operation.read(operation));
      // Out of time, failed or forgotten are told apart by words alone here; the operation itself
      // has a status.
      case Envelope.Refusal _ -> lookAt(execution);
      case Envelope.Async _ -> throw new Unreachable(name, "an operation instead of its result");
      case Envelope.Garbled(String found) -> throw new Unreachable(name, found);
    };
  }

  private Optional<Ended> lookAt(Execution execution) throws Unreachable, Refused {
    return switch (ask(Call.get(execution.operation(), Map.of(), ANSWERS_WITHIN))) {
      case Envelope.Sync(JsonNode operation) -> ended(Operation.read(operation));
      case Envelope.Refusal(int code, String error) ->
          throw new Unreachable(
              name, "a command whose operation is lost (" + code + " " + error + ")");
      case Envelope.Async _ -> throw new Unreachable(name, "an operation instead of its state");
      case Envelope.Garbled(String found) -> throw new Unreachable(name, found);
    };
  }

  private Optional<Ended> ended(Operation operation) throws Unreachable, Refused {
    return switch (operation) {
      case Operation.Running() -> Optional.empty();
      case Operation.Ended(int code, String output, String errors) ->
          Optional.of(new Ended(code, takeLog(output), takeLog(errors)));
      case Operation.Broken(String error, String output, String errors) -> {
        takeLog(output);
        takeLog(errors);
        throw new Refused(400, error);
      }
    };
  }

  /// Reads a recorded output and deletes it: they pile up in the instance's log directory.
  private String takeLog(@Nullable String path) throws Unreachable {
    if (path == null) {
      return "";
    }
    Reply reply = send(Call.get(path, Map.of(), ANSWERS_WITHIN));
    if (reply.status() != 200) {
      throw new Unreachable(name, "HTTP status " + reply.status() + " for a command's output");
    }
    send(Call.delete(path, ANSWERS_WITHIN));
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  /// Writes a new file, owned by root, readable by nobody else. A file that is there keeps its
  /// owner and mode, and a part is left where this breaks off: so never write to a file in use.
  public void push(String instance, String path, Content content) throws Unreachable, Refused {
    Duration timeout = LISTS_WITHIN.plusSeconds(content.sizeBytes() / BYTES_A_SECOND);
    Map<String, String> headers =
        Map.of(
            "X-Incus-type",
            "file",
            "X-Incus-uid",
            "0",
            "X-Incus-gid",
            "0",
            "X-Incus-mode",
            "0600",
            "X-LXD-type",
            "file",
            "X-LXD-uid",
            "0",
            "X-LXD-gid",
            "0",
            "X-LXD-mode",
            "0600");
    answer(
        new Call(
            Call.Method.POST,
            "/1.0/instances/" + instance + "/files",
            Map.of("path", path),
            headers,
            "application/octet-stream",
            content,
            timeout));
  }

  private JsonNode answer(Call call) throws Unreachable, Refused {
    return switch (ask(call)) {
      case Envelope.Sync(JsonNode metadata) -> metadata;
      case Envelope.Refusal(int code, String error) -> throw new Refused(code, error);
      case Envelope.Async _ -> throw new Unreachable(name, "an operation instead of an answer");
      case Envelope.Garbled(String found) -> throw new Unreachable(name, found);
    };
  }

  private Envelope ask(Call call) throws Unreachable {
    Envelope envelope = Envelope.read(send(call));
    if (envelope instanceof Envelope.Refusal(int code, String error) && Unreachable.isMeant(code)) {
      throw Unreachable.refusing(name, project, code, error);
    }
    return envelope;
  }

  private Reply send(Call call) throws Unreachable {
    try {
      return wire.exchange(call.with("project", project));
    } catch (IOException noAnswer) {
      throw new Unreachable(name, "no answer (" + noAnswer.getMessage() + ")");
    }
  }
}
