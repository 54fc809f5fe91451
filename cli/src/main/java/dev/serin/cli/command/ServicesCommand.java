package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.document.Yaml;
import dev.serin.cli.view.Style;
import dev.serin.cli.view.Table;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// Defines services, and shows them.
@Command(
    name = "services",
    description = "Defines services (apply), shows one (get) or all (list).")
public final class ServicesCommand implements Callable<Integer> {
  private final Session session;

  public ServicesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return list();
  }

  @Command(name = "list", description = "Lists the services.")
  int list() {
    JsonNode services = session.body(session.coordinator().services());
    if (session.isJson()) {
      session.print(services);
      return ExitCode.DONE.number();
    }
    if (services.isEmpty()) {
      session.print(
          Text.of("No service is defined yet; 'serin services apply -f FILE' defines one."));
      return ExitCode.DONE.number();
    }
    Table table = new Table("SERVICE", "NODES", "POOL", "STRATEGY", "WINDOW");
    for (JsonNode service : services) {
      switch (ServiceReader.read(service)) {
        case Parsed.Valid<ServiceDefinition>(ServiceDefinition definition) ->
            table.row(row(definition));
        case Parsed.Invalid<ServiceDefinition> _ ->
            // Of a later version, perhaps: `get` shows all of it.
            table.row(
                Text.of(service.path("service").asString("?")),
                Text.of("not understood"),
                Text.empty(),
                Text.empty(),
                Text.empty());
      }
    }
    session.print(table.lines());
    return ExitCode.DONE.number();
  }

  private static Text[] row(ServiceDefinition service) {
    return new Text[] {
      Text.of(Style.STRONG, service.service()),
      Text.of(
          String.join(
              ", ",
              service.nodes().stream()
                  .map(node -> node.name() + (node.canary() ? " (canary)" : ""))
                  .toList())),
      Text.of(String.join(", ", service.pool())),
      Text.of(service.strategy()),
      Text.of(Quantities.shown(service.watchedFor()))
    };
  }

  @Command(name = "get", description = "Shows one service's definition, as YAML or JSON.")
  int get(@Parameters(paramLabel = "NAME", description = "the service") String name) {
    JsonNode service = session.body(session.coordinator().service(name));
    if (session.isJson()) {
      session.print(service);
    } else {
      session.surroundings().out().print(Yaml.write(service));
      session.surroundings().out().flush();
    }
    return ExitCode.DONE.number();
  }

  @Command(
      name = "apply",
      description =
          "Defines services from a YAML or JSON file; several documents in one file are several"
              + " services. All of them are checked before the first is sent.")
  int apply(
      @Option(
              names = {"-f", "--file"},
              required = true,
              paramLabel = "FILE",
              description = "the file; - for standard input")
          String file) {
    Map<String, JsonNode> documents = checked(file, read(file));
    ArrayNode answers = Json.mapper().createArrayNode();
    for (Map.Entry<String, JsonNode> one : documents.entrySet()) {
      JsonNode answer = session.body(session.coordinator().define(one.getKey(), one.getValue()));
      answers.add(answer.isObject() ? answer : one.getValue());
      if (!session.isJson()) {
        session.print(Text.of(one.getKey() + " is defined"));
      }
    }
    if (session.isJson()) {
      session.print(answers.size() == 1 ? answers.get(0) : answers);
    }
    return ExitCode.DONE.number();
  }

  private List<JsonNode> read(String file) {
    String text;
    try {
      text =
          file.equals("-")
              ? new String(session.surroundings().in().readAllBytes(), StandardCharsets.UTF_8)
              : Files.readString(Path.of(file));
    } catch (IOException missing) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "-f: expected a text file in UTF-8, found "
              + (Files.exists(Path.of(file)) ? "one that can't be read" : "nothing")
              + " at "
              + Path.of(file).toAbsolutePath());
    }
    return switch (Yaml.read(text)) {
      case Parsed.Valid<List<JsonNode>>(List<JsonNode> documents) -> documents;
      case Parsed.Invalid<List<JsonNode>>(List<String> problems) ->
          throw new CommandFailed(
              ExitCode.REJECTED, "refused, nothing was sent:", at(file, problems), null);
    };
  }

  /// The documents by their service's name, once all of them are sound.
  private static Map<String, JsonNode> checked(String file, List<JsonNode> documents) {
    List<String> problems = new ArrayList<>();
    Map<String, JsonNode> sound = new LinkedHashMap<>();
    for (int i = 0; i < documents.size(); i++) {
      String where = documents.size() == 1 ? file : file + ", document " + (i + 1);
      switch (ServiceReader.read(documents.get(i))) {
        case Parsed.Valid<ServiceDefinition>(ServiceDefinition definition) -> {
          if (sound.put(definition.service(), documents.get(i)) != null) {
            problems.addAll(
                at(
                    where,
                    List.of(
                        "service: expected each once, found " + definition.service() + " twice")));
          }
        }
        case Parsed.Invalid<ServiceDefinition>(List<String> found) ->
            problems.addAll(at(where, found));
      }
    }
    if (!problems.isEmpty()) {
      throw new CommandFailed(ExitCode.REJECTED, "refused, nothing was sent:", problems, null);
    }
    return sound;
  }

  private static List<String> at(String where, List<String> problems) {
    return problems.stream().map(problem -> where + ": " + problem).toList();
  }
}
