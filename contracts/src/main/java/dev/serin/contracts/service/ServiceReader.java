package dev.serin.contracts.service;

import dev.serin.contracts.json.Fields;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.ServiceDefinition.Analysis;
import dev.serin.contracts.service.ServiceDefinition.DeadMan;
import dev.serin.contracts.service.ServiceDefinition.DeadManAction;
import dev.serin.contracts.service.ServiceDefinition.Drain;
import dev.serin.contracts.service.ServiceDefinition.Health;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.contracts.service.ServiceDefinition.LoadBalancerHealth;
import dev.serin.contracts.service.ServiceDefinition.NoData;
import dev.serin.contracts.service.ServiceDefinition.NoDataPolicy;
import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.ServiceDefinition.OnLoadBalancerDown;
import dev.serin.contracts.service.ServiceDefinition.OnPeerFailure;
import dev.serin.contracts.service.ServiceDefinition.OnTimeout;
import dev.serin.contracts.service.ServiceDefinition.RedBaseline;
import dev.serin.contracts.service.ServiceDefinition.Rollback;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads a service's definition as an operator wrote it (YAML or JSON, the same tree), fills in the
/// defaults, and names every problem and contradiction at once.
public final class ServiceReader {
  /// How many probes an analysis may take: each one's verdict is kept in the rollout's record.
  static final int MOST_SLOTS = 10_000;

  /// Stands in for a name that is missing or wrong, and is none that anybody would write.
  static final String UNNAMED = "unnamed" + "-".repeat(93);

  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Pattern MODE = Pattern.compile("[0-7]{3,4}");
  private static final Pattern OWNER = Pattern.compile("[0-9]{1,10}|[a-z_][a-z0-9_-]{0,31}");
  private static final Pattern UNIT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9:_.@-]{0,199}");
  private static final Pattern URL_PATH = Pattern.compile("/[\\x21-\\x7e]*");

  private ServiceReader() {}

  public static Parsed<ServiceDefinition> read(JsonNode document) {
    Fields fields = Fields.of(document);
    if (!document.isObject()) {
      return new Parsed.Invalid<>(fields.problems());
    }
    Supplied supplied = readAll(fields, document);
    contradictions(fields, supplied);
    if (!fields.problems().isEmpty()) {
      return new Parsed.Invalid<>(fields.problems());
    }
    return new Parsed.Valid<>(supplied.definition());
  }

  /// What was read, with stand-ins where something was wrong.
  private record Supplied(
      String service,
      List<String> pool,
      List<String> loadBalancers,
      OnLoadBalancerDown onLoadBalancerDown,
      List<Node> nodes,
      @Nullable Integer minAvailable,
      @Nullable Install install,
      @Nullable Health health,
      @Nullable LoadBalancerHealth loadBalancerHealth,
      Drain drain,
      Analysis analysis,
      NoData noData,
      List<Sli> slis,
      String strategy,
      List<TrafficStep> trafficSteps,
      @Nullable Batch batch,
      OnBreach onBreach,
      OnPeerFailure onPeerFailure,
      Rollback rollback,
      List<SmokeRequest> smoke,
      Duration soak,
      List<Pause> pauses,
      List<Hook> hooks,
      List<FreezeWindow> freezes,
      OnFreeze onFreeze,
      Map<String, List<String>> groups) {
    ServiceDefinition definition() {
      if (install == null || health == null) {
        throw new IllegalStateException(
            "a definition without problems has an install and a health");
      }
      return new ServiceDefinition(
          service,
          pool,
          loadBalancers,
          onLoadBalancerDown,
          nodes,
          minAvailable,
          install,
          health,
          loadBalancerHealth,
          drain,
          analysis,
          noData,
          slis,
          strategy,
          trafficSteps,
          batch,
          onBreach,
          onPeerFailure,
          rollback,
          smoke,
          soak,
          pauses,
          hooks,
          freezes,
          onFreeze,
          groups);
    }
  }

  private static Supplied readAll(Fields fields, JsonNode document) {
    Function<Fields, Optional<String>> name = field -> field.name("");
    if (!fields.has("nodes")) {
      fields.problem("nodes", "expected one node or more, is missing");
    }
    java.util.OptionalInt minimum = fields.integer("minAvailable", 0, 10_000);
    return new Supplied(
        fields.requiredName("service"),
        fields.texts("pool", name),
        fields.texts("loadBalancers", name),
        fields.choice("onLoadBalancerDown", OnLoadBalancerDown.class, OnLoadBalancerDown.STOP),
        nodes(fields),
        minimum.isPresent() ? Integer.valueOf(minimum.getAsInt()) : null,
        fields.requiredObject("install").map(ServiceReader::install).orElse(null),
        fields.requiredObject("health").map(ServiceReader::health).orElse(null),
        fields.object("loadBalancerHealth").map(ServiceReader::loadBalancerHealth).orElse(null),
        drain(fields.object("drain")),
        analysis(fields.object("analysis")),
        noData(fields.object("noData")),
        SliReader.read(fields),
        fields.text("strategy").orElse(Strategies.CANARY_THEN_PEERS),
        TrafficReader.steps(fields),
        BatchReader.batch(fields, document.get("batch")),
        fields.choice("onBreach", OnBreach.class, OnBreach.ROLLBACK),
        fields.choice("onPeerFailure", OnPeerFailure.class, OnPeerFailure.HALT),
        new Rollback(
            fields
                .object("rollback")
                .flatMap(rollback -> rollback.duration("waitForPeers", Duration.ZERO))
                .orElse(Duration.ofSeconds(60))),
        SmokeReader.requests(fields),
        fields.duration("soak", Duration.ZERO).orElse(Duration.ZERO),
        PauseReader.pauses(fields),
        HooksReader.hooks(fields),
        FreezeReader.freezes(fields),
        fields.choice("onFreeze", OnFreeze.class, OnFreeze.REFUSE),
        GroupsReader.groups(fields));
  }

  private static List<Node> nodes(Fields fields) {
    return fields.objects("nodes").stream()
        .map(node -> {
          String name = node.requiredName("name");
          return name.equals("-")
              ? new Node(UNNAMED, node.flag("canary", false), UNNAMED, UNNAMED, "default", Map.of())
              : new Node(
                  name,
                  node.flag("canary", false),
                  node.name("instance").orElse(name),
                  node.name("server").orElse(name),
                  node.name("host").orElse("default"),
                  node.textMap("labels"));
        })
        .toList();
  }

  private static Install install(Fields install) {
    List<String> units =
        install.texts(
            "unit",
            field -> {
              Optional<String> unit = field.text("");
              if (unit.isPresent() && !UNIT.matcher(unit.get()).matches()) {
                field.problem("", "expected the name of a systemd unit, found another text");
                return Optional.empty();
              }
              return unit;
            });
    if (units.isEmpty()) {
      install.problem("unit", "expected one systemd unit or more, found none");
    }
    if (!install.has("path")) {
      install.problem("path", "expected an absolute path, is missing");
    }
    boolean noPrevious = install.text("previous").filter("none"::equals).isPresent();
    String mode = matching(install, "mode", MODE, "three or four octal digits", "0755");
    return new Install(
        install.filePath("path").orElse("/"),
        matching(install, "uid", OWNER, "a user's number or name", "root"),
        matching(install, "gid", OWNER, "a group's number or name", "root"),
        mode.length() == 3 ? "0" + mode : mode,
        units,
        noPrevious ? null : install.filePath("previous").orElse(null),
        install.integer("keep", 1, 100).orElse(3),
        install.texts("files", ServiceReader::prefix));
  }

  /// What the paths of further files may begin with: a directory, or a directory and the begin of a
  /// name. All of the root is nobody's word.
  private static Optional<String> prefix(Fields field) {
    Optional<String> prefix = field.text("");
    if (prefix.isPresent()
        && !dev.serin.contracts.Check.isPlainPath(prefix.get().replaceFirst("/$", ""))) {
      field.problem(
          "",
          "expected an absolute directory such as /etc/api/, or the begin of a path such as"
              + " /etc/systemd/system/api, without '.', '..', '//' or '.serin', found another text");
      return Optional.empty();
    }
    return prefix;
  }

  private static String matching(
      Fields fields, String field, Pattern pattern, String what, String otherwise) {
    Optional<String> text = fields.text(field);
    if (text.isPresent() && !pattern.matcher(text.get()).matches()) {
      fields.problem(
          field,
          "expected " + what + ", found '" + dev.serin.contracts.Check.printable(text.get()) + "'");
      return otherwise;
    }
    return text.orElse(otherwise);
  }

  private static Health health(Fields health) {
    String url = health.requiredText("url");
    if (health.text("url").isPresent() && !isHttp(url)) {
      health.problem("url", "expected an http or https URL, found another text");
    }
    return new Health(url, health.duration("within", MILLISECOND).orElse(Duration.ofSeconds(60)));
  }

  private static boolean isHttp(String url) {
    try {
      URI uri = URI.create(url);
      return uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    } catch (IllegalArgumentException notOne) {
      return false;
    }
  }

  private static LoadBalancerHealth loadBalancerHealth(Fields check) {
    String host = check.text("host").orElse(null);
    if (host != null && !dev.serin.contracts.Check.isName(host)) {
      check.problem("host", "expected a host name, found another text");
    }
    return new LoadBalancerHealth(
        matching(check, "path", URL_PATH, "a path that begins with '/'", "/"),
        host,
        check.filePath("ca").orElse(null),
        check.duration("within", MILLISECOND).orElse(Duration.ofSeconds(30)));
  }

  private static Drain drain(Optional<Fields> drain) {
    return new Drain(
        drain.flatMap(it -> it.duration("within", MILLISECOND)).orElse(Duration.ofSeconds(60)),
        drain.flatMap(it -> it.duration("tunnels", Duration.ZERO)).orElse(Duration.ofSeconds(30)),
        drain
            .map(it -> it.choice("onTimeout", OnTimeout.class, OnTimeout.FAIL))
            .orElse(OnTimeout.FAIL));
  }

  private static Analysis analysis(Optional<Fields> analysis) {
    Optional<Fields> deadMan = analysis.flatMap(it -> it.object("deadMan"));
    return new Analysis(
        analysis.flatMap(it -> it.duration("window", Duration.ZERO)).orElse(Duration.ofHours(1)),
        analysis
            .flatMap(it -> it.duration("interval", Duration.ofMillis(100)))
            .orElse(Duration.ofSeconds(30)),
        analysis
            .flatMap(it -> it.duration("initialDelay", Duration.ZERO))
            .orElse(Duration.ofSeconds(30)),
        new DeadMan(
            deadMan
                .flatMap(it -> it.duration("after", Duration.ofSeconds(60)))
                .orElse(Duration.ofMinutes(2)),
            deadMan
                .map(it -> it.choice("action", DeadManAction.class, DeadManAction.DRAIN))
                .orElse(DeadManAction.DRAIN)),
        analysis
            .map(it -> it.choice("redBaseline", RedBaseline.class, RedBaseline.STOP))
            .orElse(RedBaseline.STOP));
  }

  private static NoData noData(Optional<Fields> noData) {
    return new NoData(
        noData
            .map(it -> it.choice("policy", NoDataPolicy.class, NoDataPolicy.HOLD))
            .orElse(NoDataPolicy.HOLD),
        noData.flatMap(it -> it.duration("limit", MILLISECOND)).orElse(Duration.ofMinutes(10)),
        noData
            .map(it -> it.choice("then", NoDataThen.class, NoDataThen.ROLLBACK))
            .orElse(NoDataThen.ROLLBACK));
  }

  private static void contradictions(Fields fields, Supplied read) {
    duplicates(fields, "nodes", "node", read.nodes().stream().map(Node::name).toList());
    duplicates(
        fields,
        "nodes",
        "instance",
        read.nodes().stream().map(node -> node.host() + "/" + node.instance()).toList());
    duplicates(fields, "nodes", "server", read.nodes().stream().map(Node::server).toList());
    duplicates(fields, "slis", "SLI", read.slis().stream().map(Sli::name).toList());
    duplicates(fields, "loadBalancers", "load balancer", read.loadBalancers());
    duplicates(fields, "pool", "pool", read.pool());
    if (read.install() != null) {
      duplicates(fields, "install.unit", "unit", read.install().unit());
    }
    boolean blueGreen = read.strategy().equals(Strategies.BLUE_GREEN);
    if (!blueGreen && fields.has("nodes") && read.nodes().stream().noneMatch(Node::canary)) {
      fields.problem("nodes", "expected at least one with canary: true, found none");
    }
    if (read.minAvailable() != null && read.minAvailable() > read.nodes().size()) {
      fields.problem(
          "minAvailable",
          "expected at most the number of nodes, "
              + read.nodes().size()
              + ", found "
              + read.minAvailable());
    }
    if (read.pool().isEmpty() != read.loadBalancers().isEmpty()) {
      fields.problem(
          read.pool().isEmpty() ? "pool" : "loadBalancers",
          "expected pool and loadBalancers both or neither, found only one of them");
    }
    if (read.onLoadBalancerDown() == OnLoadBalancerDown.GO_ON && read.loadBalancers().size() < 2) {
      fields.problem(
          "onLoadBalancerDown",
          "expected two load balancers or more to go on without one of them, found "
              + read.loadBalancers().size());
    } else if (read.onLoadBalancerDown() == OnLoadBalancerDown.GO_ON && blueGreen) {
      fields.problem(
          "onLoadBalancerDown",
          "expected stop beside strategy "
              + Strategies.BLUE_GREEN
              + ", whose switch is whole on every load balancer or not at all, found go-on");
    }
    Install install = read.install();
    if (install != null && install.path().equals(install.previous())) {
      fields.problem("install.previous", "expected another file than install.path, found the same");
    }
    Analysis analysis = read.analysis();
    if (analysis.window().dividedBy(analysis.interval()) > MOST_SLOTS) {
      fields.problem(
          "analysis.interval",
          "expected at most "
              + MOST_SLOTS
              + " probes in the window, found more: take a longer interval");
    }
    if (!analysis.window().isZero()) {
      if (analysis.window().compareTo(analysis.interval()) < 0) {
        fields.problem(
            "analysis.window",
            "expected 0s or at least the interval, "
                + Quantities.shown(analysis.interval())
                + ", found "
                + Quantities.shown(analysis.window()));
      }
      if (read.slis().isEmpty()) {
        fields.problem(
            "slis", "expected one SLI or more to fill the window, found none (or window: 0s)");
      }
    }
    soak(fields, read);
    SliReader.contradictions(
        fields, read.slis(), blueGreen || !read.nodes().stream().allMatch(Node::canary));
    AlarmReader.contradictions(fields, read.slis(), analysis.interval(), watchedAtOnce(read));
    GroupsReader.contradictions(
        fields,
        read.groups(),
        read.nodes().stream().map(Node::name).filter(name -> !name.equals(UNNAMED)).toList(),
        blueGreen);
    if (blueGreen) {
      GroupsReader.besideBlueGreen(
          fields, read.groups(), read.minAvailable(), read.batch(), !read.pool().isEmpty());
    }
    if (!Strategies.isKnown(read.strategy())) {
      fields.problem(
          "strategy",
          "expected one of "
              + Strategies.KNOWN
              + ", found '"
              + dev.serin.contracts.Check.printable(read.strategy())
              + "'");
    } else {
      List<TrafficStep> shares =
          read.trafficSteps().isEmpty() ? Strategies.steps(read.strategy()) : read.trafficSteps();
      PauseReader.contradictions(
          fields,
          read.pauses(),
          read.strategy(),
          shares,
          read.analysis().interval(),
          !read.slis().isEmpty());
      if (shares.stream().anyMatch(step -> step.isAll() && !step.window().isZero())) {
        SliReader.withoutBaseline(fields, read.slis(), "the window of share 100");
      }
      if (blueGreen && shares.isEmpty() && !analysis.window().isZero()) {
        SliReader.withoutBaseline(fields, read.slis(), "the window after the switch");
      }
      if (read.pauses().stream().anyMatch(pause -> pause.after().equals(Pause.PEERS))) {
        SliReader.withoutBaseline(fields, read.slis(), "the pause after the peers");
      }
      TrafficReader.contradictions(
          fields,
          read.strategy(),
          read.trafficSteps(),
          read.analysis().interval(),
          !read.slis().isEmpty(),
          blueGreen || !read.pool().isEmpty(),
          blueGreen || !read.nodes().stream().allMatch(Node::canary));
      TrafficReader.alone(
          fields,
          read.strategy(),
          read.trafficSteps(),
          Math.toIntExact(read.nodes().stream().filter(Node::canary).count()),
          read.nodes().size());
      boolean servesAlone =
          !shares.isEmpty() && shares.getLast().minAvailable() != null && !blueGreen;
      // Peers that are out of rotation anyway leave nobody with less.
      if (!blueGreen && !servesAlone) {
        BatchReader.contradictions(
            fields,
            read.strategy(),
            read.batch(),
            read.nodes().size(),
            Strategies.takesCanariesAlong(read.strategy())
                ? read.nodes().size()
                : Math.toIntExact(read.nodes().stream().filter(node -> !node.canary()).count()),
            read.minAvailable(),
            !read.pool().isEmpty());
      }
    }
  }

  /// The longest of the windows, the soak and the pauses.
  private static Duration watchedAtOnce(Supplied read) {
    List<TrafficStep> shares =
        read.trafficSteps().isEmpty() ? Strategies.steps(read.strategy()) : read.trafficSteps();
    Stream<Duration> windows =
        shares.isEmpty()
            ? Stream.of(read.analysis().window())
            : shares.stream().map(TrafficStep::window);
    Stream<Duration> pauses =
        read.pauses().stream()
            .map(pause -> pause.lasts() == null ? pause.expires() : pause.lasts());
    return Stream.of(windows, pauses, Stream.of(read.soak()))
        .flatMap(times -> times)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  /// A soak is an analysis as any other.
  private static void soak(Fields fields, Supplied read) {
    Duration interval = read.analysis().interval();
    if (read.soak().isZero()) {
      return;
    }
    if (read.soak().compareTo(interval) < 0 || read.soak().dividedBy(interval) > MOST_SLOTS) {
      fields.problem(
          "soak",
          "expected 0s, or from "
              + Quantities.shown(interval)
              + " (analysis.interval) to "
              + Quantities.shown(interval.multipliedBy(MOST_SLOTS))
              + ", found "
              + Quantities.shown(read.soak()));
    }
    if (read.slis().isEmpty()) {
      fields.problem("slis", "expected one SLI or more to fill the soak, found none (or soak: 0s)");
    }
    SliReader.withoutBaseline(fields, read.slis(), "the soak");
  }

  private static void duplicates(Fields fields, String field, String what, List<String> names) {
    Set<String> seen = new HashSet<>();
    Set<String> told = new HashSet<>();
    for (String name : names) {
      if (name.endsWith(UNNAMED)) {
        continue; // told already: it has no name
      }
      if (!seen.add(name) && told.add(name)) {
        fields.problem(field, "expected each " + what + " once, found " + name + " twice");
      }
    }
  }
}
