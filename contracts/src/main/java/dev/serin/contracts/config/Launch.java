package dev.serin.contracts.config;

import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/// Starts a process: reads `--config FILE`, refuses what it does not know, and says in one line
/// what is wrong instead of printing a stack trace.
public final class Launch {
  private static final int BAD_USAGE = 2;

  /// Long enough for the agents' part in the rollout that the coordinator plays.
  private static final Duration REHEARSED_FOR = Duration.ofSeconds(20);

  private Launch() {}

  /// What was asked on the command line.
  ///
  /// @param config the configuration file; none for the defaults
  /// @param without what a standalone leaves out
  public record Options(@Nullable Path config, List<String> without) {
    public Options {
      without = List.copyOf(without);
    }
  }

  /// Reads `--config FILE` and, where `mayLeaveOut` names something, `--without NAME`.
  ///
  /// @throws IllegalArgumentException with one line for the user
  public static Options options(String[] arguments, List<String> mayLeaveOut) {
    Path config = null;
    List<String> without = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      String[] parts = arguments[i].split("=", 2);
      boolean known =
          parts[0].equals("--config") || (parts[0].equals("--without") && !mayLeaveOut.isEmpty());
      if (!known) {
        throw new IllegalArgumentException(
            "expected --config FILE"
                + (mayLeaveOut.isEmpty() ? "" : " or --without NAME")
                + ", found '"
                + arguments[i]
                + "'");
      }
      String value = parts.length == 2 ? parts[1] : ++i < arguments.length ? arguments[i] : "";
      if (parts[0].equals("--config")) {
        config = configFile(value);
      } else if (mayLeaveOut.contains(value)) {
        without.add(value);
      } else {
        throw new IllegalArgumentException(
            "--without: expected one of "
                + String.join(", ", mayLeaveOut)
                + ", found '"
                + value
                + "'");
      }
    }
    return new Options(config, without);
  }

  private static Path configFile(String name) {
    Path file = Path.of(name).toAbsolutePath();
    if (name.isEmpty() || !Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          "--config: expected a readable YAML file, found '" + name + "'");
    }
    return file;
  }

  /// Runs an application until it is stopped.
  ///
  /// @param name of the process; its own defaults are in `<name>.yaml` on the class path
  public static void run(Class<?> application, String name, String[] arguments) {
    if (application.getResource("/" + name + ".yaml") == null) {
      throw new IllegalStateException("expected " + name + ".yaml on the class path, found none");
    }
    Options options = parse(arguments, List.of());
    SpringApplication prepared = prepare(application, name, options, Map.of());
    if (Boolean.getBoolean("serin.rehearse")) {
      ApplicationListener<ApplicationReadyEvent> once =
          ready -> endSoon(ready.getApplicationContext());
      prepared.addListeners(once);
    }
    start(prepared, name);
  }

  /// The launcher's rehearsal: what the JVM learns of the classes on the way to here, and while the
  /// coordinator plays a rollout to it, is kept for the real start. A coordinator ends by itself
  /// when it has played it.
  private static void endSoon(ConfigurableApplicationContext context) {
    Thread.ofPlatform()
        .name("rehearsal")
        .start(() -> {
          LockSupport.parkNanos(REHEARSED_FOR.toNanos());
          context.close();
        });
  }

  /// Reads the command line, or ends the process with one line.
  public static Options parse(String[] arguments, List<String> mayLeaveOut) {
    try {
      return options(arguments, mayLeaveOut);
    } catch (IllegalArgumentException wrong) {
      end(BAD_USAGE, wrong.getMessage());
      throw wrong;
    }
  }

  /// Starts an application, or ends the process with one line.
  public static void start(SpringApplication application, String name) {
    try {
      application.run();
    } catch (RuntimeException failed) {
      end(1, name + " does not start: " + rootCause(failed));
    }
  }

  /// An application that is ready to run, for tests and for standalone.
  public static SpringApplication prepare(
      Class<?> application, String name, Options options, Map<String, Object> properties) {
    SpringApplicationBuilder builder =
        new SpringApplicationBuilder(application)
            .bannerMode(Banner.Mode.OFF)
            .properties(
                Map.of("spring.config.name", name, "serin.kafka.instance-id", instance(options)))
            .properties(properties);
    if (options.config() != null) {
      builder.properties(
          Map.of("spring.config.additional-location", options.config().toUri().toString()));
    }
    return builder.build();
  }

  /// A name for this process in its consumer groups that stays over restarts, and that no other
  /// process with a configuration of its own has: so that what it held is not waited for.
  private static String instance(Options options) {
    Path place = options.config() == null ? Path.of("") : options.config();
    CRC32 digest = new CRC32();
    digest.update(place.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
    return host() + "-" + Long.toHexString(digest.getValue());
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "host";
    }
  }

  private static String rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  private static void end(int code, @Nullable String line) {
    PrintStream err = System.err;
    err.println("serin: " + line);
    err.flush();
    Runtime.getRuntime().halt(code);
  }
}
