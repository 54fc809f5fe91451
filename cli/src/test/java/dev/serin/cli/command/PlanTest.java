package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubCoordinator.Canned;
import dev.serin.cli.view.Marks;
import dev.serin.cli.view.ReleasePlanView;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.rollout.PlanView.PlannedStep;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.ReleasePlan.CheckResult;
import dev.serin.contracts.rollout.ReleasePlan.NodeNow;
import dev.serin.contracts.rollout.ReleasePlan.PlannedSli;
import dev.serin.contracts.rollout.SliBefore;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.sli.SliPower;
import dev.serin.contracts.sli.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class PlanTest {
  private static final String DIGEST = "ab".repeat(32);

  private final StubCoordinator stub = new StubCoordinator();
  @TempDir private Path directory = Path.of("");
  private String artifact = "";

  @BeforeEach
  void writeTheArtifact() throws IOException {
    artifact = Files.writeString(directory.resolve("api"), "hello").toString();
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  private static PlannedStep step(
      String name, String node, @Nullable Double share, @Nullable Duration window) {
    return new PlannedStep(name, node, Duration.ofMinutes(2), share, window, null, null);
  }

  private static List<PlannedStep> steps(String node, String... names) {
    return List.of(names).stream().map(name -> step(name, node, null, null)).toList();
  }

  /// A plan in shares; red where there are problems.
  private static ReleasePlan plan(String... problems) {
    List<PlannedStep> forward =
        new ArrayList<>(steps("b2", "drain", "keep", "push", "restart", "health"));
    forward.add(step("shift", "b2", 5.0, null));
    forward.addAll(steps("b2", "ready", "serving"));
    forward.add(step("analyse", "", 5.0, Duration.ofMinutes(10)));
    forward.add(step("shift", "b2", null, null));
    forward.addAll(steps("b1", "drain", "keep", "push", "restart", "health", "ready", "serving"));
    List<PlannedStep> back =
        new ArrayList<>(steps("b1", "drain", "restore", "restart", "health", "ready", "serving"));
    back.addAll(steps("b2", "drain", "restore", "restart", "health", "ready", "serving"));
    return new ReleasePlan(
        "backend-api",
        "2.1.0",
        new PlanView(
            "traffic-steps",
            forward,
            1,
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(636),
            Duration.ofMinutes(95)),
        back,
        List.of(
            new NodeNow("b2", true, false, DIGEST, "2.0.9", "ready", 100, true),
            new NodeNow("b1", false, true, null, null, "drain", 100, false)),
        List.of(
            new CheckResult("load-balancers", true, "api_pool on haproxy-1: 1 of 2 in rotation"),
            new CheckResult(
                "slis",
                problems.length == 0,
                problems.length == 0 ? "Prometheus answers" : String.join("; ", problems))),
        List.of(problems),
        List.of("no leaving map"),
        null);
  }

  private SerinRun run(ReleasePlan plan, String... more) throws Exception {
    stub.answers(
        "POST /api/v1/plans",
        new Canned(200, "application/json", Json.mapper().writeValueAsString(plan)));
    List<String> words =
        new ArrayList<>(
            List.of("plan", "backend-api", "--artifact", artifact, "--version", "2.1.0"));
    words.addAll(List.of(more));
    SerinRun run = SerinRun.of(stub, words.toArray(String[]::new));
    run.code();
    return run;
  }

  @Test
  void showsEachFurtherFileAndWhatItChanges() throws Exception {
    ReleasePlan it = plan();
    SerinRun run =
        run(
            new ReleasePlan(
                it.service(),
                it.version(),
                it.plan(),
                it.rollback(),
                it.nodes(),
                it.checks(),
                it.problems(),
                it.warnings(),
                null,
                List.of(
                    new ReleasePlan.PlannedFile(
                        "/etc/api/env",
                        "root",
                        "api",
                        "0640",
                        DIGEST,
                        List.of("b1"),
                        List.of("b2"),
                        List.of()),
                    new ReleasePlan.PlannedFile(
                        "/etc/api/same",
                        "root",
                        "root",
                        "0644",
                        DIGEST,
                        List.of(),
                        List.of(),
                        List.of("b1", "b2")))));
    assertThat(run.out().lines().toList())
        .anySatisfy(line ->
            assertThat(line)
                .contains(
                    "/etc/api/env",
                    "root:api",
                    "0640",
                    "sha256:" + DIGEST.substring(0, 12),
                    "new on b1; replaced on b2"))
        .anySatisfy(
            line -> assertThat(line).contains("/etc/api/same", "nothing, it is there already"));
  }

  @Test
  void showsABatchAsOneRow() throws Exception {
    List<PlannedStep> forward = new ArrayList<>(steps("b2", "drain", "keep"));
    List<PlannedStep> back = new ArrayList<>();
    for (String name : List.of("drain", "keep")) {
      for (String node : List.of("b1", "b3")) {
        forward.add(new PlannedStep(name, node, Duration.ofMinutes(2), null, null, 1, null));
        back.add(new PlannedStep("restore", node, Duration.ofMinutes(2), null, null, 1, null));
      }
    }
    back.addAll(steps("b2", "restore"));
    ReleasePlan it = plan();
    PlanView view = it.plan();
    SerinRun run =
        run(
            new ReleasePlan(
                it.service(),
                it.version(),
                new PlanView(
                    view.strategy(),
                    forward,
                    1,
                    view.window(),
                    view.interval(),
                    view.expected(),
                    view.atMost()),
                back,
                it.nodes(),
                it.checks(),
                it.problems(),
                it.warnings(),
                null));
    assertThat(run.out().lines().map(String::stripTrailing))
        .contains("back      b1, b3, then b2: restore")
        .anyMatch(line -> line.matches("1 +b2 +drain → keep +4m00s"))
        .anyMatch(line -> line.matches("2 +b1, b3 +drain → keep +4m00s"));
  }

  @Test
  void showsFromWhenOnEachSliCountsAndWhatItComesTo() throws Exception {
    ReleasePlan it = plan();
    SerinRun run =
        run(
            new ReleasePlan(
                it.service(),
                it.version(),
                it.plan(),
                it.rollback(),
                it.nodes(),
                it.checks(),
                it.problems(),
                it.warnings(),
                null,
                List.of(),
                List.of(
                    new PlannedSli("errors", "below 0.005", null, OnBreach.ROLLBACK),
                    new PlannedSli("p95", "below 0.5", 25.0, OnBreach.WARN))));
    assertThat(run.out().lines().map(String::stripTrailing))
        .anyMatch(line -> line.matches("errors +below 0\\.005 +always +rollback"))
        .anyMatch(line -> line.matches("p95 +below 0\\.5 +from 25 % on +only a warning"));
  }

  @Test
  void showsWhatEachSliIsBeforeAnythingIsChanged() throws Exception {
    ReleasePlan it = plan();
    SerinRun run =
        run(
            new ReleasePlan(
                it.service(),
                it.version(),
                it.plan(),
                it.rollback(),
                it.nodes(),
                it.checks(),
                it.problems(),
                it.warnings(),
                null,
                List.of(),
                List.of(),
                List.of(
                    new SliBefore(
                        "errors", 0.12, 1200.0, Verdict.FAIL, "errors is 0.12, above the limit"),
                    new SliBefore("p95", null, null, Verdict.NO_DATA, "p95 has no value")),
                List.of(
                    new SliPower(
                        "errors", 5.0, Duration.ofMinutes(10), true, "at 5 % of 40 requests/s"))));
    assertThat(run.out().lines().map(String::stripTrailing))
        .anyMatch(line -> line.matches("SLI +now +requests"))
        .anyMatch(line -> line.matches("errors +0\\.12 +1,?200 +errors is 0\\.12, above the limit"))
        .anyMatch(line -> line.matches("p95 +p95 has no value"))
        .anyMatch(line -> line.matches("compared +what can be found"))
        .anyMatch(line -> line.matches("errors +at 5 % of 40 requests/s"));
  }

  @Test
  void saysThatAReleaseIsTheCure() throws Exception {
    SerinRun run = run(plan(), "--red-baseline", "warn", "--window", "5m");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(stub.planned().path("overrides"))
        .isEqualTo(
            Json.mapper()
                .readTree("{\"analysis\":{\"window\":\"PT5M\",\"redBaseline\":\"warn\"}}"));
    SerinRun wrong = run(plan(), "--red-baseline", "ignore");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--red-baseline: expected stop or warn, found 'ignore'");
  }

  @Test
  void showsHowLongTwoGroupsTakeRequests() throws Exception {
    ReleasePlan it = plan();
    PlanView view = it.plan();
    SerinRun run =
        run(
            new ReleasePlan(
                it.service(),
                it.version(),
                new PlanView(
                    view.strategy(),
                    view.steps(),
                    1,
                    view.window(),
                    view.interval(),
                    view.expected(),
                    view.atMost(),
                    new PlanView.Overlap(
                        "green", "blue", Duration.ofMinutes(10), Duration.ofMinutes(25)),
                    null),
                it.rollback(),
                it.nodes(),
                it.checks(),
                it.problems(),
                it.warnings(),
                null));
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains(
            "overlap green comes before blue leaves: both take requests for at most 25m00s, of"
                + " which 10m watched");
  }

  @Test
  void showsThatThePeersLeaveRotationAndWhoServesAlone() throws Exception {
    ReleasePlan it = plan();
    PlanView view = it.plan();
    List<PlannedStep> forward = new ArrayList<>();
    for (String peer : List.of("b1", "b3")) {
      forward.add(new PlannedStep("drain", peer, Duration.ofMinutes(2), 100.0, null, 1, null));
    }
    forward.add(step("analyse", "", 100.0, Duration.ofMinutes(10)));
    forward.addAll(steps("b1", "drain", "keep"));
    SerinRun run =
        run(
            new ReleasePlan(
                it.service(),
                it.version(),
                new PlanView(
                    view.strategy(),
                    forward,
                    1,
                    view.window(),
                    view.interval(),
                    view.expected(),
                    view.atMost(),
                    null,
                    new PlanView.Alone(
                        List.of("b2"),
                        List.of("b1", "b3"),
                        1,
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(35))),
                it.rollback(),
                it.nodes(),
                it.checks(),
                it.problems(),
                it.warnings(),
                null));
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains(
            "alone peers leave rotation: 1 node serves alone (b2), minAvailable 1 of the strategy; at"
                + " most 35m00s until every peer serves again, of which 10m watched");
    assertThat(run.out().lines().map(String::stripTrailing))
        .anyMatch(line -> line.matches("1 +b1, b3 +drain +100 % +2m00s"))
        .anyMatch(line -> line.matches("2 +all +analyse +100 % +10m +.*"))
        .anyMatch(line -> line.matches("3 +b1 +drain → keep +4m00s"));
  }

  @Test
  void showsStepsSharesWindowsTimesAndEveryCheck() throws Exception {
    SerinRun run = run(plan());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines().map(String::stripTrailing))
        .containsSubsequence(
            "what a release would do; nothing was changed",
            "strategy  traffic-steps, at least 1 of 2 nodes stay in rotation",
            "takes     about 10m36s, of which 10m watched, a probe every 30s; at most 1h35m, a"
                + " rollback included",
            "back      b1, then b2: drain → restore → restart → health → ready → serving")
        .anyMatch(line -> line.matches("b2 +2\\.0\\.9 +ready +100 +canary"))
        .anyMatch(line -> line.matches("b1 +\\? +drain, out of rotation +100 +left out .*"))
        .anyMatch(line -> line.matches("1 +b2 +drain → keep → push → restart → health +10m00s"))
        .anyMatch(line -> line.matches("2 +b2 +shift +5 % +2m00s"))
        .anyMatch(line -> line.matches("4 +all +analyse +5 % +10m +2m00s"))
        .anyMatch(line -> line.matches("5 +b2 +shift +own +2m00s"))
        .anyMatch(line -> line.startsWith("✔ load-balancers"))
        .anyMatch(line -> line.startsWith("✔ slis"))
        .anyMatch(line -> line.startsWith("! warning") && line.endsWith("no leaving map"));
    assertThat(run.out()).contains("would start").doesNotContain("would be rejected");
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void isRedWhereACheckIs() throws Exception {
    SerinRun run = run(plan("sli-watcher: expected an answer within 1m30s, found none"));

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.out()).contains("would be rejected").containsPattern("✖ slis +sli-watcher: ");
  }

  @Test
  void printsTheWholePlanAsJson() throws Exception {
    SerinRun run = run(plan(), "-o", "json");

    JsonNode expected = Json.mapper().valueToTree(plan());
    assertThat(run.json()).isEqualTo(expected);
  }

  @Test
  void takesTheWordsOfARelease() throws Exception {
    SerinRun run = run(plan(), "--strategy", "emergency", "--window", "1h", "--if-busy", "reject");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run(plan(), "--watch").code()).isEqualTo(2);
  }

  @Test
  void takesWhatAReleaseDoesOtherwise() throws Exception {
    SerinRun run = run(plan(), "--soak", "5m", "--set", "pauses=[]");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(stub.planned().path("overrides"))
        .isEqualTo(Json.mapper().readTree("{\"soak\":\"PT5M\",\"pauses\":[]}"));
  }

  @Test
  void needsNoArtifactWhereTheStrategyInstallsNothing() throws Exception {
    stub.answers(
        "POST /api/v1/plans",
        new Canned(200, "application/json", Json.mapper().writeValueAsString(plan())));
    for (String strategy : List.of("restart", "analysis-only")) {
      SerinRun run =
          SerinRun.of(stub, "plan", "backend-api", "--version", "2", "--strategy", strategy);
      assertThat(run.code()).as(run.err()).isZero();
    }
    SerinRun named = run(plan(), "--strategy", "restart");
    assertThat(named.code()).isEqualTo(2);
    assertThat(named.err())
        .contains("--artifact: expected none beside --strategy restart, which installs nothing");
    SerinRun unnamed = SerinRun.of(stub, "plan", "backend-api", "--strategy", "restart");
    assertThat(unnamed.code()).isEqualTo(2);
    assertThat(unnamed.err()).contains("--version: expected one, since no release");
    assertThat(SerinRun.of(stub, "plan", "backend-api", "--strategy", "analysis-only").code())
        .isZero();
  }

  @Test
  void plansTheWayBackOfWhatCompletedLast() throws Exception {
    stub.answers(
        "POST /api/v1/plans",
        new Canned(200, "application/json", Json.mapper().writeValueAsString(plan())));
    SerinRun back = SerinRun.of(stub, "plan", "backend-api", "--rollback");
    assertThat(back.code()).as(back.err()).isZero();
    assertThat(stub.planned().path("type").asString()).isEqualTo("rollback-requested");
    assertThat(stub.planned().path("service").asString()).isEqualTo("backend-api");

    SerinRun both = run(plan(), "--rollback");
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("expected no option of a release beside --rollback");
  }

  /// Each of them would be dropped without a word.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--file=/etc/app/env=env",
        "--label=ticket=OPS-1",
        "--upload",
        "--since=origin/main",
        "--window=5m",
        "--red-baseline=warn",
        "--drain-on-timeout=force",
        "--canary=b1",
        "--set=soak=5m",
        "--override-freeze"
      })
  void plansNoWayBackWithTheWordsOfARelease(String option) throws Exception {
    SerinRun run = SerinRun.of(stub, "plan", "backend-api", "--rollback", option);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "expected no option of a release beside --rollback, found "
                + option.replaceFirst("=.*", ""));
  }

  @Test
  void listsWhatTheCoordinatorFindsWrong() throws Exception {
    stub.answers(
        "POST /api/v1/plans",
        new Canned(
            400,
            "application/problem+json",
            "{\"status\":400,\"detail\":\"a; b\",\"problems\":[\"a\",\"b\"]}"));

    SerinRun run =
        SerinRun.of(
            stub,
            "plan",
            "backend-api",
            "--artifact",
            artifact,
            "--version",
            "2",
            "--strategy",
            "x");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).contains("  - a", "  - b");
  }

  @Test
  void fitsItsWidth() {
    for (int width : new int[] {60, 80, 120}) {
      assertThat(ReleasePlanView.lines(plan("x ".repeat(200)), Marks.of(true), width))
          .allMatch(line -> line.width() <= width)
          .extracting(Text::plain)
          .anyMatch(line -> line.contains("drain"));
    }
  }
}
