package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Health;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.rest.IncusServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands on a real Incus, in a container with systemd.
@Tag("lab")
class IncusIT {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);
  private static final byte[] UNHEALTHY = Binaries.serving("3", 500);
  private static final byte[] EXITING = Binaries.exiting("4");
  private static final byte[] CLINGING = Binaries.clinging("5");
  private static final String TARGET = "/opt/app/app";
  private static final String URL = "http://127.0.0.1:8080/health";
  private static final Duration SOON = Duration.ofSeconds(10);

  private static IncusBed bed;

  @TempDir Path files;
  private Agent agent;

  @BeforeAll
  static void start() {
    bed = IncusBed.start();
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @BeforeEach
  void serveTheOldOne() {
    bed.reset(Map.of());
    bed.serve(OLD);
    agent = agent("app");
  }

  private Agent agent(String... units) {
    return Agent.on(bed, files, install("/opt/app/app.previous", "0", "0", units));
  }

  private static Install install(
      @Nullable String previous, String uid, String gid, String... units) {
    return new Install(TARGET, uid, gid, "0755", List.of(units), previous, 3);
  }

  @Test
  void aReleaseGoesOverARunningBinary() {
    assertThat(agent.keep(OLD)).isInstanceOf(IncusEvent.BinaryKept.class);
    assertThat(agent.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    String before = bed.property("InvocationID");
    assertThat(agent.restart())
        .isInstanceOfSatisfying(
            IncusEvent.UnitsRestarted.class,
            restarted -> {
              assertThat(restarted.unchanged()).isFalse();
              assertThat(restarted.detail()).isEqualTo("app pid " + bed.property("MainPID"));
            });
    assertThat(bed.property("InvocationID")).isNotEqualTo(before);
    assertThat(agent.health(URL, SOON)).isInstanceOf(IncusEvent.HealthPassed.class);
    assertThat(bed.digests().get("app")).isEqualTo(Binaries.digest(NEW));
    assertThat(bed.digests().get("app.previous")).isEqualTo(Binaries.digest(OLD));
    assertThat(bed.shell("stat -c '%u:%g %a' " + TARGET).strip()).isEqualTo("0:0 755");
  }

  @Test
  void theSameReleaseAgainRestartsNothing() {
    agent.push(NEW);
    agent.restart();
    String running = bed.property("InvocationID");
    assertThat(agent.push(NEW))
        .isInstanceOfSatisfying(
            IncusEvent.ArtifactPushed.class, pushed -> assertThat(pushed.unchanged()).isTrue());
    assertThat(agent.restart())
        .isInstanceOfSatisfying(
            IncusEvent.UnitsRestarted.class,
            restarted -> assertThat(restarted.unchanged()).isTrue());
    assertThat(bed.property("InvocationID")).isEqualTo(running);
  }

  @Test
  void aStartThatIsOutwornIsRestartedOnceThoughItRunsTheInstalledBinary() {
    agent.push(NEW);
    agent.restart();
    String outworn = bed.property("InvocationID");
    assertThat(agent.restart(List.of(outworn)))
        .isInstanceOfSatisfying(
            IncusEvent.UnitsRestarted.class,
            restarted -> assertThat(restarted.unchanged()).isFalse());
    String running = bed.property("InvocationID");
    assertThat(running).isNotEqualTo(outworn);
    assertThat(agent.restart(List.of(outworn)))
        .isInstanceOfSatisfying(
            IncusEvent.UnitsRestarted.class,
            restarted -> assertThat(restarted.unchanged()).isTrue());
    assertThat(bed.property("InvocationID")).isEqualTo(running);
  }

  @Test
  void whatRunsIsLeftAloneWhereOnlyWhatIsDownIsStarted() {
    String running = bed.property("InvocationID");
    // Somebody replaces the file: its process is older than it now.
    agent.push(NEW);
    assertThat(agent.startWhatIsDown())
        .isInstanceOfSatisfying(
            IncusEvent.UnitsRestarted.class,
            restarted -> assertThat(restarted.unchanged()).isTrue());
    assertThat(bed.property("InvocationID")).isEqualTo(running);
    bed.shell("systemctl stop app");
    assertThat(agent.startWhatIsDown())
        .isInstanceOfSatisfying(
            IncusEvent.UnitsRestarted.class,
            restarted -> assertThat(restarted.unchanged()).isFalse());
    assertThat(bed.property("ActiveState")).isEqualTo("active");
  }

  @Test
  void anInstalledButNotRunningReleaseIsNoNoOp() {
    agent.push(NEW);
    // The agent dies here. Its successor is told to push and to restart.
    agent.push(NEW);
    assertThat(agent.restart())
        .isInstanceOfSatisfying(
            IncusEvent.UnitsRestarted.class,
            restarted -> assertThat(restarted.unchanged()).isFalse());
  }

  @Test
  void anAgentThatDiesWhileRestartingLeavesNothingForItsSuccessorButToLook() {
    agent.push(NEW);
    // Its other requests only ask what became of the script.
    Agent dying = agent.over(new FaultyWire(bed.wire(), FaultyWire.Fault.DIES_AFTER, 1));
    assertThatThrownBy(dying::restart).isInstanceOf(FaultyWire.Died.class);
    assertThat(agent.restart()).isInstanceOf(IncusEvent.UnitsRestarted.class);
    assertThat(agent.health(URL, SOON)).isInstanceOf(IncusEvent.HealthPassed.class);
    assertThat(bed.property("NRestarts")).isEqualTo("0");
  }

  @Test
  void aNewerCommandEndsAHealthCheck() {
    HandTurn turn = new HandTurn();
    turn.endAfter(2);
    IncusCommand check =
        new IncusCommand.CheckHealth(
            agent.head(),
            agent.ref(),
            agent.install(),
            new Health("http://127.0.0.1:8099/", Duration.ofSeconds(20)));
    assertThatThrownBy(() -> agent.handler().handle(check, turn, _ -> {}))
        .isInstanceOf(Turn.Preempted.class);
  }

  @Test
  void aLookComparesNoFenceAndRemembersNone() {
    long now = System.currentTimeMillis();
    agent.withFence(now).keep(OLD);

    assertThat(agent.withFence(1).inspect(agent.artifact(NEW)).instances())
        .singleElement()
        .satisfies(seen -> {
          assertThat(seen.sha256()).isEqualTo(Binaries.digest(OLD));
          assertThat(seen.problems()).isEmpty();
        });
    assertThat(bed.shell("ls -A /opt/app/.serin")).contains(".app.fence-" + now + "\n");
  }

  @Test
  void preflightNamesAClockThatIsFarBehind() {
    assertThat(
            agent
                .withFence(System.currentTimeMillis() + 7_200_000)
                .inspect(agent.artifact(NEW))
                .instances()
                .getFirst()
                .problems())
        .singleElement()
        .asString()
        .startsWith("the clock in ")
        .contains("less than an hour behind the coordinator's");
  }

  @Test
  void ownersMayBeNamed() {
    bed.shell("id veza >/dev/null 2>&1 || useradd veza");
    agent.installing(install(null, "veza", "veza", "app")).push(NEW);
    assertThat(bed.shell("stat -c '%U:%G' " + TARGET).strip()).isEqualTo("veza:veza");
  }

  @Test
  void aCrashLoopIsAFailureAndDoesNotBlockTheGoodOnesReturn() {
    agent.keep(OLD);
    agent.push(EXITING);
    Failure failure = Agent.failure(agent.restart());
    assertThat(failure.reason()).isEqualTo(Reason.CRASHED);
    assertThat(failure.found()).contains("status 7");

    // systemd gives up on it: a plain start is refused now.
    bed.shell(
        "until [ \"$(systemctl show --value -p ActiveState app)\" = failed ]; do"
            + " sleep 0.1; done");
    assertThat(bed.shell("systemctl start app 2>&1 || echo refused")).contains("refused");
    assertThat(Agent.failure(agent.health(URL, SOON)).reason()).isEqualTo(Reason.CRASHED);

    assertThat(agent.restore(OLD, null))
        .isInstanceOfSatisfying(
            IncusEvent.BinaryRestored.class,
            restored -> assertThat(restored.source()).isEqualTo("kept"));
    assertThat(agent.restart()).isInstanceOf(IncusEvent.UnitsRestarted.class);
    assertThat(agent.health(URL, SOON)).isInstanceOf(IncusEvent.HealthPassed.class);
  }

  @Test
  void anUnhealthyReleaseIsToldWithItsStatus() {
    agent.push(UNHEALTHY);
    agent.restart();
    Failure failure = Agent.failure(agent.health(URL, Duration.ofSeconds(1)));
    assertThat(failure.reason()).isEqualTo(Reason.UNHEALTHY);
    assertThat(failure.expected()).contains(URL, "within 1s");
    assertThat(failure.found()).startsWith("HTTP status 500 at the last of ");
  }

  @Test
  void aReleaseThatListensNowhereIsToldSo() {
    String elsewhere = "http://127.0.0.1:8099/";
    Failure failure = Agent.failure(agent.health(elsewhere, Duration.ofSeconds(1)));
    assertThat(failure.reason()).isEqualTo(Reason.UNHEALTHY);
    assertThat(failure.found()).startsWith("connection refused");
  }

  @Test
  void aSlowStopIsWaitedFor() {
    bed.serve(CLINGING);
    agent.push(NEW);
    // Its stop takes 3 s, until systemd kills it.
    assertThat(agent.restart()).isInstanceOf(IncusEvent.UnitsRestarted.class);
    assertThat(agent.health(URL, SOON)).isInstanceOf(IncusEvent.HealthPassed.class);
  }

  @Test
  void anUnknownUnitIsNamed() {
    Failure failure = Agent.failure(agent("nosuch").restart());
    assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(failure.expected()).contains("nosuch");
  }

  @Test
  void inspectionFindsARunningServiceSound() {
    IncusEvent.InstancesInspected seen = agent.inspect(agent.artifact(NEW));
    assertThat(seen.problems()).isEmpty();
    assertThat(seen.warnings()).isEmpty();
    assertThat(seen.instances())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.problems()).isEmpty();
          assertThat(one.sha256()).isEqualTo(Binaries.digest(OLD));
        });
  }

  @Test
  void inspectionTellsEverythingAtOnce() {
    bed.shell("systemctl stop app; rm " + TARGET);
    bed.write("/opt/next", "no executable".getBytes(UTF_8));
    Artifact artifact =
        new Artifact("node:/opt/next", Binaries.digest("no executable".getBytes(UTF_8)));
    Artifact rollback = new Artifact("file:///nowhere/app", Binaries.digest(OLD));
    Agent wrong =
        agent.installing(install("/nowhere/previous", "nobody-there", "0", "app", "nosuch"));
    IncusEvent.InstancesInspected seen = wrong.inspect(artifact, rollback);
    assertThat(seen.problems())
        .singleElement()
        .asString()
        .startsWith("rollback artifact: expected the artifact at /nowhere/app");
    assertThat(seen.instances().getFirst().problems())
        .anyMatch(problem -> problem.contains("a binary to go back to, found none"))
        .anyMatch(problem -> problem.contains("/nowhere/previous"))
        .anyMatch(problem -> problem.contains("begins with 0x6e6f2065"))
        .anyMatch(problem -> problem.contains("the user nobody-there"))
        .anyMatch(problem -> problem.contains("unit app") && problem.contains("expected active"))
        .anyMatch(problem -> problem.contains("unit nosuch") && problem.contains("not-found"))
        .hasSize(6);
    bed.shell("rm /opt/next");
  }

  @Test
  void inspectionMissesNoArtifactOfTheNodeWhereItIsInstalled() {
    Artifact installed = new Artifact("node:/nowhere/app", Binaries.digest(OLD));
    assertThat(agent.inspect(installed).instances().getFirst().problems()).isEmpty();
    Artifact other = new Artifact("node:/nowhere/app", Binaries.digest(NEW));
    assertThat(agent.inspect(other).instances().getFirst().problems())
        .singleElement()
        .asString()
        .contains("expected a readable file at node:/nowhere/app, found missing");
  }

  @Test
  void inspectionWarnsOfAProcessOlderThanItsBinary() {
    agent.push(NEW);
    IncusEvent.InstancesInspected seen = agent.inspect(agent.artifact(NEW));
    assertThat(seen.warnings()).singleElement().asString().contains("older than the installed");
  }

  @Test
  void inspectionKnowsWhichInstanceHasWhichAddress() {
    String address = "127.0.0.1:18999";
    IncusBed.run(
        "incus",
        "config",
        "device",
        "add",
        bed.instance(),
        "http",
        "proxy",
        "listen=tcp:" + address,
        "connect=tcp:127.0.0.1:8080");
    try {
      IncusEvent.InstancesInspected seen = agent.inspect(agent.artifact(NEW));
      assertThat(seen.owners()).containsEntry(address, bed.instance());
      assertThat(seen.instances().getFirst().addresses()).containsExactly(address);
    } finally {
      IncusBed.run("incus", "config", "device", "remove", bed.instance(), "http");
    }
  }

  @Test
  void aStoppedOrFrozenInstanceIsTold() {
    IncusBed.run("incus", "pause", bed.instance());
    try {
      assertThat(agent.inspect(agent.artifact(NEW)).instances().getFirst().problems())
          .containsExactly("instance " + bed.instance() + ": expected running, found frozen");
      assertThat(Agent.failure(agent.push(NEW)).advice())
          .isEqualTo("incus resume " + bed.instance());
    } finally {
      IncusBed.run("incus", "resume", bed.instance());
    }
    IncusBed.run("incus", "stop", "--force", bed.instance());
    try {
      assertThat(agent.inspect(agent.artifact(NEW)).instances().getFirst().problems())
          .containsExactly("instance " + bed.instance() + ": expected running, found stopped");
      assertThat(Agent.failure(agent.restart()).found()).isEqualTo("it is stopped");
    } finally {
      IncusBed.run("incus", "start", bed.instance());
      bed.shell(
          "until systemctl is-system-running | grep -qE 'running|degraded'; do"
              + " sleep 0.1; done");
    }
  }

  @Test
  void nothingOfOursIsLeftBehind() {
    String logs = "/1.0/instances/" + bed.instance() + "/logs/exec-output";
    String before = IncusBed.run("incus", "query", logs);
    agent.keep(OLD);
    agent.push(NEW);
    agent.restart();
    agent.health(URL, SOON);
    agent.restore(OLD, null);
    assertThat(IncusBed.run("incus", "query", logs)).isEqualTo(before);
    assertThat(bed.digests())
        .containsOnlyKeys(".serin/app-" + Binaries.digest(OLD), "app", "app.previous");
  }

  @Test
  void aLargeBinaryGoesThrough() {
    byte[] large = Arrays.copyOf(NEW, 50 * 1024 * 1024);
    assertThat(agent.push(large))
        .isInstanceOfSatisfying(
            IncusEvent.ArtifactPushed.class,
            pushed -> assertThat(pushed.sizeBytes()).isEqualTo(large.length));
    assertThat(bed.digests().get("app")).isEqualTo(Binaries.digest(large));
  }

  @Test
  void anotherProjectsInstancesAreNotThere() throws Exception {
    IncusServer elsewhere = new IncusServer("default", "default", bed.wire());
    assertThat(elsewhere.status("serin-it-none")).isEmpty();
    assertThat(elsewhere.status(bed.instance())).contains("Running");
  }
}
