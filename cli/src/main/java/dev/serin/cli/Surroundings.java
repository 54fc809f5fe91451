package dev.serin.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;

/// What the command finds around it, so that a test can put something else there.
///
/// @param out for results; with `-o json` for nothing but JSON
/// @param err for messages to people
/// @param terminal whether `out` is a terminal that a person looks at
/// @param charset what `out` can show
public record Surroundings(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    InstantSource clock,
    ZoneId zone,
    boolean terminal,
    Charset charset) {

  /// The process's own; the launcher says whether stdout is a terminal, which costs the JVM more.
  public static Surroundings ofThisProcess() {
    return new Surroundings(
        System.in,
        System.out,
        System.err,
        System.getenv(),
        InstantSource.system(),
        ZoneId.systemDefault(),
        Boolean.getBoolean("serin.terminal"),
        System.out.charset());
  }

  /// An environment variable; an empty one counts as unset.
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /// Whether colours are wanted (no-color.org).
  public boolean colour() {
    return terminal
        && variable("NO_COLOR").isEmpty()
        && !"dumb".equals(environment.getOrDefault("TERM", "dumb"));
  }

  /// Whether the whole screen may be drawn on.
  public boolean screen() {
    return terminal && !"dumb".equals(environment.getOrDefault("TERM", "dumb"));
  }

  /// Whether marks such as ✔ can be shown.
  public boolean unicode() {
    return charset.newEncoder().canEncode('✔');
  }
}
