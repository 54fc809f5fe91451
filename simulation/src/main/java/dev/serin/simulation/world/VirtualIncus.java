package dev.serin.simulation.world;

import dev.serin.contracts.json.Json;
import dev.serin.incus.rest.Call;
import dev.serin.incus.rest.Reply;
import dev.serin.simulation.engine.Loop;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One Incus server, in the words of its REST API: executions that go on though nobody waits for
/// them, operations that are forgotten 5 s after their end, outputs that pile up, pushes that leave
/// a part.
public final class VirtualIncus {
  private static final Duration REMEMBERED = Duration.ofSeconds(5);

  /// Whom it lets in at a time.
  public enum Mood {
    WELL,
    /// The daemon is not there: nobody listens.
    AWAY,
    /// It comes up: 503 to everything.
    STARTING,
    /// It goes down: 503 to everything but looks and operations.
    LEAVING,
    /// The agent's certificate is not among those that it trusts: 403 to everything.
    DISTRUSTING
  }

  private static final class Operation {
    private int status = 103;
    private int code;
    private String error = "";
    private @Nullable Instant endedAt;
  }

  private final Loop loop;
  private final Map<String, Instance> instances;
  private final Observer observer;
  private final Map<String, Operation> operations = new HashMap<>();
  private final Map<String, String> logs = new HashMap<>();
  private long numbers;
  private Mood mood = Mood.WELL;

  VirtualIncus(Loop loop, Map<String, Instance> instances, Observer observer) {
    this.loop = loop;
    this.instances = instances;
    this.observer = observer;
  }

  /// A daemon that comes up knows nothing of the operations before; what they started goes on.
  public void setMood(Mood next) {
    if (next == Mood.STARTING) {
      operations.clear();
    }
    mood = next;
  }

  public Mood mood() {
    return mood;
  }

  /// What it answers whatever it is asked, in the daemon's words; none where it lets the call in.
  private @Nullable Reply refusal(Call call) {
    return switch (mood) {
      case WELL -> null;
      case AWAY, STARTING -> error(503, "Daemon is starting up");
      case LEAVING ->
          call.method() == Call.Method.GET || call.path().startsWith("/1.0/operations/")
              ? null
              : error(503, "Incus is shutting down");
      case DISTRUSTING -> error(403, "not authorized");
    };
  }

  /// How long the answer is held back: until the operation ends, or the wait's own time is over.
  boolean isWaiting(Call call) {
    String[] path = call.path().split("/", -1);
    if (!path[path.length - 1].equals("wait")) {
      return false;
    }
    Operation operation = operations.get(path[3]);
    return operation != null && operation.endedAt == null;
  }

  Reply answer(Call call) {
    Reply refusal = refusal(call);
    if (refusal != null) {
      return refusal;
    }
    String[] path = call.path().split("/", -1);
    return switch (path[2]) {
      case "operations" -> operation(path[3]);
      case "logs" -> log(call);
      case "instances" ->
          path.length == 3
              ? sync(list())
              : path.length == 4
                  ? instance(path[3])
                  : path[4].equals("exec")
                      ? execute(path[3], call)
                      : push(
                          path[3], Objects.requireNonNull(call.query().get("path")), call, false);
      default -> error(404, "not found");
    };
  }

  private static Reply reply(int status, ObjectNode body) {
    return new Reply(status, Json.mapper().writeValueAsBytes(body));
  }

  private static Reply sync(JsonNode metadata) {
    ObjectNode body = Json.mapper().createObjectNode();
    body.put("type", "sync").put("status", "Success").put("status_code", 200);
    body.set("metadata", metadata);
    return reply(200, body);
  }

  private static Reply error(int code, String why) {
    ObjectNode body = Json.mapper().createObjectNode();
    body.put("type", "error").put("error", why).put("error_code", code);
    return reply(code, body);
  }

  private ArrayNode list() {
    ArrayNode all = Json.mapper().createArrayNode();
    for (Instance instance : instances.values()) {
      ObjectNode one = all.addObject();
      one.put("name", instance.name()).put("status", instance.isRunning() ? "Running" : "Stopped");
      ObjectNode device = one.putObject("expanded_devices").putObject("http");
      device.put("type", "proxy").put("listen", "tcp:" + instance.address());
    }
    return all;
  }

  private Reply instance(String name) {
    Instance instance = instances.get(name);
    if (instance == null) {
      return error(404, "Instance not found");
    }
    ObjectNode one = Json.mapper().createObjectNode();
    one.put("name", name).put("status", instance.isRunning() ? "Running" : "Stopped");
    return sync(one);
  }

  private Reply execute(String name, Call call) {
    Instance instance = instances.get(name);
    if (instance == null) {
      return error(404, "Instance not found");
    }
    if (!instance.isRunning()) {
      return error(400, "Instance is not running");
    }
    List<String> command = new ArrayList<>();
    Json.mapper()
        .readTree(bytes(call))
        .path("command")
        .forEach(word -> command.add(word.asString()));
    String id = "op-" + ++numbers;
    Operation operation = new Operation();
    operations.put(id, operation);
    Scripts script = new Scripts(instance, observer, command);
    instance
        .processes()
        .start(
            command.get(7),
            () -> {
              Scripts.Ended ended = script.run();
              end(id, operation, 200, ended.code());
              logs.put("/1.0/logs/" + id + ".stdout", ended.output());
              logs.put("/1.0/logs/" + id + ".stderr", ended.errors());
            });
    // A container that is stopped ends what runs in it.
    watch(id, operation, instance);
    ObjectNode body = Json.mapper().createObjectNode();
    body.put("type", "async").put("operation", "/1.0/operations/" + id);
    return reply(202, body);
  }

  private void watch(String id, Operation operation, Instance instance) {
    var processes = instance.processes();
    loop.after(
        Duration.ofMillis(500),
        () -> {
          if (operation.endedAt == null) {
            if (processes.isAlive()) {
              watch(id, operation, instance);
            } else {
              end(id, operation, 400, 0);
              operation.error = "the instance stopped";
            }
          }
        });
  }

  private void end(String id, Operation operation, int status, int code) {
    operation.status = status;
    operation.code = code;
    operation.endedAt = loop.now();
    loop.after(REMEMBERED, () -> operations.remove(id));
  }

  private Reply operation(String id) {
    Operation operation = operations.get(id);
    if (operation == null) {
      return error(404, "Operation not found");
    }
    if (operation.endedAt == null) {
      return error(500, "context deadline exceeded");
    }
    return sync(shown(id, operation));
  }

  /// `GET /1.0/operations/ID`, which answers with a running one too.
  private ObjectNode shown(String id, Operation operation) {
    ObjectNode one = Json.mapper().createObjectNode();
    one.put("id", id).put("status_code", operation.status).put("err", operation.error);
    ObjectNode result = one.putObject("metadata");
    result.put("return", operation.code);
    if (logs.containsKey("/1.0/logs/" + id + ".stdout")) {
      result
          .putObject("output")
          .put("1", "/1.0/logs/" + id + ".stdout")
          .put("2", "/1.0/logs/" + id + ".stderr");
    }
    return one;
  }

  Reply look(Call call) {
    Reply refusal = refusal(call);
    if (refusal != null) {
      return refusal;
    }
    String[] path = call.path().split("/", -1);
    Operation operation = operations.get(path[3]);
    return operation == null ? error(404, "Operation not found") : sync(shown(path[3], operation));
  }

  private Reply log(Call call) {
    if (call.method() == Call.Method.DELETE) {
      logs.remove(call.path());
      return sync(Json.mapper().createObjectNode());
    }
    String text = logs.get(call.path());
    return text == null
        ? error(404, "not found")
        : new Reply(200, text.getBytes(StandardCharsets.UTF_8));
  }

  /// @param broken whether only a part arrives
  private Reply push(String name, String path, Call call, boolean broken) {
    Instance instance = instances.get(name);
    if (instance == null || !instance.isRunning()) {
      return error(400, "Instance is not running");
    }
    if (instance.isDiskFull()) {
      return error(500, "no space left on device");
    }
    byte[] content = bytes(call);
    instance.write(path, broken ? java.util.Arrays.copyOf(content, content.length / 2) : content);
    return sync(Json.mapper().createObjectNode());
  }

  /// The connection breaks while a file is sent: a part is left.
  void breakOff(Call call) {
    if (refusal(call) != null) {
      return;
    }
    String[] path = call.path().split("/", -1);
    String file = call.query().get("path");
    if (file != null && path.length > 3) {
      push(path[3], file, call, true);
    }
  }

  private static byte[] bytes(Call call) {
    try (InputStream stream = Objects.requireNonNull(call.content()).open()) {
      return stream.readAllBytes();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
