package dev.serin.lab.incus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The command `systemctl` of an instance, as far as releases need it.
final class Systemctl {

  /// What the command ends with.
  record Outcome(int exitCode, String output, String error) {}

  private static final Set<String> WITHOUT_EFFECT = Set.of("enable", "disable", "daemon-reload");
  private static final int NOT_ACTIVE = 3;
  private static final int NO_SUCH_UNIT = 5;

  private final Map<String, Unit> units;

  Systemctl(Map<String, Unit> units) {
    this.units = Map.copyOf(units);
  }

  Outcome run(List<String> arguments) {
    Arguments read = Arguments.read(arguments);
    if (WITHOUT_EFFECT.contains(read.verb)) {
      return new Outcome(0, "", "");
    }
    StringBuilder output = new StringBuilder();
    Outcome last = new Outcome(0, "", "");
    for (String name : read.units) {
      Outcome outcome = act(read, name, units.get(name));
      output.append(outcome.output);
      if (outcome.exitCode != 0) {
        last = outcome;
      }
    }
    return new Outcome(last.exitCode, output.toString(), last.error);
  }

  private static Outcome act(Arguments read, String name, @Nullable Unit unit) {
    return switch (read.verb) {
      case "cat" ->
          unit == null
              ? missing("cat", name)
              : new Outcome(0, "# " + name + ".service\n[Service]\n", "");
      case "show" -> show(read, unit == null ? UnitStatus.NOT_FOUND : unit.status());
      case "is-active" -> isActive(unit == null ? UnitStatus.NOT_FOUND : unit.status());
      case "start", "stop", "restart", "reset-failed", "status" ->
          unit == null ? missing(read.verb, name) : act(read, name, unit, read.verb);
      default -> new Outcome(1, "", "Unknown command verb " + read.verb + ".");
    };
  }

  private static Outcome act(Arguments read, String name, Unit unit, String verb) {
    return switch (verb) {
      case "start" -> started(name, unit.start());
      case "stop" -> {
        CompletableFuture<Void> stopped = unit.stop();
        if (!read.noBlock) {
          stopped.join();
        }
        yield new Outcome(0, "", "");
      }
      case "restart" -> {
        CompletableFuture<Boolean> started = unit.restart();
        yield read.noBlock ? new Outcome(0, "", "") : started(name, started.join());
      }
      case "reset-failed" -> {
        unit.resetFailed();
        yield new Outcome(0, "", "");
      }
      default -> {
        Outcome active = isActive(unit.status());
        yield new Outcome(active.exitCode, name + ".service: " + active.output, "");
      }
    };
  }

  private static Outcome started(String name, boolean started) {
    return started
        ? new Outcome(0, "", "")
        : new Outcome(
            1, "", "Job for " + name + ".service failed: start request repeated too quickly.");
  }

  private static Outcome missing(String verb, String name) {
    return verb.equals("reset-failed")
        ? new Outcome(
            1,
            "",
            "Failed to reset failed state of unit %s.service: Unit %s.service not loaded."
                .formatted(name, name))
        : new Outcome(
            NO_SUCH_UNIT,
            "",
            "Failed to %s %s.service: Unit %s.service not found.".formatted(verb, name, name));
  }

  private static Outcome isActive(UnitStatus status) {
    return new Outcome(
        status.active().equals("active") ? 0 : NOT_ACTIVE, status.active() + "\n", "");
  }

  private static Outcome show(Arguments read, UnitStatus status) {
    StringBuilder output = new StringBuilder();
    Map<String, String> shown = new LinkedHashMap<>(status.properties(read.micros));
    if (!read.properties.isEmpty()) {
      shown.keySet().retainAll(read.properties);
    }
    shown.forEach(
        (key, value) -> output.append(read.valueOnly ? "" : key + "=").append(value).append('\n'));
    return new Outcome(0, output.toString(), "");
  }

  private record Arguments(
      String verb,
      List<String> units,
      List<String> properties,
      boolean noBlock,
      boolean micros,
      boolean valueOnly) {

    static Arguments read(List<String> arguments) {
      List<String> words = new ArrayList<>();
      List<String> properties = new ArrayList<>();
      boolean noBlock = false;
      boolean micros = false;
      boolean valueOnly = false;
      for (int i = 0; i < arguments.size(); i++) {
        String argument = arguments.get(i);
        if (argument.equals("-p") && i + 1 < arguments.size()) {
          i++;
          properties.addAll(List.of(arguments.get(i).split(",", -1)));
        } else if (argument.startsWith("--property=")) {
          properties.addAll(List.of(argument.substring(argument.indexOf('=') + 1).split(",", -1)));
        } else if (!argument.startsWith("-")) {
          words.add(argument);
        }
        noBlock |= argument.equals("--no-block");
        micros |= argument.matches("--timestamp=(us|µs|us\\+utc|µs\\+utc)");
        valueOnly |= argument.equals("--value");
      }
      String verb = words.isEmpty() ? "list-units" : words.getFirst();
      List<String> units =
          words.stream().skip(1).map(word -> word.replaceFirst("\\.service$", "")).toList();
      return new Arguments(verb, units, properties, noBlock, micros, valueOnly);
    }
  }
}
