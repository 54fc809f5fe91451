package dev.serin.incus.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstancesChangedByHand;
import dev.serin.contracts.incus.UnitSeen;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A look that decides on something is answered whatever it finds, or not at all.
class LookTest {
  private static final byte[] BINARY = Binaries.serving("1", 200);

  @TempDir Path instance;
  @TempDir Path files;

  private LocalBed bed;
  private Agent agent;
  private KnownInstance known;

  @BeforeEach
  void install() throws IOException {
    instance = instance.toRealPath();
    bed = new LocalBed(instance);
    Install install =
        new Install(
            instance + "/opt/app", Owner.number(), Owner.number(), "0755", List.of("app"), null, 2);
    agent = Agent.on(bed, files, install);
    bed.write(instance + "/opt/app", BINARY);
    systemctl("first", "");
    UnitSeen seen = agent.inspect(agent.artifact(BINARY)).instances().getFirst().units().getFirst();
    assertThat(seen.invocation()).isEqualTo("first");
    known = new KnownInstance(agent.ref(), Binaries.digest(BINARY), List.of(seen), "");
  }

  /// @param job of systemd's for the unit; empty where it has none
  private void systemctl(String invocation, String job) throws IOException {
    Path tools = Files.createDirectories(files.resolve("tools"));
    Path tool = tools.resolve("systemctl");
    Files.writeString(
        tool,
        """
        #!/bin/sh
        case "$*" in
          *UserspaceTimestampMonotonic*) ;;
          show*) printf '%%s\\n' LoadState=loaded ActiveState=active SubState=running NRestarts=0 \\
            InvocationID=%s Job=%s ;;
        esac
        """
            .formatted(invocation, job));
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
    bed.tools(tools);
  }

  private Optional<List<Deed>> answer() {
    return agent
        .looksAlways(known)
        .map(InstancesChangedByHand::changes)
        .map(changes -> changes.stream().map(InstanceChange::deed).toList());
  }

  @Test
  void saysThatNothingHasChanged() {
    assertThat(answer()).contains(List.of());
    assertThat(agent.noticed(known)).as("a look in passing says nothing").isEmpty();
  }

  @Test
  void saysWhatHasChanged() throws IOException {
    systemctl("another", "");
    assertThat(answer()).contains(List.of(Deed.UNIT_RESTARTED));
  }

  @Test
  void saysNothingWhileTheUnitIsJustBeingRestarted() throws IOException {
    systemctl("first", "4711");
    assertThat(answer()).as("who did it shows afterwards").isEmpty();
  }

  @Test
  void saysNothingWhereNobodyCanLook() throws IOException {
    bed.status("Stopped");
    assertThat(answer()).isEmpty();
  }
}
