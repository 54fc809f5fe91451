package dev.serin.incus.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.UnitSeen;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Somebody else works in a container while a rollout is under way: on a real Incus with systemd.
@Tag("lab")
@Timeout(900)
class NoticingIT {
  private static final String DROP_IN = "/etc/systemd/system/app.service.d/limits.conf";
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);

  private static IncusBed bed;

  @TempDir Path files;
  private Agent agent;
  private KnownInstance known;

  @BeforeAll
  static void start() {
    bed = IncusBed.start();
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @BeforeEach
  void lookAtTheOldOne() {
    bed.reset(Map.of());
    bed.shell("rm -rf " + Path.of(DROP_IN).getParent() + "; systemctl daemon-reload");
    bed.serve(OLD);
    agent =
        Agent.on(
            bed, files, new Install("/opt/app/app", "0", "0", "0755", List.of("app"), null, 3));
    known = asPreflightFindsIt();
  }

  private KnownInstance asPreflightFindsIt() {
    InstanceSeen seen = agent.inspect(agent.artifact(NEW)).instances().getFirst();
    assertThat(seen.problems()).isEmpty();
    assertThat(seen.boot()).isNotEmpty();
    return new KnownInstance(
        agent.ref(), Objects.requireNonNull(seen.sha256()), seen.units(), seen.boot());
  }

  private List<Deed> deeds() {
    return agent.noticed(known).stream().map(InstanceChange::deed).toList();
  }

  @Test
  void nothingIsToldWhereNothingHasChanged() {
    assertThat(known.units()).hasSize(1);
    assertThat(known.units().getFirst().invocation()).matches("[0-9a-f]{32}");
    assertThat(known.units().getFirst().fileSha256()).matches("[0-9a-f]{64}");
    assertThat(agent.noticed(known)).isEmpty();
    assertThat(agent.noticed(known)).as("with the binary's mark known").isEmpty();
  }

  @Test
  void aUnitRestartedByHandIsToldOfAndOneThatCrashedIsNot() {
    String first = bed.property("MainPID");
    bed.shell("kill -9 " + first);
    bed.shell("until [ \"$(systemctl show -p NRestarts --value app)\" = 1 ]; do sleep 0.05; done");
    assertThat(deeds()).as("systemd started it again").isEmpty();

    bed.shell("systemctl restart app");
    assertThat(deeds()).containsExactly(Deed.UNIT_RESTARTED);

    bed.shell("systemctl stop app");
    assertThat(deeds()).containsExactly(Deed.UNIT_STOPPED);
  }

  @Test
  void aBinaryReplacedByHandIsToldOfWithBothDigests() {
    assertThat(agent.noticed(known)).isEmpty();
    bed.write("/opt/app/app", NEW);
    assertThat(agent.noticed(known))
        .containsExactly(
            new InstanceChange(
                agent.ref().node(),
                Deed.BINARY_REPLACED,
                "/opt/app/app",
                Binaries.digest(OLD),
                Binaries.digest(NEW)));
  }

  @Test
  void aUnitFileChangedByHandIsToldOfAndNoOldBinaryIsPutBesideIt() {
    agent.keep(OLD);
    agent.push(NEW);
    Map<String, String> before =
        known.units().stream().collect(Collectors.toMap(UnitSeen::unit, UnitSeen::fileSha256));
    bed.shell("mkdir -p " + Path.of(DROP_IN).getParent());
    bed.write(DROP_IN, "[Service]\nLimitNOFILE=4096\n".getBytes(StandardCharsets.UTF_8));

    bed.shell("systemctl daemon-reload");
    assertThat(deeds()).contains(Deed.UNIT_FILE_CHANGED);
    IncusEvent restored = agent.restore(OLD, null, List.of(), before);
    assertThat(Agent.failure(restored).reason()).isEqualTo(Reason.FOREIGN);
    assertThat(Agent.failure(restored).sentence()).contains("the file of unit app");
    assertThat(bed.digests().get("app")).isEqualTo(Binaries.digest(NEW));

    bed.shell("rm " + DROP_IN + "; systemctl daemon-reload");
    assertThat(agent.restore(OLD, null, List.of(), before))
        .isInstanceOf(IncusEvent.BinaryRestored.class);
  }

  @Test
  void aUnitFileThatSystemdHasNotLoadedYetIsToldOfToo() {
    bed.shell("echo 'LimitNOFILE=4096' >>/etc/systemd/system/app.service");
    try {
      assertThat(deeds()).containsExactly(Deed.UNIT_FILE_CHANGED);
    } finally {
      bed.shell("sed -i '/LimitNOFILE/d' /etc/systemd/system/app.service");
    }
  }

  @Test
  void whatSerinDoesItselfIsNobodysHand() {
    agent.push(NEW);
    IncusEvent.UnitsRestarted restarted = (IncusEvent.UnitsRestarted) agent.restart();
    assertThat(restarted.units().getFirst().invocation())
        .isEqualTo(bed.property("InvocationID"))
        .isNotEqualTo(known.units().getFirst().invocation());
    assertThat(
            agent.noticed(
                new KnownInstance(
                    agent.ref(), Binaries.digest(NEW), restarted.units(), restarted.boot())))
        .isEmpty();
  }

  @Test
  void aBootOfTheInstanceIsNobodysHand() {
    IncusBed.run("incus", "restart", "--force", bed.instance());
    bed.shell(
        "until systemctl is-system-running | grep -qE 'running|degraded'; do sleep 0.1; done;"
            + " systemctl start app");
    assertThat(agent.noticed(known)).isEmpty();
  }

  @Test
  void anInstanceThatCannotBeLookedAtIsPassedOver() {
    IncusBed.run("incus", "stop", "--force", bed.instance());
    try {
      assertThat(agent.noticed(known)).isEmpty();
    } finally {
      IncusBed.run("incus", "start", bed.instance());
      bed.shell(
          "until systemctl is-system-running | grep -qE 'running|degraded'; do sleep 0.1; done");
    }
  }

  @Test
  void aPersonReachesItWithTheCommandThatIsTold() {
    var access =
        Objects.requireNonNull(agent.inspect(agent.artifact(NEW)).instances().getFirst().access());
    IncusBed.run("sh", "-c", access.shell() + " sh -c 'echo it is $HOSTNAME >/root/reached'");
    assertThat(bed.shell("cat /root/reached")).startsWith("it is");
    assertThat(
            IncusBed.run(
                "sh",
                "-c",
                "echo hello >'"
                    + files
                    + "/hello' && "
                    + access.copy()
                    + " '"
                    + files
                    + "/hello' "
                    + access.name()
                    + "/opt/app/hello"))
        .contains("hello");
    assertThat(bed.shell("cat /opt/app/hello")).isEqualTo("hello\n");
  }
}
