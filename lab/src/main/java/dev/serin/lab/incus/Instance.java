package dev.serin.lab.incus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One instance: a directory, and the process of its unit.
///
/// | in the instance | on this machine |
/// |---|---|
/// | `/opt/serin-lab` | `DIRECTORY/opt/serin-lab` |
/// | `127.0.0.1:8080` | the instance's own address |
final class Instance {

  /// The unit, and the directory's name below the known prefix.
  static final String UNIT = "backend-api";

  private static final String PREFIX = "/opt/serin-lab";
  private static final String INNER_ADDRESS = "127.0.0.1:8080";

  private final String name;
  private final Path directory;
  private final String listen;
  private final Path java;
  private final Translation translation;
  private final Unit unit;
  private final Systemctl systemctl;
  private final InstantSource clock;
  private @Nullable Instant startedAt;

  /// @param listen `address:port` that the unit listens on
  /// @param java the `java` that runs the backend
  Instance(String name, Path directory, String listen, Path java, InstantSource clock) {
    this.name = name;
    this.directory = directory;
    this.listen = listen;
    this.java = java;
    this.clock = clock;
    this.translation = new Translation(Map.of(PREFIX, directory + PREFIX, INNER_ADDRESS, listen));
    this.unit = new Unit(this::launch, clock);
    this.systemctl = new Systemctl(Map.of(UNIT, unit));
  }

  String name() {
    return name;
  }

  String listen() {
    return listen;
  }

  Path directory() {
    return directory;
  }

  Translation translation() {
    return translation;
  }

  Systemctl systemctl() {
    return systemctl;
  }

  UnitStatus unitStatus() {
    return unit.status();
  }

  synchronized @Nullable Instant startedAt() {
    return startedAt;
  }

  boolean isRunning() {
    return startedAt() != null;
  }

  /// Where the path of the instance lies on this machine; none where it has no such place.
  Optional<Path> locate(String path) {
    Path inside = Path.of(path).normalize();
    if (!inside.isAbsolute()) {
      return Optional.empty();
    }
    return Optional.of(
        inside.startsWith(PREFIX)
            ? directory.resolve(inside.toString().substring(1))
            : directory.resolve("root").resolve(inside.toString().substring(1)));
  }

  Path logs() {
    return directory.resolve("exec-output");
  }

  /// Makes what is missing of it on disk, with the shims for its commands.
  ///
  /// @param server the stand-in's socket, where the shims ask
  void prepare(Path server, boolean root) throws IOException {
    Files.createDirectories(directory.resolve(PREFIX.substring(1)).resolve(UNIT));
    Files.createDirectories(directory.resolve("root/tmp"));
    Files.createDirectories(logs());
    Path shims = Files.createDirectories(directory.resolve("shims"));
    shim(shims.resolve("systemctl"), systemctlShim(server));
    if (!root) {
      shim(shims.resolve("chown"), "#!/bin/sh\n# Files keep their owner where nobody is root.\n");
    }
    endLeftover();
  }

  /// Asks the stand-in; its answer is the exit code, a line for standard error, and the output.
  private String systemctlShim(Path server) {
    return """
    #!/bin/sh
    # systemctl, as the lab's Incus stand-in has it.
    printf '%%s\\n' "$@" |
      curl -sS --unix-socket '%s' --data-binary @- http://stand-in/lab/instances/%s/systemctl | {
      read -r code || code=1
      read -r error || error='no answer of the stand-in'
      cat
      [ -z "$error" ] || printf '%%s\\n' "$error" >&2
      exit "$code"
    }
    """
        .formatted(server, name);
  }

  private static void shim(Path file, String text) throws IOException {
    Files.writeString(file, text);
    if (!file.toFile().setExecutable(true)) {
      throw new IOException("expected to make " + file + " executable; it could not be");
    }
  }

  synchronized void start() {
    if (startedAt == null) {
      startedAt = clock.instant();
      unit.resetFailed();
      boolean unused = unit.start();
    }
  }

  /// @param force as a power cut: nobody is told
  void stop(boolean force) {
    if (force) {
      unit.kill();
    } else {
      unit.stop().join();
    }
    synchronized (this) {
      startedAt = null;
    }
  }

  private Process launch() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(translation.toMachine(PREFIX + "/" + UNIT + "/" + UNIT))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("unit.log").toFile()));
    Map<String, String> environment = builder.environment();
    environment.put("SERIN_LAB_LISTEN", listen);
    environment.put("SERIN_LAB_NODE", name);
    environment.put("SERIN_LAB_JAVA", java.toString());
    Process process = builder.start();
    Files.writeString(pidFile(), process.pid() + " " + startOf(process.toHandle()));
    return process;
  }

  private Path pidFile() {
    return directory.resolve("unit.pid");
  }

  private static String startOf(ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(start -> start.truncatedTo(ChronoUnit.SECONDS).toString())
        .orElse("");
  }

  /// A stand-in that was killed leaves its unit's process behind: it is ours if pid and start
  /// agree.
  private void endLeftover() throws IOException {
    if (!Files.exists(pidFile())) {
      return;
    }
    String[] words = Files.readString(pidFile()).split(" ", 2);
    ProcessHandle.of(Long.parseLong(words[0]))
        .filter(process -> words.length == 2 && words[1].equals(startOf(process)))
        .ifPresent(ProcessHandle::destroyForcibly);
    Files.delete(pidFile());
  }

  /// Runs a command to its end, its output in the instance's logs.
  ///
  /// @return its exit code; 127 and no more where there is no such command
  Optional<Integer> execute(List<String> command, Map<String, String> environment, String id)
      throws InterruptedException {
    Map<String, String> variables = new HashMap<>(environment);
    String path =
        directory.resolve("shims") + ":" + variables.getOrDefault("PATH", System.getenv("PATH"));
    variables.put("PATH", path);
    List<String> translated = new ArrayList<>(command);
    translated.replaceAll(translation::toMachine);
    Optional<Path> program = find(translated.getFirst(), path);
    if (program.isEmpty()) {
      return Optional.empty();
    }
    translated.set(0, program.get().toString());
    Path output = logs().resolve("exec_" + id + ".stdout");
    Path errors = logs().resolve("exec_" + id + ".stderr");
    ProcessBuilder builder =
        new ProcessBuilder(translated)
            .directory(directory.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().putAll(variables);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      int code = process.waitFor();
      inTheInstancesWords(output);
      inTheInstancesWords(errors);
      return Optional.of(code);
    } catch (IOException e) {
      throw new UncheckedIOException("expected to run " + translated.getFirst(), e);
    }
  }

  private void inTheInstancesWords(Path log) throws IOException {
    String text = Files.readString(log, StandardCharsets.ISO_8859_1);
    Files.writeString(log, translation.toInstance(text), StandardCharsets.ISO_8859_1);
  }

  private static Optional<Path> find(String program, String path) {
    if (program.contains("/")) {
      return Optional.of(Path.of(program)).filter(Files::isExecutable);
    }
    for (String place : path.split(":", -1)) {
      Path candidate = Path.of(place, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /// Ends its process, within a few seconds.
  void close() {
    try {
      unit.stop().get(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      unit.kill();
    } catch (java.util.concurrent.ExecutionException
        | java.util.concurrent.TimeoutException stillThere) {
      unit.kill();
    }
  }
}
