package dev.serin.simulation;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.Pause;
import dev.serin.contracts.service.Strategies;
import dev.serin.simulation.invariant.LeavesUnwatched;
import dev.serin.simulation.world.Behaviour;
import dev.serin.simulation.world.Binary;
import dev.serin.simulation.world.VirtualPrometheus;
import dev.serin.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a seed is about: a fleet, a service's definition, what people ask for and when.
final class Scenario {
  static final String SERVICE = "api";
  private static final int LAST_REQUEST_SECONDS = 120;

  /// How often a person asks for something else before ending a wait by its own word.
  private static final int PATIENCE = 6;

  /// What a binary is from its start on.
  private static final List<Behaviour> AT_ONCE =
      List.of(
          Behaviour.GOOD,
          Behaviour.SLOW_START,
          Behaviour.UNHEALTHY,
          Behaviour.CRASHES_AT_ONCE,
          Behaviour.CRASHES_LATER,
          Behaviour.FAILS_REQUESTS);

  /// The shortest that a service can have.
  private static final Duration DEAD_MAN_AFTER = Duration.ofSeconds(60);

  /// What kind of story it is.
  enum Story {
    /// As the seed has it.
    ANY,
    /// Each release turns bad in a pause that is over when nobody promotes.
    TURNS_BAD_IN_A_PAUSE
  }

  /// One request.
  ///
  /// @param at after the start
  record Asked(Duration at, String json) {}

  private final Random random;
  private final Story story;
  private World.Design design;
  private final ObjectNode definition;
  private final Map<String, Binary> binaries = new LinkedHashMap<>();
  private final List<Asked> requests = new ArrayList<>();
  private final Map<String, List<String>> groups = new LinkedHashMap<>();
  private int minAvailable;
  private int alone;

  Scenario(Random random) {
    this(random, Story.ANY);
  }

  Scenario(Random random, Story story) {
    this.random = random;
    this.story = story;
    int nodes = 1 + random.nextInt(4);
    int haproxies = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(2);
    this.minAvailable = nodes == 1 ? 0 : random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(nodes - 1);
    Binary first = new Binary("v0", Behaviour.GOOD);
    add(first);
    this.design =
        new World.Design(
            names(nodes),
            weights(nodes),
            haproxies,
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextBoolean(),
            first,
            List.of(),
            false);
    this.definition = definition();
    if (story == Story.TURNS_BAD_IN_A_PAUSE) {
      pauseOnceGood();
    }
    askFor();
    askOnceMore(new Random(requests.toString().hashCode()));
    freeze(new Random(requests.toString().hashCode() + 1L));
    installNothing(new Random(requests.toString().hashCode() + 2L));
    requests.addAll(Contradictions.by(new Random(requests.toString().hashCode() + 3L)));
    changeGroups(new Random(requests.toString().hashCode() + 4L));
    requests.addAll(
        Interruptions.by(new Random(requests.toString().hashCode() + 5L), whenReleased()));
  }

  private List<Duration> whenReleased() {
    return requests.stream()
        .filter(asked -> asked.json().contains("release-requested"))
        .map(Asked::at)
        .toList();
  }

  private static List<String> names(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      names.add("n" + i);
    }
    return names;
  }

  private List<Integer> weights(int count) {
    List<Integer> weights = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      weights.add(random.nextInt(4) == 0 ? 50 : 100);
    }
    return weights;
  }

  private Binary add(Binary binary) {
    binaries.put(binary.version(), binary);
    return binary;
  }

  World.Design design() {
    return design;
  }

  int minAvailable() {
    return minAvailable;
  }

  /// How many canaries are enough at the share 100, by the strategy's own word; 0 where it says
  /// nothing.
  int alone() {
    return alone;
  }

  /// The two groups of a blue-green service; none for another one.
  Map<String, List<String>> groups() {
    return groups;
  }

  byte[] definitionJson() {
    return Json.mapper().writeValueAsBytes(definition);
  }

  List<Asked> requests() {
    return requests;
  }

  Map<String, Binary> binaries() {
    return binaries;
  }

  /// Whether drains may cut what is left.
  boolean isForced() {
    return definition.path("drain").path("onTimeout").asString().equals("force");
  }

  /// Whether no release brings a binary that is not good.
  boolean isAllGood() {
    return binaries.values().stream().allMatch(binary -> binary.behaviour() == Behaviour.GOOD);
  }

  /// What the service says of the dead man's switch.
  LeavesUnwatched.Wanted watched() {
    List<String> canaries = new ArrayList<>();
    for (JsonNode node : definition.path("nodes")) {
      if (node.path("canary").asBoolean()) {
        canaries.add(node.path("name").asString());
      }
    }
    return new LeavesUnwatched.Wanted(
        canaries,
        DEAD_MAN_AFTER,
        definition.at("/analysis/deadMan/action").asString().equals("drain"));
  }

  /// When the last request comes.
  Duration lastRequest() {
    return requests.stream().map(Asked::at).max(Duration::compareTo).orElse(Duration.ZERO);
  }

  /// The binary with this digest.
  Binary binary(String sha256) {
    return binaries.values().stream()
        .filter(binary -> binary.sha256().equals(sha256))
        .findFirst()
        .orElse(new Binary("?", Behaviour.CRASHES_AT_ONCE));
  }

  static Artifact artifact(Binary binary) {
    return new Artifact("file:/builds/" + binary.version(), binary.sha256());
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private ObjectNode definition() {
    ObjectNode service = Json.mapper().createObjectNode();
    service.put("service", SERVICE);
    if (design.haproxies() > 0) {
      service.put("pool", "api_pool");
      ArrayNode balancers = service.putArray("loadBalancers");
      for (int i = 1; i <= design.haproxies(); i++) {
        balancers.add("haproxy-" + i);
      }
      service.put("minAvailable", minAvailable);
    }
    int canaries = design.nodes().size() > 2 && random.nextInt(4) == 0 ? 2 : 1;
    ArrayNode nodes = service.putArray("nodes");
    for (int i = 0; i < design.nodes().size(); i++) {
      nodes.addObject().put("name", design.nodes().get(i)).put("canary", i < canaries);
    }
    service
        .putObject("install")
        .put("path", "/opt/api/api")
        .put("unit", "api")
        .put("keep", 1 + random.nextInt(3));
    service
        .putObject("health")
        .put("url", "http://127.0.0.1:8080/health")
        .put("within", one(List.of("5s", "10s", "20s")));
    service.putObject("loadBalancerHealth").put("path", "/health").put("within", "10s");
    service
        .putObject("drain")
        .put("within", one(List.of("3s", "10s", "20s")))
        .put("tunnels", one(List.of("0s", "2s", "10s")))
        .put("onTimeout", one(List.of("fail", "force")));
    analysis(service);
    service.put("onPeerFailure", one(List.of("halt", "rollback-peer", "rollback-all")));
    service.putObject("rollback").put("waitForPeers", one(List.of("0s", "5s", "20s")));
    Random other = new Random(service.toString().hashCode() + 1L);
    service.put(
        "onBreach",
        List.of("rollback", "rollback", "rollback", "pause", "hold").get(other.nextInt(5)));
    if (design.haproxies() > 0 && canaries < design.nodes().size()) {
      strategy(service, new Random(service.toString().hashCode()));
    }
    prove(service, new Random(service.toString().hashCode() + 2L));
    batches(service, new Random(service.toString().hashCode() + 3L));
    hooks(service, new Random(service.toString().hashCode() + 4L));
    goOn(service, new Random(service.toString().hashCode() + 5L));
    serveAlone(service, canaries, new Random(service.toString().hashCode() + 6L));
    // Some may come to nodes that the one before has left red.
    ((ObjectNode) service.path("analysis"))
        .put(
            "redBaseline",
            new Random(service.toString().hashCode() + 7L).nextBoolean() ? "stop" : "warn");
    return service;
  }

  /// Some services have a smoke test, some pause, some soak, by chance of their own.
  private static void prove(ObjectNode service, Random other) {
    if (other.nextInt(4) == 0) {
      service.putArray("smoke").addObject().put("get", "/version").put("contains", "ok");
    }
    if (other.nextInt(4) == 0) {
      ObjectNode pause = service.putArray("pauses").addObject();
      pause.put("after", other.nextBoolean() ? "canary" : "peers");
      switch (other.nextInt(3)) {
        case 0 -> pause.put("for", "10s");
        case 1 -> pause.put("expires", "20s").put("then", "go-on");
        default -> pause.put("expires", "30s").putArray("ask").add("no complaints");
      }
    }
    if (other.nextInt(4) == 0) {
      service.put("soak", List.of("10s", "20s").get(other.nextInt(2)));
    }
  }

  /// Every fourth service shares its traffic, by chance of its own.
  private static void strategy(ObjectNode service, Random other) {
    if (other.nextInt(4) > 0) {
      return;
    }
    service.put("strategy", "traffic-steps");
    ArrayNode steps = service.putArray("trafficSteps");
    for (int share : new int[] {5, 25, 50}) {
      if (other.nextInt(3) > 0) {
        window(steps.addObject().put("share", share), other);
      }
    }
    window(steps.addObject().put("share", 100), other);
  }

  /// At the last share of every second service that shares its traffic the canaries serve alone, by
  /// chance of its own.
  private void serveAlone(ObjectNode service, int canaries, Random other) {
    JsonNode shares = service.path("trafficSteps");
    if (!shares.isEmpty() && other.nextBoolean()) {
      alone = 1 + other.nextInt(canaries);
      ObjectNode last = (ObjectNode) shares.get(shares.size() - 1);
      last.put("minAvailable", alone);
      if (last.path("window").asString("").equals("0s")) {
        // Refused: nobody would watch them.
        last.put("window", "10s");
      }
    }
  }

  /// Every third service whose minimum lets it updates several nodes at once, by chance of its own.
  private void batches(ObjectNode service, Random other) {
    int nodes = design.nodes().size();
    int most = design.haproxies() == 0 ? nodes : nodes - minAvailable;
    if (most < 2 || other.nextInt(3) > 0) {
      return;
    }
    boolean named = !service.has("strategy") && other.nextBoolean();
    if (!named) {
      service.put("batch", 2 + other.nextInt(most - 1));
    } else if (most == nodes && other.nextBoolean()) {
      service.put("strategy", "AllAtOnce");
    } else if (most >= nodes / 2) {
      service.put("strategy", "HalfAtATime");
    }
    if (Strategies.takesCanariesAlong(service.path("strategy").asString(""))) {
      // There the canaries do not come first, so that nothing can come right after them.
      service.path("pauses").forEach(pause -> ((ObjectNode) pause).put("after", Pause.PEERS));
    }
  }

  /// Every second service with two load balancers goes on without one of them, by chance of its
  /// own.
  private void goOn(ObjectNode service, Random other) {
    if (design.haproxies() > 1 && other.nextBoolean()) {
      service.put("onLoadBalancerDown", "go-on");
    }
  }

  /// Every second service asks or tells somebody outside, by chance of its own.
  private static void hooks(ObjectNode service, Random other) {
    if (other.nextInt(2) > 0) {
      return;
    }
    ArrayNode hooks = service.putArray("hooks");
    for (String at : List.of("preflight", "before-promotion", "after-rollback", "end")) {
      if (other.nextBoolean()) {
        ObjectNode hook =
            hooks
                .addObject()
                .put("name", at)
                .put("at", at)
                .put("url", "http://hook/" + at)
                .put("timeout", "5s")
                .put("retries", other.nextInt(3))
                .put("onSilence", other.nextBoolean() ? "pass" : "fail");
        if (at.equals("before-promotion")) {
          hook.put("onVeto", other.nextBoolean() ? "rollback" : "pause");
        }
      }
    }
  }

  private static void window(ObjectNode step, Random other) {
    step.put("window", List.of("0s", "10s", "20s").get(other.nextInt(3)));
  }

  private void analysis(ObjectNode service) {
    service
        .putObject("analysis")
        .put("window", one(List.of("0s", "10s", "20s", "40s")))
        .put("interval", "5s")
        .put("initialDelay", one(List.of("0s", "5s")))
        .putObject("deadMan")
        .put("after", DEAD_MAN_AFTER.toString())
        .put("action", one(List.of("drain", "drain", "alert")));
    service
        .putObject("noData")
        .put("policy", "hold")
        .put("limit", one(List.of("15s", "40s")))
        .put("then", one(List.of("rollback", "pause")));
    service
        .putArray("slis")
        .addObject()
        .put("name", "errors")
        .put(
            "query",
            service.toString().hashCode() % 2 == 0
                ? VirtualPrometheus.RATE
                : VirtualPrometheus.GAUGE)
        .put("max", 0.005);
  }

  private void askFor() {
    int releases = 1 + random.nextInt(3);
    for (int i = 1; i <= releases; i++) {
      Behaviour behaviour = random.nextInt(2) == 0 ? Behaviour.GOOD : one(AT_ONCE);
      Binary binary = add(new Binary("v" + i, orLater(behaviour, i)));
      int at = i == 1 ? 2 : random.nextInt(LAST_REQUEST_SECONDS);
      release(Duration.ofSeconds(at), "r" + i, binary);
      if (random.nextInt(6) == 0) {
        release(Duration.ofSeconds(at + 1 + random.nextInt(20)), "r" + i, binary);
      }
    }
    int others = random.nextInt(3);
    for (int i = 0; i < others; i++) {
      steer("s" + i, Duration.ofMillis(3_000 + random.nextInt(100_000)));
    }
  }

  /// The window is green, and what comes after it is not.
  private void pauseOnceGood() {
    ((ObjectNode) definition.path("analysis")).put("window", "10s");
    boolean along = Strategies.takesCanariesAlong(definition.path("strategy").asString(""));
    definition
        .putArray("pauses")
        .addObject()
        .put("after", along ? Pause.PEERS : Pause.CANARY)
        .put("expires", "20s");
  }

  /// Half of those that fail requests, and every eighth good one, turn bad only later, by chance of
  /// their own.
  private Behaviour orLater(Behaviour behaviour, int number) {
    if (story == Story.TURNS_BAD_IN_A_PAUSE) {
      return Behaviour.FAILS_REQUESTS_LATER;
    }
    Random other = new Random(definition.toString().hashCode() + 7L * number);
    int share =
        switch (behaviour) {
          case FAILS_REQUESTS -> 2;
          case GOOD -> 8;
          default -> 0;
        };
    return share > 0 && other.nextInt(share) == 0 ? Behaviour.FAILS_REQUESTS_LATER : behaviour;
  }

  private void release(Duration at, String id, Binary binary) {
    ObjectNode request = request("release-requested", id);
    request.put("version", binary.version());
    request
        .putObject("artifact")
        .put("uri", "file:/builds/" + binary.version())
        .put("sha256", binary.sha256());
    request.put("ifBusy", one(List.of("queue", "latest", "supersede", "reject")));
    migrations(request, new Random(request.toString().hashCode()));
    requests.add(new Asked(at, Json.mapper().writeValueAsString(request)));
  }

  /// Some releases bring migrations, by chance of their own: additive ones, forced ones, and ones
  /// that are refused.
  private static void migrations(ObjectNode request, Random other) {
    int kind = other.nextInt(12);
    if (kind > 3) {
      return;
    }
    String sql = kind < 2 ? "ALTER TABLE a ADD b int" : "ALTER TABLE a DROP b";
    request.putArray("migrations").addObject().put("path", "db/1.sql").put("sql", sql);
    if (kind == 2) {
      request.put("forceMigrate", true).put("reason", "nobody reads it");
    }
  }

  private void steer(String id, Duration at) {
    String type =
        one(
            List.of(
                "abort-requested",
                "promote-requested",
                "resume-requested",
                "pause-requested",
                "hands-off-requested"));
    ObjectNode request = request(type, id);
    if (type.startsWith("hands-off")) {
      Duration until = at.plusMillis(2_000 + random.nextInt(50_000));
      requests.add(
          new Asked(
              until, Json.mapper().writeValueAsString(request("hands-on-requested", id + "-on"))));
    }
    if (type.startsWith("promote")) {
      request.put("scope", one(List.of("step", "full")));
    }
    requests.add(new Asked(at, Json.mapper().writeValueAsString(request)));
  }

  /// What is asked of rollouts that are over, by chance of its own.
  private void askOnceMore(Random other) {
    int times = other.nextInt(3);
    for (int i = 0; i < times; i++) {
      boolean back = other.nextBoolean();
      ObjectNode request = request(back ? "rollback-requested" : "retry-requested", "o" + i);
      if (!back) {
        request.put("from", other.nextBoolean() ? "step" : "start");
      }
      Duration at = Duration.ofMillis(20_000 + other.nextInt(LAST_REQUEST_SECONDS * 1_000));
      requests.add(new Asked(at, Json.mapper().writeValueAsString(request)));
    }
  }

  /// Every third service is restarted, or watched while somebody else deploys, by chance of its
  /// own.
  private void installNothing(Random other) {
    int times = other.nextInt(3) == 0 ? 1 + other.nextInt(2) : 0;
    for (int i = 0; i < times; i++) {
      boolean restart = other.nextBoolean();
      ObjectNode request =
          request("release-requested", "w" + i)
              .put("version", "as-it-is-" + i)
              .put("strategy", restart ? "restart" : "analysis-only")
              .put("ifBusy", other.nextBoolean() ? "queue" : "supersede");
      if (!restart || other.nextBoolean()) {
        request.putObject("overrides").put("window", other.nextBoolean() ? "10s" : "20s");
      }
      Duration at = Duration.ofMillis(other.nextInt(LAST_REQUEST_SECONDS * 1_000));
      requests.add(new Asked(at, Json.mapper().writeValueAsString(request)));
    }
  }

  /// Every fourth fleet that could has two groups, of which one stands by, by chance of its own.
  private void changeGroups(Random other) {
    List<String> names = design.nodes();
    if (design.haproxies() == 0 || names.size() < 2 || other.nextInt(4) > 0) {
      return;
    }
    int first = 1 + other.nextInt(names.size() - 1);
    groups.put("blue", names.subList(0, first));
    groups.put("green", names.subList(first, names.size()));
    minAvailable = Math.min(minAvailable, Math.min(first, names.size() - first));
    definition.put("strategy", "blue-green").put("minAvailable", minAvailable);
    definition.remove("onLoadBalancerDown");
    definition.remove("batch");
    definition.path("trafficSteps").forEach(share -> ((ObjectNode) share).remove("minAvailable"));
    alone = 0;
    ObjectNode members = definition.putObject("groups");
    groups.forEach((group, nodes) -> {
      ArrayNode array = members.putArray(group);
      nodes.forEach(array::add);
    });
    String idle = other.nextBoolean() ? "blue" : "green";
    design = design.standingBy(groups.getOrDefault(idle, List.of()), other.nextBoolean());
  }

  /// Every third fleet is frozen now and then, each freeze with an end or a request that lifts it,
  /// by chance of its own.
  private void freeze(Random other) {
    int times = other.nextInt(3) == 0 ? 1 + other.nextInt(2) : 0;
    if (times > 0) {
      definition.put("onFreeze", other.nextBoolean() ? "wait" : "refuse");
    }
    for (int i = 0; i < times; i++) {
      Duration at = Duration.ofMillis(other.nextInt(LAST_REQUEST_SECONDS * 1_000));
      Duration lifted = at.plusMillis(1 + other.nextInt(40_000));
      String service = other.nextBoolean() ? SERVICE : "*";
      ObjectNode freeze = request("freeze-requested", "f" + i).put("service", service);
      if (other.nextBoolean()) {
        freeze.put("until", Simulation.START.plus(lifted).toString());
        requests.add(new Asked(at, Json.mapper().writeValueAsString(freeze)));
        continue;
      }
      ObjectNode unfreeze = request("unfreeze-requested", "u" + i).put("service", service);
      requests.add(new Asked(at, Json.mapper().writeValueAsString(freeze)));
      requests.add(new Asked(lifted, Json.mapper().writeValueAsString(unfreeze)));
    }
  }

  /// A person who looks at what waits for one, and does what is said to end it where nothing else
  /// has for long.
  ///
  /// @param waitsFor what the rollout says that it waits for
  /// @param asked how often a person has asked something of it in this pause
  String decide(String id, String waitsFor, int asked) {
    boolean promotes = asked >= PATIENCE && waitsFor.contains("promote (ends without that)");
    return Json.mapper()
        .writeValueAsString(
            promotes
                ? request("promote-requested", id)
                : request(
                    one(List.of("resume-requested", "abort-requested", "abort-requested")), id));
  }

  static ObjectNode request(String type, String id) {
    return Json.mapper()
        .createObjectNode()
        .put("type", type)
        .put("requestId", id)
        .put("service", SERVICE)
        .put("requestedBy", "simulation");
  }
}
