package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.RuntimeAccess;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.InstanceAccess;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.UnitSeen;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The fleet behind a story: what each node has, changed by commands that succeed.
final class World {
  /// One node.
  record Node(String digest, AdminState state, int weight) {
    boolean isIn() {
      return state == AdminState.READY && weight > 0;
    }
  }

  private final Map<String, Node> nodes = new TreeMap<>();
  private final boolean pooled;
  private final ServiceDefinition service;

  /// Who is ill: admitted and not up, its unit not active, until its units are started anew.
  private final Set<String> ill = new TreeSet<>();

  private final Set<String> readOnly = new TreeSet<>();
  private final Map<String, FileState> files = new java.util.HashMap<>();

  /// Load balancers that do not answer.
  private final Set<String> silent = new TreeSet<>();

  World(ServiceDefinition service) {
    pooled = !service.pool().isEmpty();
    this.service = service;
    service
        .nodes()
        .forEach(node -> nodes.put(node.name(), new Node(sha("v1"), AdminState.READY, 100)));
  }

  static String sha(String version) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(version.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  Map<String, Node> nodes() {
    return new TreeMap<>(nodes);
  }

  Node node(String name) {
    return Objects.requireNonNull(nodes.get(name), name);
  }

  /// Somebody has installed that version there, and taken the node into maintenance.
  void standsBy(String name, String version) {
    install(name, sha(version));
    set(name, AdminState.MAINT, node(name).weight());
  }

  void set(String name, AdminState state, int weight) {
    nodes.put(name, new Node(node(name).digest(), state, weight));
  }

  boolean isPooled() {
    return pooled;
  }

  /// Carries a command out and answers as a healthy agent does.
  AgentEvent obey(AgentCommand command, Instant at) {
    AnswerHead head = command.head().answered(at);
    return switch (command) {
      case HaproxyCommand.CheckPool check ->
          new HaproxyEvent.PoolChecked(
              head,
              nodes.keySet().stream().flatMap(it -> seenEverywhere(it).stream()).toList(),
              List.of(new RuntimeAccess("haproxy-1", "socat - UNIX-CONNECT:/run/admin.sock", null)),
              unfit(check),
              List.of(),
              check.goesOnWithout() ? List.copyOf(silent) : List.of());
      case HaproxyCommand.DrainServer drain -> {
        Node now = node(name(head));
        if (now.state() == AdminState.READY) {
          set(name(head), AdminState.DRAIN, now.weight());
        }
        yield new HaproxyEvent.ServerDrained(head, Duration.ofSeconds(2), 0, 0, false);
      }
      case HaproxyCommand.ReadyServer ready -> {
        ServerSetting wanted = ready.settings().getFirst();
        set(name(head), wanted.state(), wanted.weight());
        yield new HaproxyEvent.ServerReady(head, seenEverywhere(name(head)));
      }
      case HaproxyCommand.CheckServing serving ->
          new HaproxyEvent.ServerServing(head, List.of("haproxy-1: the cookie is " + name(head)));
      case HaproxyCommand.WeighServers weigh -> {
        weigh.settings().forEach(it -> set(it.server(), node(it.server()).state(), it.weight()));
        yield new HaproxyEvent.ServersWeighed(
            head, weigh.servers().stream().map(it -> seen(it.node())).toList());
      }
      case IncusCommand.InspectInstances inspect ->
          new IncusEvent.InstancesInspected(
              head,
              nodes.entrySet().stream()
                  .map(node ->
                      new InstanceSeen(
                          node.getKey(),
                          node.getValue().digest(),
                          List.of(),
                          problems(node.getKey()),
                          List.of(),
                          ofTheUnit(node.getKey()),
                          List.of(new UnitSeen("api", "before the rollout", 0, "unit file")),
                          "boot",
                          new InstanceAccess(
                              "incus exec " + node.getKey() + " --",
                              "incus file push",
                              node.getKey()),
                          inspect.files().stream()
                              .filter(file -> file.isFor(node.getKey()))
                              .map(file -> file(node.getKey(), file.path()))
                              .toList()))
                  .toList(),
              Map.of(),
              List.of(),
              List.of());
      case IncusCommand.KeepBinary keep ->
          new IncusEvent.BinaryKept(head, keep.sha256(), "/opt/api/.serin/" + keep.sha256());
      case IncusCommand.PushArtifact push -> {
        install(name(head), push.artifact().sha256());
        push.files().forEach(it -> place(name(head), wanted(it.file())));
        yield new IncusEvent.ArtifactPushed(
            head,
            push.artifact().sha256(),
            1_000,
            false,
            push.files().stream().map(it -> file(name(head), it.file().path())).toList());
      }
      case IncusCommand.RestartUnits restart -> {
        ill.remove(name(head));
        yield new IncusEvent.UnitsRestarted(
            head,
            false,
            "api.service pid 42",
            List.of(new UnitSeen("api", "started by serin", 0, "unit file")),
            "boot");
      }
      case IncusCommand.CheckHealth health ->
          new IncusEvent.HealthPassed(head, Duration.ofSeconds(1), 1);
      case IncusCommand.RunSmokeTest smoke ->
          new IncusEvent.SmokeTestPassed(head, Duration.ofSeconds(1), smoke.requests().size());
      case IncusCommand.RestoreBinary restore -> {
        install(name(head), restore.sha256());
        restore.files().forEach(it -> place(name(head), it.before()));
        yield new IncusEvent.BinaryRestored(
            head,
            restore.sha256(),
            "kept",
            restore.files().stream().map(it -> file(name(head), it.file().path())).toList());
      }
      case SliCommand.CheckSlis slis ->
          new SliEvent.SlisChecked(
              head,
              List.of(),
              List.of(),
              List.of(),
              slis.before().stream().map(World::green).toList(),
              List.of());
      case SliCommand.CallHook call ->
          new SliEvent.HookAnswered(
              head, call.hook().name(), HookVerdict.PASS, "", 1, Duration.ofMillis(40));
      default -> throw new IllegalArgumentException("nobody answers " + Words.of(command));
    };
  }

  private static SliResult green(SliQuery sli) {
    return new SliResult(
        sli.name(), sli.query(), 0.0, sli.max(), sli.min(), null, Verdict.PASS, "is 0", null);
  }

  private static FileState wanted(ReleaseFile file) {
    return file.artifact() == null
        ? FileState.absent(file.path())
        : new FileState(file.path(), file.artifact().sha256(), file.uid(), file.gid(), file.mode());
  }

  /// What a node has at a path.
  FileState file(String name, String path) {
    return files.getOrDefault(name + ":" + path, FileState.absent(path));
  }

  /// A node has this at its path from now on.
  void place(String name, FileState state) {
    files.put(name + ":" + state.path(), state);
  }

  private void install(String name, String digest) {
    Node node = node(name);
    nodes.put(name, new Node(digest, node.state(), node.weight()));
  }

  private static String name(AnswerHead head) {
    return Objects.requireNonNull(head.node());
  }

  /// Its binary dies, and does not come back by itself.
  void fallsIll(String name) {
    ill.add(name);
  }

  /// Its directory can't be written to, though it serves.
  void becomesReadOnly(String name) {
    readOnly.add(name);
  }

  private List<String> ofTheUnit(String name) {
    return ill.contains(name)
        ? List.of("unit api in " + name + ": expected active, found failed")
        : List.of();
  }

  private List<String> problems(String name) {
    List<String> problems = new ArrayList<>(ofTheUnit(name));
    if (readOnly.contains(name)) {
      problems.add("/opt/api/api in " + name + ": expected a directory that can be written to");
    }
    return problems;
  }

  private boolean isUp(String name) {
    return node(name).isIn() && !ill.contains(name);
  }

  /// What the haproxy-agent says of a pool in which somebody is ill.
  private List<String> unfit(HaproxyCommand.CheckPool check) {
    List<String> problems = new ArrayList<>();
    if (ill.isEmpty()) {
      return problems;
    }
    List<String> out = nodes.keySet().stream().filter(it -> !isUp(it)).toList();
    out.stream()
        .filter(it -> ill.contains(it) && !check.leftOut().contains(it))
        .forEach(it -> problems.add("expected " + it + " in rotation, found DOWN on haproxy-1"));
    boolean someComesFirst = out.stream().anyMatch(check.leftOut()::contains);
    int whenOneLeaves = nodes.size() - out.size() - (someComesFirst ? 0 : 1);
    if (whenOneLeaves < check.minAvailable()) {
      problems.add(
          "expected "
              + check.minAvailable()
              + " or more nodes in rotation when one leaves, found "
              + whenOneLeaves);
    }
    return problems;
  }

  void silence(String loadBalancer) {
    silent.add(loadBalancer);
  }

  /// In every pool of every load balancer that answers.
  private List<ServerSeen> seenEverywhere(String name) {
    return service.loadBalancers().stream()
        .filter(it -> !silent.contains(it))
        .flatMap(it -> service.pool().stream().map(pool -> seen(name, it, pool)))
        .toList();
  }

  ServerSeen seen(String name) {
    return seen(name, "haproxy-1", "api_pool");
  }

  private ServerSeen seen(String name, String loadBalancer, String pool) {
    Node node = node(name);
    return new ServerSeen(
        name,
        new ServerSetting(loadBalancer, pool, name, node.weight(), node.state()),
        "10.0.0.1:8080",
        isUp(name) ? "UP" : ill.contains(name) ? "DOWN" : "DRAIN",
        isUp(name),
        null);
  }
}
