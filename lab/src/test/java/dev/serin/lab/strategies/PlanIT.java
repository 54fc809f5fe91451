package dev.serin.lab.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.service.Strategies;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.fleet.AtHome;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.fleet.SerinProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// `serin plan` on the real fleet: for each strategy its steps, its time and every check; and the
/// fleet is afterwards what it was before.
@Tag("lab")
@ExtendWith(AtHome.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanIT {
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final String UNIT =
      "systemctl show backend-api"
          + " -p ExecMainStartTimestampMonotonic,InvocationID,MainPID,NRestarts";
  private static final String FILES =
      "find /opt/serin-lab/backend-api -printf '%p %s %T@ %C@ %m %U %G\\n'";

  /// Of `show servers state`: what does not count the seconds.
  private static final List<String> LASTING =
      List.of(
          "be_name",
          "srv_name",
          "srv_addr",
          "srv_op_state",
          "srv_admin_state",
          "srv_uweight",
          "srv_iweight",
          "srv_port");

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private final Path root = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private Path artifact = Path.of("");
  private Path ways = Path.of("");
  private Map<String, String> before = Map.of();
  private SerinProcess serin;
  private Releases releases;

  @SuppressWarnings("NullAway.Init")
  PlanIT() {}

  @BeforeAll
  void start() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("serin-plan");
    Path config = directory.resolve("serin.yaml");
    Files.writeString(
        config,
        Files.readString(Path.of("/run/serin-lab/serin.yaml"))
                .replaceAll("(?m)^  data: .*$", "  data: " + directory.resolve("data"))
            + "  http: {port: "
            + COORDINATOR.getPort()
            + "}\n  kafka: {bootstrap-servers: \""
            + SerinCluster.BOOTSTRAP
            + "\"}\n");
    serin = SerinProcess.start(root, "standalone", config, directory.resolve("serin.log"));
    serin.awaitHealthy(COORDINATOR, Duration.ofSeconds(90));
    releases = new Releases(root, directory);
    releases.define(COORDINATOR);
    ways = directory;
    artifact = releases.bake("v9.0.0");
    before = fleetNow();
  }

  @AfterAll
  void changedNothing() throws IOException, InterruptedException {
    if (serin != null) {
      serin.close();
    }
    assertThat(fleetNow()).isEqualTo(before);
  }

  static Stream<Way> ways() {
    return Stream.concat(
        Way.ALL.stream(),
        Stream.of("Canary10Percent5Minutes", "Linear10PercentEvery1Minute")
            .map(preset -> new Way(preset, "", 2)));
  }

  /// All that a plan might have changed: looked at before the first and after the last, since the
  /// containers take their time.
  private Map<String, String> fleetNow() throws IOException, InterruptedException {
    Map<String, String> now = new TreeMap<>(fleet.digests());
    now.putAll(balancerNow());
    for (String node : Fleet.NODES) {
      now.put("unit " + node, sorted(fleet.printed(node, UNIT)));
      now.put("files " + node, sorted(fleet.printed(node, FILES)));
    }
    return now;
  }

  private Map<String, String> balancerNow() throws IOException {
    Map<String, String> now = new TreeMap<>();
    for (String balancer : Fleet.balancers()) {
      fleet
          .servers(balancer)
          .forEach((name, server) ->
              now.put(balancer + " stat " + name, server.status() + server.weight()));
      List<String> lines = fleet.runtime(balancer, "show servers state").lines().toList();
      List<String> columns = List.of(lines.get(1).substring(2).split(" ", -1));
      lines.stream()
          .skip(2)
          .filter(line -> !line.isBlank())
          .map(line -> line.split(" ", -1))
          .forEach(cells ->
              now.put(
                  balancer
                      + " state "
                      + cells[columns.indexOf("be_name")]
                      + "/"
                      + cells[columns.indexOf("srv_name")],
                  LASTING.stream().map(it -> cells[columns.indexOf(it)]).toList().toString()));
    }
    return now;
  }

  private static String sorted(String printed) {
    assertThat(printed).isNotBlank();
    return printed.lines().sorted().toList().toString();
  }

  private record Said(int code, String out, String err) {}

  /// @param file none where nothing is installed
  private Said plan(String service, @Nullable String file, String... more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(root.resolve("serin").toString(), "plan", service, "--version", "v9.0.0"));
    command.addAll(List.of(more));
    if (file != null) {
      command.addAll(List.of("--artifact", file));
    }
    Path err = Files.createTempFile("serin-plan", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().put("SERIN_URL", COORDINATOR.toString());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), out, Files.readString(err));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void printsStepsTimesAndChecksAndChangesNothing(Way way)
      throws IOException, InterruptedException {
    String own = Files.readString(root.resolve("lab/services/backend-api.yaml"));
    releases.define(
        COORDINATOR, Files.writeString(ways.resolve(way.service() + ".yaml"), way.definition(own)));

    Said said =
        plan(
            way.service(),
            way.installs() ? artifact.toString() : null,
            "--strategy",
            way.strategy());

    System.out.println(said.out());
    assertThat(said.code()).as("%s", said).isZero();
    assertThat(said.out())
        .contains("strategy  " + way.strategy(), "takes     about ", "would start")
        .containsPattern("turn +no other rollout is active");
    boolean touches = !way.strategy().equals(Strategies.ANALYSIS_ONLY);
    assertThat(said.out().contains("artifact  ")).isEqualTo(way.installs());
    assertThat(said.out().contains("instances  ")).isEqualTo(touches);
    if (touches) {
      assertThat(said.out())
          .contains("back      ", "drain", "restart", "serving")
          .containsPattern("load-balancers +api_pool on haproxy-1.*: 3 of 3 nodes in rotation")
          .containsPattern("instances +3 of 3 are running and fit");
    } else {
      assertThat(said.out()).contains("analyse").doesNotContain("drain");
    }
    Fleet.NODES.forEach(node -> assertThat(said.out()).contains(node));
    assertThat(balancerNow())
        .allSatisfy((line, was) -> assertThat(before).containsEntry(line, was));
    assertThat(releases.get(COORDINATOR, "/api/v1/rollouts")).isEmpty();
  }

  static Stream<Arguments> numbers() {
    Way inShares =
        Way.ALL.stream()
            .filter(way -> way.strategy().equals(Strategies.TRAFFIC_STEPS))
            .findFirst()
            .orElseThrow();
    return Stream.of(
        Arguments.of(
            inShares, "PT12S", List.of("5.0 PT3S", "25.0 PT3S", "50.0 PT3S", "100.0 PT3S")),
        Arguments.of(new Way("Canary10Percent5Minutes", "", 2), "PT5M", List.of("10.0 PT5M")),
        Arguments.of(
            new Way("Linear10PercentEvery1Minute", "", 2),
            "PT9M",
            IntStream.range(1, 10).mapToObj(tenth -> tenth * 10.0 + " PT1M").toList()));
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void hasTheSharesAndWindowsOfTheServicesOwnStrategy(Way way, String together, List<String> each)
      throws IOException, InterruptedException {
    String own = Files.readString(root.resolve("lab/services/backend-api.yaml"));
    releases.define(
        COORDINATOR, Files.writeString(ways.resolve(way.service() + ".yaml"), way.definition(own)));

    Said said = plan(way.service(), artifact.toString(), "-o", "json");

    assertThat(said.code()).as("%s", said).isZero();
    JsonNode plan = Json.mapper().readTree(said.out()).path("plan");
    assertThat(plan.path("strategy").asString()).isEqualTo(way.strategy());
    assertThat(plan.path("window").asString()).isEqualTo(together);
    assertThat(
            plan.path("steps")
                .valueStream()
                .filter(step -> step.path("name").asString().equals("analyse"))
                .map(step -> step.path("share").asDouble() + " " + step.path("window").asString()))
        .containsExactlyElementsOf(each);
  }

  @Test
  void isRedWhereTheArtifactIsNotWhatItShouldBe() throws IOException, InterruptedException {
    Path gone = Files.copy(artifact, artifact.resolveSibling("gone"));
    String uri = gone.toUri().toString();
    Files.delete(gone);

    Said said = plan("backend-api", uri, "-o", "json", "--sha256", Releases.digest(artifact));

    assertThat(said.code()).as("%s", said).isEqualTo(5);
    JsonNode plan = Json.mapper().readTree(said.out());
    assertThat(plan.path("problems").size()).isEqualTo(1);
    assertThat(plan.path("problems").path(0).asString()).startsWith("artifact: ");
  }
}
