package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.view.Text;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prints the rescue sheet: what a person does when Serin itself is gone. It needs nobody to
/// answer.
@Command(
    name = "rescue",
    description =
        "Prints the commands that take a rollout back, or finish it, by hand from where it is: for"
            + " the case that Serin itself is gone. It is a shell script: 'serin rescue SERVICE >"
            + " rescue.sh'. Without a service: which there are.")
public final class RescueCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(index = "0", arity = "0..1", paramLabel = "SERVICE", description = "the service")
  private @Nullable String service;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Serin's data directory (SERIN_DATA; ./data)")
  private @Nullable Path data;

  public RescueCommand(Session session) {
    this.session = session;
  }

  private Path directory() {
    Path named =
        data != null ? data : Path.of(session.surroundings().variable("SERIN_DATA").orElse("data"));
    return named.resolve("rescue");
  }

  @Override
  public Integer call() {
    if (service == null) {
      return list();
    }
    String sheet = sheet(service);
    if (session.isJson()) {
      session.print(Json.mapper().createObjectNode().put("service", service).put("sheet", sheet));
    } else {
      session.surroundings().out().print(sheet);
      session.surroundings().out().flush();
    }
    return ExitCode.DONE.number();
  }

  private int list() {
    List<String> services = written();
    if (session.isJson()) {
      var names = Json.mapper().createArrayNode();
      services.forEach(names::add);
      session.print(names);
    } else if (services.isEmpty()) {
      session.print(Text.of("There is no rescue sheet in " + directory().toAbsolutePath() + "."));
    } else {
      services.forEach(name ->
          session.print(Text.of(directory().resolve(name + ".sh").toAbsolutePath().toString())));
    }
    return ExitCode.DONE.number();
  }

  private List<String> written() {
    try (Stream<Path> files = Files.list(directory())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".sh"))
          .map(name -> name.substring(0, name.length() - ".sh".length()))
          .sorted()
          .toList();
    } catch (IOException none) {
      return List.of();
    }
  }

  /// The coordinator's own where it answers, since a file may be of another machine's past.
  private String sheet(String name) {
    if (!Check.isName(name)) {
      throw new CommandFailed(
          ExitCode.USAGE, "expected a service's name, found '" + Check.printable(name) + "'");
    }
    Optional<String> fresh = session.coordinator().rescue(name);
    if (fresh.isPresent()) {
      return fresh.get();
    }
    Path file = directory().resolve(name + ".sh");
    try {
      return Files.readString(file);
    } catch (IOException none) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "expected a rescue sheet of "
              + name
              + " at "
              + session.coordinator().base()
              + " or in "
              + file.toAbsolutePath()
              + ", found none; there is one while a rollout is active, on the coordinator's machine"
              + " (--data names its data directory)");
    }
  }
}
