package dev.serin.incus.instance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A shell script that runs in an instance: POSIX sh, coreutils, `flock` and systemd's own tools.
/// Each may be run twice, and beside a run of itself that nobody waits for any more.
enum Script {
  /// Tells what is there.
  LOOK(false),
  /// Keeps the installed binary.
  KEEP(false),
  /// Makes room for a new one.
  PREPARE(false),
  /// Moves a new one over the installed one.
  INSTALL(false),
  /// Puts an old one back.
  RESTORE(false),
  /// Restarts units; all but its first milliseconds is waiting.
  RESTART(true),
  /// Asks for health; waiting all along.
  HEALTH(true),
  /// Asks for one thing.
  SMOKE(true),
  /// Tells, at little cost, whether it is still what it was.
  WATCH(true),
  /// Tells what there is in place of further files.
  LOOK_FILES(false),
  /// Keeps their content.
  KEEP_FILES(false),
  /// Puts them where they belong, or back.
  PLACE_FILES(false);

  private final boolean mostlyWaits;
  private final String text;

  Script(boolean mostlyWaits) {
    this.mostlyWaits = mostlyWaits;
    String own = name().toLowerCase(Locale.ROOT);
    this.text = read("lib") + (own.endsWith("_files") ? read("files") : "") + read(own);
  }

  /// Whether a newer command need not wait for its end: what goes on in the instance then only
  /// looks.
  boolean mostlyWaits() {
    return mostlyWaits;
  }

  String text() {
    return text;
  }

  /// How it is called in the instance's process list.
  String title() {
    return "serin-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String read(String name) {
    try (InputStream stream = Script.class.getResourceAsStream(name + ".sh")) {
      if (stream == null) {
        throw new IllegalStateException("the script " + name + ".sh is missing from the jar");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
