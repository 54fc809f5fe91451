package dev.serin.lab.incus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The stand-in's routes.
final class Api {

  /// A request, whatever carried it.
  ///
  /// @param segments of the path
  /// @param header its value, or the empty text
  record Call(
      String method,
      List<String> segments,
      Map<String, String> query,
      java.util.function.UnaryOperator<String> header,
      InputStream body) {

    String route() {
      List<String> shape = new ArrayList<>(segments);
      if (shape.size() > 2) {
        shape.set(2, "*");
      }
      if (shape.size() > 5) {
        shape.set(5, "*");
      }
      return method + " /" + String.join("/", shape);
    }

    String subject() {
      return segments.size() > 2 ? segments.get(2) : "";
    }
  }

  private static final ApiReply NOT_FOUND = new ApiReply.Error(404, "not found");

  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final JsonMapper json;
  private final Operations operations;
  private final InstanceFiles files;

  Api(List<Instance> instances, JsonMapper json, Operations operations) {
    instances.forEach(instance -> this.instances.put(instance.name(), instance));
    this.json = json;
    this.operations = operations;
    this.files = new InstanceFiles(json);
  }

  ApiReply answer(Call call) throws IOException, InterruptedException {
    return switch (call.route()) {
      case "GET /1.0" -> new ApiReply.Sync(server());
      case "GET /1.0/instances" ->
          new ApiReply.Sync(list(call.query().getOrDefault("recursion", "0")));
      case "GET /1.0/operations/*" -> operations.show(call.subject());
      case "GET /1.0/operations/*/wait" ->
          operations.await(call.subject(), timeout(call.query().get("timeout")));
      default -> answerOfInstance(call);
    };
  }

  private ApiReply answerOfInstance(Call call) throws IOException, InterruptedException {
    Instance instance = instances.get(call.subject());
    if (instance == null
        || call.segments().size() < 2
        || !call.segments().get(1).equals("instances")) {
      return call.route().contains(" /1.0/instances/")
          ? new ApiReply.Error(
              404,
              "Failed to fetch instance \"%s\" in project \"default\": Instance not found"
                  .formatted(call.subject()))
          : NOT_FOUND;
    }
    String path = call.query().getOrDefault("path", "");
    return switch (call.route()) {
      case "GET /1.0/instances/*" -> new ApiReply.Sync(show(instance, false));
      case "GET /1.0/instances/*/state" -> new ApiReply.Sync(state(instance));
      case "PUT /1.0/instances/*/state" -> changeState(instance, call);
      case "POST /1.0/instances/*/exec" -> execute(instance, call);
      case "GET /1.0/instances/*/files" -> files.get(instance, path);
      case "DELETE /1.0/instances/*/files" -> files.delete(instance, path);
      case "POST /1.0/instances/*/files" -> push(instance, path, call);
      case "GET /1.0/instances/*/logs/exec-output/*" -> readLog(instance, call.segments().get(5));
      case "DELETE /1.0/instances/*/logs/exec-output/*" ->
          deleteLog(instance, call.segments().get(5));
      case "POST /lab/instances/*/systemctl" -> systemctl(instance, call);
      default -> NOT_FOUND;
    };
  }

  private ObjectNode server() {
    ObjectNode server = json.createObjectNode();
    server.put("api_status", "stable");
    server.put("api_version", "1.0");
    server.put("auth", "trusted");
    server.put("public", false);
    ArrayNode extensions = server.putArray("api_extensions");
    List.of("container_exec_recording", "file_delete", "file_append", "directory_manipulation")
        .forEach(extensions::add);
    ObjectNode environment = server.putObject("environment");
    environment.put("server", "serin-lab-stand-in");
    environment.put("server_version", "0.1.0");
    environment.put("project", "default");
    server.putObject("config");
    return server;
  }

  private ArrayNode list(String recursion) {
    ArrayNode list = json.createArrayNode();
    for (Instance instance : instances.values()) {
      switch (recursion) {
        case "1" -> list.add(show(instance, false));
        case "2" -> list.add(show(instance, true));
        default -> list.add("/1.0/instances/" + instance.name());
      }
    }
    return list;
  }

  private ObjectNode show(Instance instance, boolean withState) {
    ObjectNode shown = json.createObjectNode();
    shown.put("name", instance.name());
    shown.put("type", "container");
    shown.put("status", instance.isRunning() ? "Running" : "Stopped");
    shown.put("status_code", instance.isRunning() ? 103 : 102);
    shown.put("project", "default");
    shown.put("location", "none");
    shown.putObject("config").put("user.serin-lab", "yes");
    shown.set("expanded_config", shown.get("config"));
    ObjectNode proxy = shown.putObject("devices").putObject("http");
    proxy.put("type", "proxy");
    proxy.put("listen", "tcp:" + instance.listen());
    proxy.put("connect", "tcp:127.0.0.1:8080");
    shown.set("expanded_devices", shown.get("devices"));
    if (withState) {
      shown.set("state", state(instance));
    }
    return shown;
  }

  private ObjectNode state(Instance instance) {
    Instant startedAt = instance.startedAt();
    UnitStatus unit = instance.unitStatus();
    ObjectNode state = json.createObjectNode();
    state.put("status", startedAt == null ? "Stopped" : "Running");
    state.put("status_code", startedAt == null ? 102 : 103);
    state.put("pid", unit.mainPid());
    state.put("processes", unit.mainPid() == 0 ? 0 : 1);
    state.put("started_at", startedAt == null ? "0001-01-01T00:00:00Z" : startedAt.toString());
    state.putObject("network");
    return state;
  }

  private ApiReply changeState(Instance instance, Call call) throws IOException {
    Optional<JsonNode> body = read(call);
    if (body.isEmpty()) {
      return new ApiReply.Error(400, "expected JSON");
    }
    boolean force = body.get().path("force").asBoolean(false);
    String action = body.get().path("action").asString("");
    return switch (action) {
      case "start", "stop", "restart" ->
          operations.begin(
              instance.name(), action + " instance", _ -> change(instance, action, force));
      default -> new ApiReply.Error(400, "Unknown action: '" + action + "'");
    };
  }

  private static Operations.Done change(Instance instance, String action, boolean force)
      throws Operations.Failed {
    if (action.equals("start") && instance.isRunning()) {
      throw new Operations.Failed(500, "The instance is already running");
    }
    if (!action.equals("start")) {
      if (!instance.isRunning()) {
        throw new Operations.Failed(500, "The instance is already stopped");
      }
      instance.stop(force);
    }
    if (!action.equals("stop")) {
      instance.start();
    }
    return new Operations.Done(null);
  }

  private ApiReply execute(Instance instance, Call call) throws IOException {
    Optional<JsonNode> body = read(call);
    if (body.isEmpty()) {
      return new ApiReply.Error(400, "unexpected end of JSON input");
    }
    if (body.get().path("wait-for-websocket").asBoolean(false)
        || body.get().path("interactive").asBoolean(false)) {
      return new ApiReply.Error(400, "the stand-in records output; it has no WebSockets");
    }
    if (!instance.isRunning()) {
      return new ApiReply.Error(400, "Instance is not running");
    }
    List<String> command = new ArrayList<>();
    body.get().path("command").forEach(word -> command.add(word.asString("")));
    Map<String, String> environment = new LinkedHashMap<>();
    body.get()
        .path("environment")
        .properties()
        .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asString("")));
    if (command.isEmpty()) {
      return new ApiReply.Error(400, "No command given");
    }
    return operations.begin(
        instance.name(),
        "Executing command",
        id -> {
          int code =
              instance
                  .execute(command, environment, id)
                  .orElseThrow(() -> new Operations.Failed(400, "Command not found"));
          return new Operations.Done(executed(instance, id, code));
        });
  }

  private ObjectNode executed(Instance instance, String id, int code) {
    ObjectNode metadata = json.createObjectNode();
    String log = "/1.0/instances/" + instance.name() + "/logs/exec-output/exec_" + id;
    metadata.putObject("output").put("1", log + ".stdout").put("2", log + ".stderr");
    metadata.put("return", code);
    return metadata;
  }

  private ApiReply push(Instance instance, String path, Call call) throws IOException {
    String type = call.header().apply("X-Incus-type");
    return files.push(
        instance,
        path,
        call.header().apply("Content-Type"),
        type.isEmpty() ? "file" : type,
        Optional.of(call.header().apply("X-Incus-mode")).filter(mode -> !mode.isEmpty()),
        call.header().apply("X-Incus-write").equals("append"),
        call.body());
  }

  private static ApiReply readLog(Instance instance, String name) throws IOException {
    Path log = instance.logs().resolve(name);
    if (!isLog(name)) {
      return badLog(name);
    }
    if (!Files.exists(log)) {
      return new ApiReply.Error(404, "open " + log + ": no such file or directory");
    }
    return new ApiReply.Raw(
        ByteBuffer.wrap(Files.readAllBytes(log)), "application/octet-stream", Map.of());
  }

  private ApiReply deleteLog(Instance instance, String name) throws IOException {
    Path log = instance.logs().resolve(name);
    if (!isLog(name)) {
      return badLog(name);
    }
    if (!Files.deleteIfExists(log)) {
      return new ApiReply.Error(404, "remove " + log + ": no such file or directory");
    }
    return new ApiReply.Sync(json.createObjectNode());
  }

  private static boolean isLog(String name) {
    return name.matches("exec_[0-9a-f-]{36}\\.std(out|err)");
  }

  private static ApiReply badLog(String name) {
    return new ApiReply.Error(400, "Exec record-output file name \"" + name + "\" not valid");
  }

  private static ApiReply systemctl(Instance instance, Call call) throws IOException {
    String arguments = new String(call.body().readAllBytes(), StandardCharsets.UTF_8);
    Systemctl.Outcome outcome = instance.systemctl().run(arguments.lines().toList());
    String text = outcome.exitCode() + "\n" + outcome.error() + "\n" + outcome.output();
    return new ApiReply.Raw(StandardCharsets.UTF_8.encode(text), "text/plain", Map.of());
  }

  private Optional<JsonNode> read(Call call) throws IOException {
    try {
      JsonNode node = json.readTree(call.body().readAllBytes());
      return Optional.of(node).filter(JsonNode::isObject);
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  /// Whole seconds; below zero, or none at all, for ever.
  private static @Nullable Duration timeout(@Nullable String seconds) {
    int number = seconds == null ? -1 : Integer.parseInt(seconds);
    return number < 0 ? null : Duration.ofSeconds(number);
  }
}
