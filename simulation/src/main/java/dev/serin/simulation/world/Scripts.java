package dev.serin.simulation.world;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The incus-agent's scripts as they act in an instance, an effect a step: between any two the
/// container may be stopped, another execution may want the lock, time passes. What each step does
/// and says is what the script of the same name does and says.
final class Scripts {
  private static final Duration STEP = Duration.ofMillis(2);
  private static final Duration LOCK_WITHIN = Duration.ofSeconds(30);
  private static final long CLOCKS_APART_MS = 3_600_000;

  /// What it ends with at its time-out.
  private static final int KILLED = 137;

  /// How a script ended.
  record Ended(int code, String output, String errors) {}

  /// `exit` in the middle.
  private static final class Exit extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int code;

    Exit(int code) {
      super(null, null, false, false);
      this.code = code;
    }
  }

  private final Instance instance;
  private final VirtualProcess process;
  private final Observer observer;
  private final String title;
  private final Instant killedAt;
  private final String target;
  private final String part;
  private final long fence;
  private final List<String> arguments;
  private final StringBuilder output = new StringBuilder();
  private final StringBuilder errors = new StringBuilder();
  private @Nullable String partToRemove;
  private boolean locked;

  /// @param words the command as it was given: `timeout -s KILL LIMIT sh -euc TEXT TITLE target
  ///   token fence argument…`
  Scripts(Instance instance, Observer observer, List<String> words) {
    this.instance = instance;
    this.process = instance.processes();
    this.observer = observer;
    this.killedAt = instance.processes().now().plusSeconds(Long.parseLong(words.get(3)));
    this.title = words.get(7);
    this.target = words.get(8);
    this.part = Instance.STORE + "/.api.tmp-" + words.get(9);
    this.fence = Long.parseLong(words.get(10));
    this.arguments = words.subList(11, words.size());
  }

  Ended run() {
    int code = 0;
    try {
      step();
      switch (title) {
        case "serin-look" -> look();
        case "serin-keep" -> keep();
        case "serin-prepare" -> prepare();
        case "serin-install" -> install();
        case "serin-restore" -> restore();
        case "serin-restart" -> restart();
        case "serin-health" -> health();
        case "serin-smoke" -> smoke();
        case "serin-watch" -> watch();
        default -> throw new IllegalArgumentException("no model of " + title);
      }
    } catch (Exit exit) {
      code = exit.code;
    } finally {
      if (locked) {
        instance.unlock();
      }
    }
    String left = partToRemove;
    if (left != null && code != KILLED) {
      instance.files().remove(left);
    }
    return new Ended(code, output.toString(), errors.toString());
  }

  /// Time passes, and `timeout` may end it all.
  private void step() {
    pause(STEP);
  }

  private void pause(Duration howLong) {
    process.sleep(howLong);
    if (!process.now().isBefore(killedAt)) {
      throw new Exit(KILLED);
    }
  }

  private void say(String line) {
    output.append(line).append('\n');
  }

  private Exit end(String outcome) {
    say("outcome " + outcome);
    return new Exit(0);
  }

  private Exit fails(String complaint) {
    errors.append(complaint).append('\n');
    return new Exit(1);
  }

  private void alone() {
    Instant until = process.now().plus(LOCK_WITHIN);
    while (!instance.lock()) {
      if (process.now().isAfter(until)) {
        throw fails("another execution works on " + Instance.DIRECTORY);
      }
      pause(Duration.ofMillis(20));
    }
    locked = true;
    if (fence < instance.fence()) {
      throw end("stale " + instance.fence());
    }
    if (fence > process.now().toEpochMilli() + CLOCKS_APART_MS) {
      throw end("future " + process.now().toEpochMilli());
    }
    instance.obey(fence);
    step();
  }

  private void effect(String what) {
    observer.inInstance(instance, title, fence, what);
  }

  private void room() {
    if (instance.isDiskFull()) {
      throw fails("No space left on device");
    }
  }

  private void clean() {
    instance.files().keySet().removeIf(path -> path.startsWith(Instance.STORE + "/.api.tmp-"));
  }

  private void look() {
    if (fence > process.now().toEpochMilli() + CLOCKS_APART_MS) {
      say("clock-behind " + process.now().toEpochMilli());
    }
    byte[] binary = instance.content(target);
    if (binary == null) {
      say("binary missing");
    } else {
      say("binary file");
      say("binary-size " + binary.length);
      say("binary-digest " + instance.digest(target));
    }
    if (!arguments.get(3).equals("-")) {
      artifact(arguments.get(3));
    }
    say("free-kib " + (instance.isDiskFull() ? 0 : 10_000_000));
    for (String tool : List.of("curl", "systemctl", "flock")) {
      say("tool " + tool);
    }
    boot();
    step();
    for (String unit : arguments.subList(5, arguments.size())) {
      say("unit " + unit + " loaded " + instance.unit().active() + " " + instance.unit().sub());
      identify(unit);
      if (instance.unit().life() != null && !instance.runsInstalled()) {
        say("older " + unit);
      }
    }
    throw end("looked");
  }

  private void artifact(String path) {
    byte[] content = instance.content(path);
    if (content == null) {
      say("artifact missing");
      return;
    }
    say("artifact file");
    say("artifact-size " + content.length);
    say("artifact-digest " + instance.digest(path));
    say("artifact-magic " + HexFormat.of().formatHex(content, 0, Math.min(4, content.length)));
  }

  /// The unit's file never changes here.
  private void identify(String unit) {
    long invocation = instance.unit().invocation();
    say(
        "identity "
            + unit
            + " "
            + (invocation == 0 ? "-" : "i" + invocation)
            + " "
            + instance.unit().restarts()
            + " f0");
  }

  private void boot() {
    say("boot " + instance.boots());
  }

  private void watch() {
    if (instance.content(target) != null) {
      String mark = "m" + instance.changedAt(target).toEpochMilli();
      say("mark " + mark);
      if (!mark.equals(arguments.getFirst())) {
        say("binary-digest " + instance.digest(target));
      }
    }
    boot();
    step();
    for (String unit : arguments.subList(1, arguments.size())) {
      String job = instance.unit().hasJob() ? "1" : "none";
      say("state " + unit + " loaded " + instance.unit().active() + " " + job);
      identify(unit);
    }
    throw end("seen");
  }

  private void keep() {
    String wanted = arguments.get(0);
    int keep = Integer.parseInt(arguments.get(1));
    alone();
    String kept = Instance.STORE + "/api-" + wanted;
    if (!instance.digest(kept).equals(wanted)) {
      String installed = instance.digest(target);
      if (!installed.equals(wanted)) {
        throw end("other " + (installed.isEmpty() ? "-" : installed));
      }
      clean();
      copy(target);
      step();
      instance.move(part, kept);
      partToRemove = null;
      effect("kept " + wanted.substring(0, 8));
      step();
    } else {
      byte[] same = instance.content(kept);
      if (same != null) {
        instance.write(kept, same);
      }
    }
    prune(wanted, keep);
    say("path " + kept);
    throw end("kept");
  }

  private void copy(String from) {
    partToRemove = part;
    room();
    byte[] content = instance.content(from);
    if (content == null) {
      throw fails("cp: cannot stat '" + from + "'");
    }
    instance.write(part, content);
  }

  private void prune(String wanted, int keep) {
    TreeMap<Instant, String> byAge = new TreeMap<>();
    instance
        .files()
        .forEach((path, file) -> {
          if (path.startsWith(Instance.STORE + "/api-")) {
            byAge.put(file.changedAt(), path);
          }
        });
    int count = 0;
    String installed = instance.installed();
    for (String path : byAge.descendingMap().values()) {
      String sum = path.substring(path.lastIndexOf('-') + 1);
      if (++count > keep && !sum.equals(wanted) && !sum.equals(installed)) {
        instance.files().remove(path);
      }
    }
  }

  private void prepare() {
    String wanted = arguments.get(0);
    alone();
    clean();
    if (instance.installed().equals(wanted)) {
      say("size " + size());
      throw end("installed");
    }
    String artifact = arguments.get(1);
    if (!artifact.equals("-")) {
      if (instance.content(artifact) == null) {
        throw end("missing");
      }
      copy(artifact);
      partToRemove = null;
      step();
    }
    say("part " + part);
    throw end("ready");
  }

  private int size() {
    byte[] content = instance.content(target);
    return content == null ? 0 : content.length;
  }

  private void install() {
    String wanted = arguments.get(0);
    alone();
    if (instance.installed().equals(wanted)) {
      instance.files().remove(part);
      say("size " + size());
      throw end("installed");
    }
    if (!instance.files().containsKey(part)) {
      throw end("lost");
    }
    partToRemove = part;
    String found = instance.digest(part);
    if (!found.equals(wanted)) {
      throw end("broken " + found);
    }
    step();
    instance.move(part, target);
    partToRemove = null;
    effect("installed " + wanted.substring(0, 8));
    step();
    say("size " + size());
    throw end("installed");
  }

  private void restore() {
    String wanted = arguments.get(0);
    List<String> known =
        arguments.subList(5, arguments.size()).stream()
            .filter(word -> !word.contains("="))
            .toList();
    alone();
    String installed = instance.installed();
    if (installed.equals(wanted)) {
      clean();
      throw end("restored installed");
    }
    if (!known.isEmpty() && !installed.isEmpty() && !known.contains(installed)) {
      throw end("foreign " + installed);
    }
    clean();
    String kept = Instance.STORE + "/api-" + wanted;
    if (!instance.digest(kept).equals(wanted)) {
      throw end("none");
    }
    // A full disk still has room for a second name of the same file.
    byte[] content = instance.content(kept);
    if (content != null) {
      partToRemove = part;
      instance.write(part, content);
    }
    step();
    instance.move(part, target);
    partToRemove = null;
    effect("restored " + wanted.substring(0, 8));
    step();
    throw end("restored kept");
  }

  private void restart() {
    long settleMs = Long.parseLong(arguments.get(0));
    long limitMs = Long.parseLong(arguments.get(1));
    boolean onlyDown = arguments.get(2).equals("down");
    List<String> outworn = List.of(arguments.get(3).split(",", -1));
    List<String> units = arguments.subList(4, arguments.size());
    Unit unit = instance.unit();
    if (instance.content(target) == null) {
      throw end("missing");
    }
    alone();
    int restartsBefore = 0;
    boolean changed = false;
    boolean runs = onlyDown ? unit.life() != null : instance.runsInstalled();
    if (!runs || unit.sub().equals("auto-restart") || outworn.contains("i" + unit.invocation())) {
      unit.resetFailed();
      step();
      unit.restart();
      changed = true;
      instance.restartedBySerin();
      effect("restarted");
    } else {
      restartsBefore = unit.restarts();
    }
    instance.unlock();
    locked = false;
    Instant deadline = process.now().plusMillis(limitMs);
    while (!up(unit, units.getFirst(), restartsBefore, settleMs)) {
      if (!process.now().isBefore(deadline)) {
        throw end("slow " + units.getFirst() + " " + unit.active() + " " + unit.sub());
      }
      pause(Duration.ofMillis(100));
    }
    Unit.Life life = unit.life();
    long invocation = life == null ? 0 : life.invocation();
    say("unit " + units.getFirst() + " " + (1_000 + invocation) + " i" + invocation);
    identify(units.getFirst());
    boot();
    throw end("up " + (changed ? "yes" : "no"));
  }

  private boolean up(Unit unit, String name, int restartsBefore, long settleMs) {
    if (unit.hasJob()) {
      return false;
    }
    if (unit.life() == null || unit.restarts() > restartsBefore) {
      for (int tries = 0; tries < 5 && unit.result().equals("success"); tries++) {
        pause(Duration.ofMillis(100));
      }
      throw end("crashed " + name + " " + unit.result() + " " + unit.code());
    }
    Unit.Life life = unit.life();
    return life != null && !process.now().isBefore(life.startedAt().plusMillis(settleMs));
  }

  private void health() {
    long withinMs = Long.parseLong(arguments.get(1));
    List<String> units = arguments.subList(2, arguments.size());
    Unit unit = instance.unit();
    Instant deadline = process.now().plusMillis(withinMs);
    Unit.Life before = unit.life();
    int attempts = 0;
    while (true) {
      down(unit, units.getFirst());
      attempts++;
      boolean healthy = unit.isHealthy();
      step();
      down(unit, units.getFirst());
      Unit.Life now = unit.life();
      if (before == null || now == null || now.invocation() != before.invocation()) {
        throw end("replaced");
      }
      if (healthy) {
        instance.provenHealthy();
        throw end("healthy " + attempts);
      }
      if (!process.now().isBefore(deadline)) {
        throw end("unhealthy 500 0 " + attempts);
      }
      pause(Duration.ofMillis(attempts < 50 ? 100 : 500));
    }
  }

  /// Whatever is asked for, a healthy process answers 200 and the others 500.
  private void smoke() {
    step();
    boolean up = instance.unit().life() != null;
    String answer =
        up ? (instance.unit().isHealthy() ? "ok\n200 000" : "ill\n500 000") : "\n000 007";
    say("body " + Base64.getEncoder().encodeToString(answer.getBytes(UTF_8)));
    say("rest ");
    throw end("asked");
  }

  private void down(Unit unit, String name) {
    if (unit.life() == null) {
      throw end("down " + name + " " + unit.active() + " " + unit.result() + " " + unit.code());
    }
  }
}
