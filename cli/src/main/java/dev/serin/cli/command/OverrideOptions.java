package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.document.Yaml;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.service.Overridable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What this release does otherwise than the service's definition says. An option is named after
/// the field that it changes; `--set` reaches every field.
final class OverrideOptions {
  /// @param option as it was given, for messages
  /// @param path of the field
  private record Given(String option, String path, JsonNode value) {}

  private final List<Given> given = new ArrayList<>();

  @Option(
      names = "--canary",
      paramLabel = "NODE",
      description = "which node gets it first; may be given again (the service's own)")
  private List<String> canaries = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "any field that a release may change, by its dotted path, to a YAML value:"
              + " rollback.waitForPeers=2m; null for the default; may be given again")
  private List<String> others = new ArrayList<>();

  @Option(
      names = "--window",
      paramLabel = "TIME",
      description = "how long the SLIs must stay green (the service's own)")
  void window(String text) {
    take("--window", "analysis.window", text);
  }

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description = "the time between two probes (the service's own)")
  void interval(String text) {
    take("--interval", "analysis.interval", text);
  }

  @Option(
      names = "--initial-delay",
      paramLabel = "TIME",
      description = "how long a window waits once the canary is ready (the service's own)")
  void initialDelay(String text) {
    take("--initial-delay", "analysis.initialDelay", text);
  }

  @Option(
      names = "--red-baseline",
      paramLabel = "WHAT",
      description =
          "when the service is red already, before anything is changed: stop, or warn, where this"
              + " release is the cure (the service's own)")
  void redBaseline(String text) {
    take("--red-baseline", "analysis.redBaseline", text);
  }

  @Option(
      names = "--batch",
      paramLabel = "N|N%",
      description =
          "how many peers are updated at once: 2, or 25%% of the nodes (the service's own)")
  void batch(String text) {
    take("--batch", "batch", text);
  }

  @Option(
      names = "--min-available",
      paramLabel = "N",
      description = "how many nodes must stay in rotation (the service's own)")
  void minAvailable(String text) {
    take("--min-available", "minAvailable", text);
  }

  @Option(
      names = "--soak",
      paramLabel = "TIME",
      description =
          "how long all nodes are watched after the last step; 0s for not at all (the service's own)")
  void soak(String text) {
    take("--soak", "soak", text);
  }

  @Option(
      names = "--on-breach",
      paramLabel = "WHAT",
      description =
          "what a breach of the SLIs comes to: rollback, pause, hold or warn (the service's own)")
  void onBreach(String text) {
    take("--on-breach", "onBreach", text);
  }

  @Option(
      names = "--on-peer-failure",
      paramLabel = "WHAT",
      description =
          "what a peer that fails comes to: halt, rollback-peer or rollback-all (the service's own)")
  void onPeerFailure(String text) {
    take("--on-peer-failure", "onPeerFailure", text);
  }

  @Option(
      names = "--on-freeze",
      paramLabel = "WHAT",
      description = "in a freeze: refuse, or wait for its end (the service's own)")
  void onFreeze(String text) {
    take("--on-freeze", "onFreeze", text);
  }

  @Option(
      names = "--no-data-policy",
      paramLabel = "WHAT",
      description =
          "when data is missing: hold, which waits, or rollback at once (the service's own)")
  void noDataPolicy(String text) {
    take("--no-data-policy", "noData.policy", text);
  }

  @Option(
      names = "--no-data-limit",
      paramLabel = "TIME",
      description = "how long --no-data-policy hold waits for data (the service's own)")
  void noDataLimit(String text) {
    take("--no-data-limit", "noData.limit", text);
  }

  @Option(
      names = "--no-data-then",
      paramLabel = "WHAT",
      description = "what comes after --no-data-limit: rollback or pause (the service's own)")
  void noDataThen(String text) {
    take("--no-data-then", "noData.then", text);
  }

  @Option(
      names = "--drain-within",
      paramLabel = "TIME",
      description = "how long a node that leaves waits for requests in flight (the service's own)")
  void drainWithin(String text) {
    take("--drain-within", "drain.within", text);
  }

  @Option(
      names = "--drain-tunnels",
      paramLabel = "TIME",
      description = "how long WebSockets may stay once only they are left (the service's own)")
  void drainTunnels(String text) {
    take("--drain-tunnels", "drain.tunnels", text);
  }

  @Option(
      names = "--drain-on-timeout",
      paramLabel = "WHAT",
      description =
          "when requests are left after --drain-within: fail, and the node comes back, or force,"
              + " and they are cut (the service's own)")
  void drainOnTimeout(String text) {
    take("--drain-on-timeout", "drain.onTimeout", text);
  }

  @Option(
      names = "--health-within",
      paramLabel = "TIME",
      description = "how long a node may take to be healthy after its restart (the service's own)")
  void healthWithin(String text) {
    take("--health-within", "health.within", text);
  }

  /// Read later: what an option's own method throws is told as though it were a bug.
  private void take(String option, String path, @Nullable String text) {
    if (text != null) {
      given.add(new Given(option, path, Json.mapper().getNodeFactory().stringNode(text)));
    }
  }

  private static Given read(Given written) {
    return switch (Overridable.read(written.path(), written.value())) {
      case Parsed.Valid<JsonNode>(JsonNode read) ->
          new Given(written.option(), Overridable.whole(written.path()), read);
      case Parsed.Invalid<JsonNode>(List<String> problems) ->
          throw usage(written.option(), String.join("; ", problems));
    };
  }

  /// A text is what stands there, so that `1.10` stays one; quotes, lists and objects are YAML.
  private static Given set(String words) {
    int equals = words.indexOf('=');
    if (equals < 1) {
      throw usage(
          "--set",
          "expected KEY=VALUE such as drain.within=2m, found "
              + (equals < 0 ? "'" + Check.printable(Check.withoutSecrets(words)) + "'" : "no KEY"));
    }
    String path = words.substring(0, equals).strip();
    String text = words.substring(equals + 1).strip();
    JsonNode value =
        text.equals("null") || text.equals("~")
            ? Json.mapper().nullNode()
            : text.matches("(?s)[\\[{\"'].*")
                ? yaml(path, text)
                : Json.mapper().getNodeFactory().stringNode(text);
    return read(new Given("--set " + path, path, value));
  }

  private static JsonNode yaml(String path, String text) {
    return switch (Yaml.read(text)) {
      case Parsed.Valid<List<JsonNode>>(List<JsonNode> documents) when documents.size() == 1 ->
          documents.getFirst();
      case Parsed.Valid<List<JsonNode>>(List<JsonNode> _) ->
          throw usage("--set " + path, "expected one YAML value, found several");
      case Parsed.Invalid<List<JsonNode>>(List<String> problems) ->
          throw usage("--set " + path, String.join("; ", problems));
    };
  }

  /// @param request which they are added to
  void addTo(ObjectNode request) {
    List<Given> all = new ArrayList<>();
    given.forEach(one -> all.add(read(one)));
    if (!canaries.isEmpty()) {
      JsonNode names = Json.mapper().valueToTree(canaries);
      all.add(read(new Given("--canary", Overridable.CANARIES, names)));
    }
    others.forEach(words -> all.add(set(words)));
    for (int i = 0; i < all.size(); i++) {
      for (Given before : all.subList(0, i)) {
        contradiction(before, all.get(i));
      }
    }
    for (Given one : all) {
      String[] names = one.path().split("\\.", -1);
      ObjectNode object = request.withObjectProperty("overrides");
      for (int i = 0; i < names.length - 1; i++) {
        object = object.withObjectProperty(names[i]);
      }
      object.set(names[names.length - 1], one.value());
    }
  }

  private static void contradiction(Given one, Given other) {
    if ((one.path() + ".").startsWith(other.path() + ".")
        || (other.path() + ".").startsWith(one.path() + ".")) {
      throw usage(
          other.option(),
          "expected one word for "
              + (one.path().length() < other.path().length() ? one.path() : other.path())
              + ", found "
              + (one.option().equals(other.option()) ? "it twice" : one.option() + " beside it")
              + "; leave one out");
    }
  }

  private static CommandFailed usage(String option, String sentence) {
    return new CommandFailed(ExitCode.USAGE, option + ": " + sentence);
  }
}
