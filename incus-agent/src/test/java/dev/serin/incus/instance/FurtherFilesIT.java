package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Further files in a container with a real systemd: an environment file, and a unit's drop-in that
/// reads it.
@Tag("lab")
class FurtherFilesIT {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);
  private static final String ENV = "/etc/app/env";
  private static final String DROP_IN = "/etc/systemd/system/app.service.d/env.conf";
  private static final String URL = "http://127.0.0.1:8080/health";

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
    bed.shell(
        "mkdir -p /etc/app /etc/systemd/system/app.service.d; rm -f "
            + DROP_IN
            + "; id app >/dev/null 2>&1 || useradd --system app; systemctl daemon-reload");
    bed.write(ENV, "COLOUR=old\n".getBytes(UTF_8));
    bed.shell("chown root:app " + ENV + "; chmod 0640 " + ENV);
    bed.serve(OLD);
    agent =
        Agent.on(
            bed, files, new Install("/opt/app/app", "0", "0", "0755", List.of("app"), null, 3));
  }

  private Further release(String colour) {
    Further release =
        new Further(agent)
            .bringing(ENV, "COLOUR=" + colour + "\n", "0640")
            .bringing(DROP_IN, "[Service]\nEnvironmentFile=" + ENV + "\n", "0644");
    assertThat(release.inspected().problems()).isEmpty();
    return release;
  }

  private String environment() {
    return bed.shell("tr '\\0' '\\n' </proc/" + bed.property("MainPID") + "/environ");
  }

  private void restarted(boolean unchanged) {
    assertThat(agent.restart())
        .isInstanceOfSatisfying(
            IncusEvent.UnitsRestarted.class,
            restarted -> assertThat(restarted.unchanged()).isEqualTo(unchanged));
    assertThat(agent.health(URL, Duration.ofSeconds(20)))
        .isInstanceOf(IncusEvent.HealthPassed.class);
  }

  @Test
  void aReleaseBringsAnEnvironmentFileAndAUnitAndARollbackBringsBoth() {
    Further release = release("new");
    assertThat(release.keep(OLD)).isInstanceOf(IncusEvent.BinaryKept.class);
    assertThat(release.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    restarted(false);
    assertThat(environment()).contains("COLOUR=new\n");
    assertThat(bed.shell("stat -c '%U:%G %a' " + ENV).strip()).isEqualTo("root:root 640");

    assertThat(release.restore(OLD, NEW)).isInstanceOf(IncusEvent.BinaryRestored.class);
    restarted(false);

    assertThat(environment()).doesNotContain("COLOUR");
    assertThat(bed.shell("cat " + ENV)).isEqualTo("COLOUR=old\n");
    assertThat(bed.shell("stat -c '%U:%G %a' " + ENV).strip()).isEqualTo("root:app 640");
    assertThat(bed.shell("test -e " + DROP_IN + " || echo gone").strip()).isEqualTo("gone");
    assertThat(bed.digests().get("app")).isEqualTo(Binaries.digest(OLD));
    assertThat(bed.property("NeedDaemonReload")).isEqualTo("no");
  }

  /// The binary stays as it is; the process has to go all the same.
  @Test
  void anotherEnvironmentFileAloneRestartsTheUnitOnce() {
    Further first = release("red");
    first.keep(OLD);
    first.push(NEW);
    restarted(false);

    Further second = release("blue");
    second.keep(NEW);
    second.push(NEW);
    restarted(false);
    assertThat(environment()).contains("COLOUR=blue\n");
    second.push(NEW);
    restarted(true);

    second.restore(NEW, NEW);
    restarted(false);
    assertThat(environment()).contains("COLOUR=red\n");
  }

  @Test
  void whatIsSecretIsInNoProcessListAndNoJournalOfTheScripts() {
    Further release = release("battery-staple");
    release.keep(OLD);
    release.push(NEW);

    assertThat(Objects.requireNonNull(bed.shell("journalctl --no-pager -q -o cat | tail -n 500")))
        .doesNotContain("battery-staple");
    assertThat(bed.shell("stat -c '%U %a' /opt/app/.serin/.app.files").strip())
        .isEqualTo("root 700");
  }
}
