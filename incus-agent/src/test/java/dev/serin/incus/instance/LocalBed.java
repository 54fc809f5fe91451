package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.contracts.json.Json;
import dev.serin.incus.rest.Call;
import dev.serin.incus.rest.Content;
import dev.serin.incus.rest.Reply;
import dev.serin.incus.rest.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An Incus server of one instance whose root is this machine: commands really run, in a process of
/// their own, files are really written. What it can't have is systemd's units.
final class LocalBed implements Bed, Wire {
  private final Path directory;
  private final Map<String, String> answers = new HashMap<>();
  private int operations;
  private String status = "Running";
  private boolean forgetful;
  private boolean lossy;
  private boolean losesNext;
  private @Nullable Path tools;

  /// Every word of every command since the bed was made.
  final List<String> words = new ArrayList<>();

  LocalBed(Path directory) {
    this.directory = directory;
  }

  void status(String status) {
    this.status = status;
  }

  /// From now on the tools in this directory stand in for the instance's own of the same names.
  void tools(Path directory) {
    tools = directory;
  }

  /// From now on the server forgets every operation before anybody has asked for it, for one time.
  void forgetOnce() {
    forgetful = true;
  }

  /// The next file that is pushed is gone again at once.
  void losesOne() {
    losesNext = true;
  }

  /// From now on half of every file that is pushed arrives, and the server says that all is well.
  void losesHalf(boolean lossy) {
    this.lossy = lossy;
  }

  @Override
  public Wire wire() {
    return this;
  }

  @Override
  public String instance() {
    return "backend-1";
  }

  @Override
  public String directory() {
    return directory.toString();
  }

  @Override
  public void reset(Map<String, byte[]> files) {
    try {
      for (String file : digests().keySet()) {
        Files.delete(directory.resolve(file));
      }
      for (var file : files.entrySet()) {
        write(directory.resolve(file.getKey()).toString(), file.getValue());
      }
    } catch (IOException undeletable) {
      throw new UncheckedIOException(undeletable);
    }
  }

  void write(String path, byte[] content) {
    try {
      Files.createDirectories(Path.of(path).getParent());
      Files.write(Path.of(path), content);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /// The file's SHA-256; empty where there is none.
  String digest(String path) {
    return digests().getOrDefault(directory.relativize(Path.of(path)).toString(), "");
  }

  @Override
  public SortedMap<String, String> digests() {
    SortedMap<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(LocalBed::isBinary).toList()) {
        digests.put(
            directory.relativize(file).toString(), Binaries.digest(Files.readAllBytes(file)));
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return digests;
  }

  private static boolean isBinary(Path file) {
    return Files.isRegularFile(file) && !file.getFileName().toString().contains(".fence-");
  }

  @Override
  public Reply exchange(Call call) throws IOException {
    String path = call.path();
    if (path.endsWith("/exec")) {
      return status.equals("Running") ? execute(call) : error(400, "Instance is not running");
    }
    if (path.endsWith("/wait") || path.startsWith("/1.0/operations/")) {
      String operation = answers.get(path.replace("/wait", ""));
      if (operation == null || forgetful) {
        forgetful = path.endsWith("/wait") && forgetful;
        return error(404, "Operation not found");
      }
      return json(200, operation);
    }
    if (path.contains("/logs/")) {
      String log = answers.get(path);
      return call.method() == Call.Method.DELETE
          ? json(200, "{\"type\":\"sync\"}")
          : new Reply(log == null ? 404 : 200, (log == null ? "" : log).getBytes(UTF_8));
    }
    if (path.endsWith("/files")) {
      return receive(call);
    }
    if (path.equals("/1.0/instances")) {
      return sync(List.of(Map.of("name", instance(), "status", status)));
    }
    return path.endsWith("/" + instance())
        ? sync(Map.of("name", instance(), "status", status))
        : error(404, "Instance not found");
  }

  private static Content sent(Call call) {
    if (call.content() == null) {
      throw new AssertionError("expected content, was none: " + call.target());
    }
    return call.content();
  }

  private Reply receive(Call call) throws IOException {
    try (InputStream stream = sent(call).open()) {
      byte[] bytes = stream.readAllBytes();
      Path file = Path.of(call.query().get("path"));
      if (losesNext) {
        losesNext = false;
        return sync(Map.of());
      }
      Files.write(file, lossy ? java.util.Arrays.copyOf(bytes, bytes.length / 2) : bytes);
      return sync(Map.of());
    }
  }

  private Reply execute(Call call) throws IOException {
    JsonNode request;
    try (InputStream stream = sent(call).open()) {
      request = Json.mapper().readTree(stream);
    }
    List<String> command = new ArrayList<>();
    request.path("command").forEach(word -> command.add(word.asString()));
    words.addAll(command);
    String operation = "/1.0/operations/" + ++operations;
    String log = "/1.0/instances/backend-1/logs/exec-output/" + operations;
    Path output = Files.createTempFile("serin", ".stdout");
    Path errors = Files.createTempFile("serin", ".stderr");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      request
          .path("environment")
          .properties()
          .forEach(entry -> builder.environment().put(entry.getKey(), entry.getValue().asString()));
      if (tools != null) {
        builder.environment().merge("PATH", tools.toString(), (path, own) -> own + ":" + path);
      }
      Process process = builder.start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IOException("a script hangs");
      }
      answers.put(log + ".stdout", Files.readString(output));
      answers.put(log + ".stderr", Files.readString(errors));
      answers.put(operation, ended(process.exitValue(), log));
    } catch (InterruptedException stopped) {
      throw new IOException(stopped);
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
    return json(202, "{\"type\":\"async\",\"operation\":\"" + operation + "\",\"metadata\":null}");
  }

  private static String ended(int code, String log) {
    return Json.mapper()
        .writeValueAsString(
            Map.of(
                "type",
                "sync",
                "metadata",
                Map.of(
                    "status_code",
                    200,
                    "metadata",
                    Map.of(
                        "return",
                        code,
                        "output",
                        Map.of("1", log + ".stdout", "2", log + ".stderr")))));
  }

  private static Reply sync(Object metadata) {
    return json(
        200, Json.mapper().writeValueAsString(Map.of("type", "sync", "metadata", metadata)));
  }

  private static Reply error(int code, String error) {
    return json(
        code,
        Json.mapper()
            .writeValueAsString(Map.of("type", "error", "error_code", code, "error", error)));
  }

  private static Reply json(int status, String text) {
    return new Reply(status, text.getBytes(UTF_8));
  }
}
