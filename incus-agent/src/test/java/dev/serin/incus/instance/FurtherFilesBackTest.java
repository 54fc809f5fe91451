package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The way back of a binary with further files: both, or neither.
class FurtherFilesBackTest {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);

  /// What `systemctl cat` shows of the unit, by the tool of this test, and whether it is to be
  /// loaded anew.
  private static final Map<String, String> UNITS =
      Map.of("app", Binaries.digest("[Unit]\nno".getBytes(UTF_8)));

  @TempDir Path instance;
  @TempDir Path files;

  @SuppressWarnings("NullAway.Init")
  private LocalBed bed;

  @SuppressWarnings("NullAway.Init")
  private Agent agent;

  private Path env = Path.of("/");
  private Path shown = Path.of("/");

  @BeforeEach
  void install() throws IOException {
    instance = instance.toRealPath();
    bed = new LocalBed(instance);
    String owner = Owner.number();
    agent =
        Agent.on(
            bed,
            files,
            new Install(instance + "/opt/app", owner, owner, "0755", List.of("app"), null, 2));
    bed.write(instance + "/opt/app", OLD);
    env = instance.resolve("etc/app/env");
    bed.write(env.toString(), "A=1\n".getBytes(UTF_8));
    shown = files.resolve("shown");
    Files.writeString(shown, "[Unit]\n");
    Path tools = Files.createDirectories(files.resolve("tools"));
    Path systemctl = tools.resolve("systemctl");
    Files.writeString(systemctl, "#!/bin/sh\n[ \"$1\" != cat ] || cat '" + shown + "'\n");
    Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwx------"));
    bed.tools(tools);
  }

  private Further release() {
    return new Further(agent).bringing(env.toString(), "A=2\n", "0640");
  }

  private void pushed(Further release) {
    release.inspected();
    release.keep(OLD);
    assertThat(release.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
  }

  private boolean isNew() {
    return Further.at(env).endsWith(" A=2\n")
        && bed.digest(instance + "/opt/app").equals(Binaries.digest(NEW));
  }

  private boolean isOld() {
    return Further.at(env).endsWith(" A=1\n")
        && bed.digest(instance + "/opt/app").equals(Binaries.digest(OLD));
  }

  @Test
  void aUnitOfSomebodyElseKeepsTheFilesTheyAreToo() throws IOException {
    Further release = release();
    pushed(release);
    Files.writeString(shown, "[Unit]\n[Service]\nNice=1\n");

    Failure failure = Agent.failure(release.restore(OLD, NEW, UNITS));

    assertThat(failure.reason()).isEqualTo(Reason.FOREIGN);
    assertThat(failure.sentence()).contains("unit app", "the binary was left alone");
    assertThat(isNew()).isTrue();

    Files.writeString(shown, "[Unit]\n");
    assertThat(release.restore(OLD, NEW, UNITS)).isInstanceOf(IncusEvent.BinaryRestored.class);
    assertThat(isOld()).isTrue();
  }

  /// A repeat after a crash does not say that all is as it was.
  @Test
  void whatIsBackAlreadyIsToldWhereAUnitIsSomebodyElses() throws IOException {
    Further release = release();
    pushed(release);
    bed.write(instance + "/opt/app", OLD);
    Files.writeString(shown, "[Unit]\n[Service]\nNice=1\n");

    assertThat(Agent.failure(release.restore(OLD, NEW, UNITS)).sentence())
        .contains("unit app", "the binary is back already");
  }

  @Test
  void whatIsThereAlreadyIsToldWhereAnotherIsSomebodyElses() throws IOException {
    Path other = env.resolveSibling("other");
    Further release = release().bringing(other.toString(), "B=2\n", "0640");
    release.inspected();
    release.keep(OLD);
    // As a try leaves it that was cut off between the two.
    bed.write(env.toString(), "A=2\n".getBytes(UTF_8));
    Files.setPosixFilePermissions(env, PosixFilePermissions.fromString("rw-r-----"));
    Files.writeString(other, "B=by hand\n");

    assertThat(Agent.failure(release.push(NEW)).sentence())
        .contains(other.toString(), "others are as they are to be already");
    Files.delete(env);
    assertThat(Agent.failure(release.push(NEW)).sentence())
        .contains(env.toString(), "this try has touched nothing");
  }

  /// Somebody else has changed a file before the release did: there is nothing to take back.
  @Test
  void aFileThatAPushHasLeftAloneStaysTheirsOnTheWayBack() throws IOException {
    Path other = env.resolveSibling("other");
    Further release = release().bringing(other.toString(), "B=2\n", "0640");
    release.inspected();
    release.keep(OLD);
    Files.writeString(env, "A=by hand\n");
    assertThat(Agent.failure(release.push(NEW)).reason()).isEqualTo(Reason.FOREIGN);

    IncusEvent.BinaryRestored back = (IncusEvent.BinaryRestored) release.restore(OLD, NEW);

    assertThat(Further.at(env)).endsWith(" A=by hand\n");
    assertThat(bed.digest(instance + "/opt/app")).isEqualTo(Binaries.digest(OLD));
    assertThat(back.files())
        .extracting(state -> state.path() + " " + state.sha256())
        .containsExactly(
            env + " " + Binaries.digest("A=by hand\n".getBytes(UTF_8)), other + " null");
  }

  @Test
  void aFileThatAnEarlierReleaseHasChangedIsNoReasonToHalt() throws IOException {
    pushed(release());
    Further next = new Further(agent).bringing(env.toString(), "A=3\n", "0640");
    next.inspected();
    next.keep(NEW);
    Files.writeString(env, "A=by hand\n");

    assertThat(next.restore(NEW, OLD)).isInstanceOf(IncusEvent.BinaryRestored.class);

    assertThat(Further.at(env)).endsWith(" A=by hand\n");
  }

  @Test
  void aBinaryThatIsNowhereKeepsTheFilesTheyAreToo() throws IOException {
    Further release = release();
    pushed(release);
    Files.delete(instance.resolve("opt/.serin/app-" + Binaries.digest(OLD)));

    assertThat(Agent.failure(release.restore(OLD, NEW)).reason()).isEqualTo(Reason.NOT_FOUND);

    assertThat(isNew()).isTrue();
  }

  @Test
  void aContentThatIsNowhereKeepsTheBinaryToo() throws IOException {
    Further release = release();
    pushed(release);
    try (var kept = Files.newDirectoryStream(instance.resolve("opt/.serin/.app.files"), "*-*")) {
      for (Path file : kept) {
        Files.delete(file);
      }
    }

    assertThat(Agent.failure(release.restore(OLD, NEW)).reason()).isEqualTo(Reason.NOT_FOUND);

    assertThat(isNew()).isTrue();
  }

  @Test
  void anOwnerWhoIsGoneMeanwhileGetsNothingAndNobodyElseDoes() throws IOException {
    Path owned = env.resolveSibling("owned");
    String me = Owner.number();
    for (Further release :
        List.of(
            new Further(agent).bringing(owned.toString(), "A=2\n", "nobody-here", me, "0640"),
            new Further(agent).bringing(owned.toString(), "A=2\n", me, "nobody-here", "0640"))) {
      release.inspected();
      release.keep(OLD);

      assertThat(Agent.failure(release.push(NEW)).sentence()).contains("nobody-here");

      assertThat(owned).doesNotExist();
      assertThat(isOld()).isTrue();
    }
  }

  /// Whether a unit is somebody else's shows only once the release's own part of it is gone.
  @Test
  void aReleaseOfAUnitIsBackAsAWholeBeforeTheUnitIsSomebodyElses() throws IOException {
    Path unit = instance.resolve("etc/systemd/system/app.service.d/limits.conf");
    Files.createDirectories(unit.getParent());
    Further release = release().bringing(unit.toString(), "[Service]\n", "0644");
    pushed(release);
    Files.writeString(shown, "[Unit]\n[Service]\nNice=1\n");

    Failure failure = Agent.failure(release.restore(OLD, NEW, UNITS));

    assertThat(failure.reason()).isEqualTo(Reason.FOREIGN);
    assertThat(failure.sentence()).contains("unit app", "the release's files are back");
    assertThat(isOld()).isTrue();
    assertThat(unit).doesNotExist();
  }
}
