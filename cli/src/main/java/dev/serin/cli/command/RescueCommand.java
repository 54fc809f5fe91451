package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.view.Text;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rescue.SheetHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// Prints the rescue sheet: what a person does when Serin itself is gone. It needs nobody to
/// answer.
@Command(
    name = "rescue",
    description =
        "Prints the commands that take a rollout back, or finish it, by hand from where it is: for"
            + " the case that Serin itself is gone. It is a shell script: 'serin rescue SERVICE >"
            + " rescue.sh'. Of several the newest one. Without a service: which there are.")
public final class RescueCommand implements Callable<Integer> {
  private static final String SHEET = ".sh";
  private static final String LOST = ".lost.sh";

  private final Session session;

  @Parameters(index = "0", arity = "0..1", paramLabel = "SERVICE", description = "the service")
  private @Nullable String service;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Serin's data directory (SERIN_DATA; ./data); repeated, those of several coordinators")
  private @Nullable List<Path> data;

  public RescueCommand(Session session) {
    this.session = session;
  }

  /// One sheet of the service.
  ///
  /// @param from an address or a file
  /// @param live whether a coordinator has it as its own now
  private record Found(String from, boolean live, String sheet) {
    Optional<SheetHead> head() {
      return SheetHead.of(sheet);
    }

    /// A version before there was such a head wrote one without: from a coordinator that answers it
    /// is as good as new, in a file it is of any age.
    Instant asOf() {
      return head().map(SheetHead::asOf).orElse(live ? Instant.MAX : Instant.MIN);
    }

    String said() {
      return from + head().map(it -> ": " + it.said()).orElse("");
    }
  }

  private List<Path> directories() {
    List<Path> named =
        data != null
            ? data
            : List.of(Path.of(session.surroundings().variable("SERIN_DATA").orElse("data")));
    return named.stream().map(it -> it.resolve("rescue").toAbsolutePath()).toList();
  }

  @Override
  public Integer call() {
    return service == null ? list() : print(service);
  }

  private int print(String name) {
    List<Found> all = found(name);
    // Of two that are equally old, the coordinator's.
    Found newest =
        all.stream()
            .max(Comparator.comparing(Found::asOf).thenComparing(Found::live))
            .orElseThrow(() -> none(name));
    warn(newest, all);
    if (session.isJson()) {
      session.print(json(name, newest));
    } else {
      session.surroundings().out().print(newest.sheet());
      session.surroundings().out().flush();
    }
    return ExitCode.DONE.number();
  }

  private static ObjectNode json(String name, Found found) {
    ObjectNode json =
        Json.mapper()
            .createObjectNode()
            .put("service", name)
            .put("from", found.from())
            .put("sheet", found.sheet());
    found
        .head()
        .ifPresent(head -> {
          json.put("asOf", head.asOf().toString());
          if (head.writtenBy() != null) {
            json.put("writtenBy", head.writtenBy());
          }
          if (head.letGoAt() != null) {
            json.put("letGoAt", head.letGoAt().toString());
          }
        });
    return json;
  }

  /// Beside the sheet, not in it: which one it is, and why it may not be the last word.
  private void warn(Found newest, List<Found> all) {
    if (all.size() > 1 || !newest.live()) {
      session.say("this is the sheet of " + newest.said());
    }
    all.stream()
        .filter(it -> !it.sheet().equals(newest.sheet()))
        .forEach(it ->
            session.say(
                (it.head().isPresent() && newest.head().isPresent()
                        ? "older: "
                        : "left aside, since not both say how old they are: ")
                    + it.said()));
    if (!newest.live()) {
      session.say(
          "no newer one came from "
              + session.coordinator().base()
              + "; another coordinator may have gone on since: see whether its machine has a newer"
              + " one");
    }
  }

  private int list() {
    List<Path> files = directories().stream().flatMap(it -> written(it).stream()).toList();
    if (session.isJson()) {
      var names = Json.mapper().createArrayNode();
      files.stream().map(RescueCommand::service).distinct().forEach(names::add);
      session.print(names);
    } else if (files.isEmpty()) {
      session.print(Text.of("There is no rescue sheet in " + places(directories()) + "."));
    } else {
      files.forEach(
          file -> session.print(Text.of(read(file).map(Found::said).orElse(file.toString()))));
    }
    return ExitCode.DONE.number();
  }

  private static String service(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - SHEET.length());
  }

  private static List<Path> written(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(it -> it.getFileName().toString().endsWith(SHEET)).sorted().toList();
    } catch (IOException none) {
      return List.of();
    }
  }

  /// The coordinator's own, and what the disk has: each may be of a coordinator's past.
  private List<Found> found(String name) {
    if (!Check.isName(name)) {
      throw new CommandFailed(
          ExitCode.USAGE, "expected a service's name, found '" + Check.printable(name) + "'");
    }
    List<Found> all = new ArrayList<>();
    session
        .coordinator()
        .rescue(name)
        .ifPresent(
            sheet -> all.add(new Found(session.coordinator().base().toString(), true, sheet)));
    for (Path directory : directories()) {
      read(directory.resolve(name + SHEET)).ifPresent(all::add);
      read(directory.resolve(name + LOST)).ifPresent(all::add);
    }
    return all;
  }

  private static Optional<Found> read(Path file) {
    try {
      return Optional.of(new Found(file.toString(), false, Files.readString(file)));
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  private CommandFailed none(String name) {
    return new CommandFailed(
        ExitCode.FAILED,
        "expected a rescue sheet of "
            + name
            + " at "
            + session.coordinator().base()
            + " or in "
            + places(directories().stream().map(it -> it.resolve(name + SHEET)).toList())
            + ", found none; there is one while a rollout is active, on the machine of the"
            + " coordinator that has the service (--data names its data directory)");
  }

  private static String places(List<Path> paths) {
    return paths.stream().map(Path::toString).collect(Collectors.joining(" or "));
  }
}
