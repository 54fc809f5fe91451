package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.Strategies;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The environment of the script that Serin replaces: what it says counts where no option says
/// otherwise, so that `serin release` alone takes the script's place in a Makefile. Every value
/// that is taken is told once; one that makes no sense is refused. `docs/from-a-script.md` has the
/// list.
final class ScriptEnvironment {
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(?:\\.\\d{1,3})?");
  private static final Pattern WITH_DIGEST = Pattern.compile("(.+)@([0-9a-fA-F]{64})");
  private static final Pattern URI_LIKE = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:.*");

  private final Session session;
  private final String command;
  private @Nullable JsonNode definition;
  private @Nullable BinaryOnNodes onNodes;

  /// @param command which reads it, as a person calls it
  ScriptEnvironment(Session session, String command) {
    this.session = session;
    this.command = command;
  }

  private Optional<String> found(String name) {
    return session.surroundings().variable(name).map(String::strip);
  }

  private void told(String name, String value) {
    session.say("serin: from the environment: " + name + "=" + Check.withoutSecrets(value));
  }

  /// Whether it says anything.
  boolean has(String name) {
    return found(name).isPresent();
  }

  /// A value as it stands there.
  Optional<String> take(String name) {
    Optional<String> value = found(name);
    value.ifPresent(it -> told(name, it));
    return value;
  }

  private static CommandFailed usage(String name, String expected, String found, String advice) {
    return new CommandFailed(
        ExitCode.USAGE, name + ": expected " + expected + ", found " + found + advice);
  }

  /// The service whose pool `POOL_BACKEND` is.
  String service() {
    String pool =
        found("POOL_BACKEND")
            .orElseThrow(() ->
                new CommandFailed(
                    ExitCode.USAGE,
                    "expected the SERVICE that is released, or its pool as POOL_BACKEND in the"
                        + " environment, found neither"));
    List<String> names = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (JsonNode service : session.body(session.coordinator().services())) {
      String name = service.path("service").asString("");
      all.add(name + " (" + String.join(", ", texts(service.path("pool"))) + ")");
      if (texts(service.path("pool")).contains(pool)) {
        names.add(name);
      }
    }
    if (names.size() == 1) {
      told("POOL_BACKEND", pool);
      return names.getFirst();
    }
    throw usage(
        "POOL_BACKEND",
        "the pool of one service",
        names.isEmpty()
            ? "'" + pool + "', which is no service's; services: " + String.join(", ", all)
            : "'" + pool + "', which is that of " + String.join(" and ", names),
        "; name the service instead: serin release SERVICE");
  }

  private static List<String> texts(JsonNode oneOrMany) {
    return oneOrMany.isArray()
        ? oneOrMany.valueStream().map(it -> it.asString("")).toList()
        : oneOrMany.isString() ? List.of(oneOrMany.stringValue()) : List.of();
  }

  private JsonNode definition(String service) {
    JsonNode known = definition;
    if (known == null) {
      known = session.body(session.coordinator().service(service));
      definition = known;
    }
    return known;
  }

  /// What people call it: `VERSION`; where the artifact came from the environment too, and the
  /// script had no such knob, the artifact's file name and the beginning of its digest.
  String version(Optional<Artifact> artifact, boolean derived) {
    Optional<String> named = take("VERSION");
    if (named.isPresent()) {
      return named.get();
    }
    if (!derived || artifact.isEmpty()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "--version: expected what people call it, by --version or VERSION in the environment"
              + " (VERSION=$(git describe --tags --always) for example), found neither");
    }
    String path = artifact.get().uri().replaceAll("[?#].*$", "");
    String name = path.substring(path.lastIndexOf('/') + 1);
    String version = name + "@" + artifact.get().sha256().substring(0, 12);
    session.say("serin: no --version and no VERSION, so it is called " + version);
    return version;
  }

  /// `ROLLBACK_BINARY`: a file of this machine, a URI, or a path on the nodes. One without a digest
  /// is left to [#rollbackOnTheNodes].
  Optional<Artifact> rollback(String service, @Nullable String sha256) {
    Optional<String> value = found("ROLLBACK_BINARY");
    if (value.isEmpty()) {
      return Optional.empty();
    }
    String text = value.get();
    Matcher withDigest = WITH_DIGEST.matcher(text);
    if (withDigest.matches()) {
      String path = withDigest.group(1);
      if (!path.startsWith("/") && !path.startsWith("node:/")) {
        throw usage("ROLLBACK_BINARY", "an absolute path before the @", "'" + path + "'", "");
      }
      told("ROLLBACK_BINARY", text);
      return Optional.of(
          new Artifact(onNode(path).uri(), withDigest.group(2).toLowerCase(Locale.ROOT)));
    }
    boolean isOnNode = text.startsWith("node:/") || (text.startsWith("/") && !isFile(text));
    if (isOnNode && sha256 == null) {
      return ofTheNodes(service, onNode(text));
    }
    if (isOnNode || URI_LIKE.matcher(text).matches() || isFile(text)) {
      told("ROLLBACK_BINARY", text);
      return Optional.of(
          LocalArtifact.of(
              "ROLLBACK_BINARY",
              isOnNode ? onNode(text).uri() : text,
              "--rollback-sha256",
              sha256));
    }
    throw usage(
        "ROLLBACK_BINARY",
        "a file here, a URI, or an absolute path on the nodes",
        "'" + text + "', which is no file here",
        "; unset it, and a rollback restores what each node has now");
  }

  private Optional<Artifact> ofTheNodes(String service, BinaryOnNodes binary) {
    JsonNode install = definition(service).path("install");
    boolean isPrevious = binary.shown().equals(install.path("previous").asString(""));
    if (isPrevious || binary.shown().equals(install.path("path").asString(""))) {
      session.say(
          "serin: from the environment: ROLLBACK_BINARY="
              + binary.shown()
              + " is where "
              + service
              + (isPrevious ? " keeps the binary before" : " has its binary")
              + "; a rollback restores what each node has now, by its digest");
      return Optional.empty();
    }
    Optional<Artifact> kept = binary.kept();
    if (kept.isPresent()) {
      told("ROLLBACK_BINARY", binary.shown());
    } else {
      onNodes = binary;
    }
    return kept;
  }

  /// Puts into the request what `ROLLBACK_BINARY` names by its path on the nodes alone.
  ///
  /// @param request whole otherwise
  void rollbackOnTheNodes(ObjectNode request) {
    if (onNodes != null) {
      onNodes.addTo(request, session);
    }
  }

  /// Whether a variable names a file of this machine; not where it is not set.
  boolean namesFile(String variable) {
    return found(variable).filter(LocalArtifact::isFile).isPresent();
  }

  /// @param text an absolute path, or a `node:` URI of one
  private static BinaryOnNodes onNode(String text) {
    try {
      return text.startsWith("/")
          ? new BinaryOnNodes(text, new URI("node", null, text, null).toString())
          : new BinaryOnNodes(String.valueOf(new URI(text).getPath()), text);
    } catch (URISyntaxException wrong) {
      throw usage("ROLLBACK_BINARY", "an absolute path", "'" + Check.printable(text) + "'", "");
    }
  }

  private static boolean isFile(String text) {
    try {
      return Files.isRegularFile(Path.of(text));
    } catch (InvalidPathException noPath) {
      return false;
    }
  }

  /// Puts into the request what the script's other knobs say, where no option has said it.
  ///
  /// @param strategy what an option says; none for the service's own
  void fill(ObjectNode request, @Nullable String strategy) {
    String service = request.path("service").asString("");
    boolean nodes = found("CANARY_NODE").isPresent() || found("PEER_NODES").isPresent();
    if (nodes && !says(request, "canaries")) {
      peers(service, canaries(request, service));
    }
    if (!says(request, "analysis/window")) {
      duration("SLI_WINDOW", true).ifPresent(window -> window(request, service, window, strategy));
    }
    if (!says(request, "analysis/interval")) {
      duration("SLI_PROBE_INTERVAL", false)
          .ifPresent(interval -> {
            told("SLI_PROBE_INTERVAL", found("SLI_PROBE_INTERVAL").orElse(""));
            analysis(request).put("interval", interval.toString());
          });
    }
    if (!says(request, "slis")) {
      limit(request, service, "PROM_P95_THRESHOLD_S", "p95", "seconds above 0", it -> it > 0);
      limit(
          request,
          service,
          "PROM_ERR_RATE_THRESHOLD",
          "error-rate",
          "a share above 0, at most 1 (0.005, 0.5%)",
          it -> it > 0 && it <= 1);
    }
    if (!says(request, "health/url") && !says(request, "loadBalancerHealth/path")) {
      found("HEALTH_PATH").ifPresent(path -> health(request, service, path));
    }
    found("FORCE_MIGRATE").ifPresent(text -> forceMigrate(request, text));
  }

  /// Also where all of what the field is below is set to its default.
  private static boolean says(ObjectNode request, String field) {
    JsonNode found = request.path("overrides");
    for (String name : field.split("/", -1)) {
      found = found.path(name);
      if (found.isNull()) {
        return true;
      }
    }
    return !found.isMissingNode();
  }

  private static ObjectNode overrides(ObjectNode request) {
    return request.withObjectProperty("overrides");
  }

  private static ObjectNode analysis(ObjectNode request) {
    return overrides(request).withObjectProperty("analysis");
  }

  /// The canaries of this release: other nodes than the definition's, where `CANARY_NODE` names
  /// them.
  private Set<String> canaries(ObjectNode request, String service) {
    Set<String> defined = new TreeSet<>();
    Set<String> all = new TreeSet<>();
    for (JsonNode node : definition(service).path("nodes")) {
      String name = node.path("name").asString("");
      all.add(name);
      if (node.path("canary").asBoolean(false)) {
        defined.add(name);
      }
    }
    Optional<String> value = found("CANARY_NODE");
    if (value.isEmpty()) {
      return defined;
    }
    Set<String> wanted = named(value.get(), service);
    if (wanted.isEmpty() || !all.containsAll(wanted)) {
      throw usage(
          "CANARY_NODE",
          "nodes of service " + service + ", some of " + String.join(" ", all),
          "'" + value.get() + "'",
          "; unset it for the service's own canaries, " + String.join(" ", defined));
    }
    if (!wanted.equals(defined)) {
      wanted.forEach(overrides(request).putArray("canaries")::add);
    }
    told("CANARY_NODE", value.get());
    return wanted;
  }

  /// All the others are peers: a script that leaves one out is asked what is meant.
  private void peers(String service, Set<String> canaries) {
    Optional<String> value = found("PEER_NODES");
    if (value.isEmpty()) {
      return;
    }
    Set<String> peers = new TreeSet<>();
    for (JsonNode node : definition(service).path("nodes")) {
      peers.add(node.path("name").asString(""));
    }
    peers.removeAll(canaries);
    if (!named(value.get(), service).equals(peers)) {
      throw usage(
          "PEER_NODES",
          String.join(" ", peers) + ", the nodes of service " + service + " that are no canary",
          "'" + value.get() + "'",
          "; unset it, or change the nodes of the service: serin services get "
              + service
              + ", then serin services apply -f FILE");
    }
    told("PEER_NODES", value.get());
  }

  /// The nodes that a script calls by their names or by their instances, by their names.
  private Set<String> named(String text, String service) {
    Set<String> names = new TreeSet<>(List.of(text.split("[\\s,]+", -1)));
    names.remove("");
    for (JsonNode node : definition(service).path("nodes")) {
      String name = node.path("name").asString("");
      String instance = node.path("instance").asString(name);
      if (!instance.equals(name) && !names.contains(name) && names.remove(instance)) {
        names.add(name);
      }
    }
    return names;
  }

  private Optional<Duration> duration(String name, boolean zero) {
    return found(name)
        .map(text -> {
          Optional<Duration> read =
              Quantities.duration(SECONDS.matcher(text).matches() ? text + "s" : text)
                  .filter(it -> !it.isNegative() && (zero || !it.isZero()));
          return read.orElseThrow(() ->
              usage(
                  name,
                  "seconds, or a duration such as 30s, 1h or PT1H" + (zero ? "" : ", above 0"),
                  "'" + text + "'",
                  ""));
        });
  }

  private void window(
      ObjectNode request, String service, Duration window, @Nullable String strategy) {
    String text = found("SLI_WINDOW").orElse("");
    String chosen = strategy != null ? strategy : definition(service).path("strategy").asString("");
    if (Strategies.isWatchless(chosen)) {
      session.say(
          "serin: from the environment: SLI_WINDOW="
              + text
              + " is left out, since strategy "
              + chosen
              + " watches nothing");
      return;
    }
    told("SLI_WINDOW", text);
    analysis(request).put("window", window.toString());
  }

  /// All SLIs of the service, with the limit of one changed.
  private void limit(
      ObjectNode request,
      String service,
      String name,
      String sli,
      String expected,
      DoublePredicate fits) {
    Optional<String> text = found(name);
    if (text.isEmpty()) {
      return;
    }
    OptionalDouble limit = Quantities.number(text.get());
    if (limit.isEmpty() || !fits.test(limit.getAsDouble())) {
      throw usage(name, expected, "'" + text.get() + "'", "");
    }
    JsonNode before = overrides(request).path("slis");
    JsonNode all = before.isArray() ? before : definition(service).path("slis").deepCopy();
    boolean there = false;
    List<String> names = new ArrayList<>();
    for (JsonNode one : all) {
      names.add(one.path("name").asString(""));
      if (one instanceof ObjectNode object && sli.equals(names.getLast())) {
        object.put("max", limit.getAsDouble());
        there = true;
      }
    }
    if (!there) {
      throw usage(
          name,
          "service " + service + " to have an SLI named " + sli,
          names.isEmpty() ? "none at all" : String.join(", ", names),
          "; unset it, or name the SLI so: serin services apply -f FILE");
    }
    overrides(request).set("slis", all);
    told(name, text.get());
  }

  private void health(ObjectNode request, String service, String path) {
    String url = definition(service).path("health").path("url").asString("");
    Matcher base = Pattern.compile("(https?://[^/?#]+).*").matcher(url);
    if (!path.matches("/[\\x21-\\x7e]*") || !base.matches()) {
      throw usage(
          "HEALTH_PATH",
          "a path that begins with /, such as /api/v1/health",
          "'" + path + "'",
          base.matches() ? "" : " for the service's health.url '" + Check.printable(url) + "'");
    }
    overrides(request).withObjectProperty("health").put("url", base.group(1) + path);
    if (definition(service).path("loadBalancerHealth").isObject()) {
      overrides(request).withObjectProperty("loadBalancerHealth").put("path", path);
    }
    told("HEALTH_PATH", path);
  }

  /// Under the name of who runs it. The script asked for no reason: where none is given, the record
  /// says which word it was, and where.
  private void forceMigrate(ObjectNode request, String text) {
    switch (text.toLowerCase(Locale.ROOT)) {
      case "0", "false", "no" -> {}
      case "1", "true", "yes" -> {
        told("FORCE_MIGRATE", text);
        request.put("forceMigrate", true);
        if (request.path("reason").asString("").isBlank()) {
          request.put("reason", "FORCE_MIGRATE=" + text + " in the environment of " + command);
        }
      }
      default ->
          throw usage(
              "FORCE_MIGRATE",
              "1 or true, or 0, false or nothing",
              "'" + Check.printable(text) + "'",
              "");
    }
  }
}
