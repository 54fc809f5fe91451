package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Further files with the real scripts, in a directory of this machine.
class FurtherFilesTest {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);
  private static final String SECRET = "PASSWORD=correct horse battery staple\n";

  @TempDir Path instance;
  @TempDir Path files;

  private LocalBed bed;
  private Agent agent;
  private Path env;
  private Path unit;
  private Path said = Path.of("/");

  @BeforeEach
  void install() throws IOException {
    instance = instance.toRealPath();
    bed = new LocalBed(instance);
    agent =
        Agent.on(
            bed,
            files,
            new Install(
                instance + "/opt/app",
                Owner.number(),
                Owner.number(),
                "0755",
                List.of("app"),
                null,
                2));
    bed.write(instance + "/opt/app", OLD);
    env = instance.resolve("etc/app/env");
    unit = instance.resolve("etc/systemd/system/app.service.d/limits.conf");
    Files.createDirectories(env.getParent());
    Files.createDirectories(unit.getParent());
    systemctl();
  }

  private void write(Path file, String content, String mode) throws IOException {
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  /// A systemctl that knows one unit, and writes down when it is told to load units anew.
  private void systemctl() throws IOException {
    Path tools = Files.createDirectories(files.resolve("tools"));
    said = tools.resolve("said");
    write(
        tools.resolve("systemctl"),
        """
        #!/bin/sh
        case $1 in
          show) printf '%%s\\n' LoadState=loaded ActiveState=active SubState=running NRestarts=0 ;;
          daemon-reload) echo "$1" >>'%s' ;;
        esac
        """
            .formatted(said),
        "rwx------");
    bed.tools(tools);
  }

  private Further release() {
    return new Further(agent).bringing(env.toString(), SECRET, "0640");
  }

  @Test
  void areInstalledWithOwnerAndModeAndBroughtBackWithTheBinary() throws IOException {
    write(env, "A=1\n", "rw-------");
    Further release = release();
    release.inspected();

    assertThat(release.keep(OLD)).isInstanceOf(IncusEvent.BinaryKept.class);
    IncusEvent.ArtifactPushed pushed = (IncusEvent.ArtifactPushed) release.push(NEW);

    assertThat(Further.at(env)).isEqualTo("rw-r----- " + SECRET);
    assertThat(pushed.files())
        .containsExactly(
            new dev.serin.contracts.incus.FileState(
                env.toString(),
                Binaries.digest(SECRET.getBytes(UTF_8)),
                Owner.number(),
                Owner.number(),
                "0640"));
    assertThat(release.restore(OLD, NEW)).isInstanceOf(IncusEvent.BinaryRestored.class);
    assertThat(Further.at(env)).isEqualTo("rw------- A=1\n");
    assertThat(bed.digest(instance + "/opt/app")).isEqualTo(Binaries.digest(OLD));
  }

  /// Between the look at all files and the first write somebody may be quick.
  @Test
  void aDirectoryThatBecomesALinkMeanwhileIsNotWrittenThrough() throws IOException {
    Path elsewhere = Files.createDirectories(instance.resolve("etc/cron.d"));
    Further release = release();
    release.inspected();
    release.keep(OLD);
    Path folder = env.getParent();
    write(
        files.resolve("tools/sync"),
        """
        #!/bin/sh
        [ -L '%1$s' ] || { mv '%1$s' '%1$s.old' && ln -s '%2$s' '%1$s'; }
        exec /usr/bin/sync "$@"
        """
            .formatted(folder, elsewhere),
        "rwx------");

    assertThat(release.push(NEW)).isInstanceOf(IncusEvent.Failed.class);

    try (Stream<Path> written = Files.list(elsewhere)) {
      assertThat(written).isEmpty();
    }
    assertThat(bed.digest(instance + "/opt/app")).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void whatIsKeptIsNotPutWhereSomebodyElseSays() throws IOException {
    Path elsewhere = Files.createDirectories(instance.resolve("etc/elsewhere"));
    Further release = release();
    release.inspected();
    Files.createDirectories(instance.resolve("opt/.serin"));
    Files.createSymbolicLink(instance.resolve("opt/.serin/.app.files"), elsewhere);

    assertThat(release.push(NEW)).isInstanceOf(IncusEvent.Failed.class);

    try (Stream<Path> written = Files.list(elsewhere)) {
      assertThat(written).isEmpty();
    }
    assertThat(Further.at(env)).isEqualTo("-");
  }

  @Test
  void whatWasNotThereIsRemovedAgain() {
    Further release = release();
    assertThat(release.inspected().files().getFirst().sha256()).isNull();
    release.keep(OLD);
    release.push(NEW);
    assertThat(Further.at(env)).isEqualTo("rw-r----- " + SECRET);

    release.restore(OLD, NEW);

    assertThat(Further.at(env)).isEqualTo("-");
  }

  @Test
  void anotherModeAloneIsAChangeToo() throws IOException {
    write(env, SECRET, "rw-rw-rw-");
    Further release = release();
    release.inspected();
    release.keep(OLD);

    release.push(NEW);
    assertThat(Further.at(env)).startsWith("rw-r----- ");

    release.restore(OLD, NEW);
    assertThat(Further.at(env)).startsWith("rw-rw-rw- ");
  }

  @Test
  void askedAgainTheyAreAsTheyAre() throws IOException {
    write(env, "A=1\n", "rw-------");
    Further release = release();
    release.inspected();
    release.keep(OLD);
    release.push(NEW);
    Object node = Files.getAttribute(env, "unix:ino");

    release.push(NEW);

    assertThat(Files.getAttribute(env, "unix:ino")).isEqualTo(node);
    try (Stream<Path> beside = Files.list(env.getParent())) {
      assertThat(beside.toList()).containsExactly(env);
    }
  }

  @Test
  void whatSomebodyElseHasWrittenStopsThePushBeforeAnythingIsTouched() throws IOException {
    write(env, "A=1\n", "rw-------");
    Further release = release().bringing(unit.toString(), "[Service]\n", "0644");
    release.inspected();
    release.keep(OLD);
    Files.writeString(env, "A=by hand\n");

    Failure failure = Agent.failure(release.push(NEW));

    assertThat(failure.reason()).isEqualTo(Reason.FOREIGN);
    assertThat(failure.expected()).contains(env.toString());
    assertThat(Further.at(env)).isEqualTo("rw------- A=by hand\n");
    assertThat(unit).doesNotExist();
    assertThat(bed.digest(instance + "/opt/app")).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void whatATryBeforeLeftBehindIsRemovedAlsoWhereNothingIsTouched() throws IOException {
    write(env, "A=1\n", "rw-------");
    Path other = env.resolveSibling("other");
    Further release = release().bringing(other.toString(), "B=2\n", "0640");
    release.inspected();
    release.keep(OLD);
    Path left = env.resolveSibling(".env.serin-0123");
    write(left, SECRET, "rw-------");
    Files.writeString(other, "B=by hand\n");

    assertThat(Agent.failure(release.push(NEW)).reason()).isEqualTo(Reason.FOREIGN);

    assertThat(left).doesNotExist();
  }

  @Test
  void whatSomebodyElseHasWrittenIsNotOverwrittenOnTheWayBack() throws IOException {
    write(env, "A=1\n", "rw-------");
    Further release = release();
    release.inspected();
    release.keep(OLD);
    release.push(NEW);
    Files.writeString(env, "A=by hand\n");

    assertThat(Agent.failure(release.restore(OLD, NEW)).reason()).isEqualTo(Reason.FOREIGN);

    assertThat(Further.at(env)).endsWith("A=by hand\n");
    assertThat(bed.digest(instance + "/opt/app")).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void aBinaryOfSomebodyElseKeepsTheFilesTheyAreToo() throws IOException {
    write(env, "A=1\n", "rw-------");
    Further release = release();
    release.inspected();
    release.keep(OLD);
    release.push(NEW);
    bed.write(instance + "/opt/app", Binaries.exiting("by hand"));

    assertThat(Agent.failure(release.restore(OLD, NEW)).reason()).isEqualTo(Reason.FOREIGN);

    assertThat(Further.at(env)).endsWith(SECRET);
  }

  @Test
  void whatChangedSincePreflightIsNotKept() throws IOException {
    write(env, "A=1\n", "rw-------");
    Further release = release();
    release.inspected();
    Files.writeString(env, "A=by hand\n");

    assertThat(Agent.failure(release.keep(OLD)).reason()).isEqualTo(Reason.FOREIGN);
  }

  @Test
  void aLinkInTheWayIsRefused() throws IOException {
    Path elsewhere = Files.createDirectories(instance.resolve("elsewhere"));
    Path linked = Files.createSymbolicLink(instance.resolve("etc/linked"), elsewhere);
    Path secret = instance.resolve("shadow");
    Files.writeString(secret, "root:x\n");
    Files.createSymbolicLink(env, secret);
    Further release = release().bringing(linked + "/env", "A=2\n", "0640");

    assertThat(release.inspected().problems())
        .anySatisfy(problem -> assertThat(problem).contains(env.toString(), "a symbolic link"))
        .anySatisfy(
            problem -> assertThat(problem).contains(linked + "/env", "a symbolic link in the way"));
  }

  @Test
  void aLinkThatCameSinceIsNotFollowed() throws IOException {
    Path shadow = instance.resolve("shadow");
    Files.writeString(shadow, "root:x\n");
    Further release = release();
    release.inspected();
    release.keep(OLD);
    Files.createSymbolicLink(env, shadow);

    assertThat(Agent.failure(release.push(NEW)).reason()).isEqualTo(Reason.FOREIGN);

    assertThat(shadow).hasContent("root:x");
  }

  @Test
  void whatIsMissingOrTooMuchIsToldBeforehand() throws IOException {
    Path gone = instance.resolve("gone/env");
    String owner = Owner.number();
    Artifact large = agent.artifact(new byte[(int) ReleaseFile.LARGEST_BYTES + 1]);
    Artifact broken = new Artifact(large.uri(), "0".repeat(64));
    IncusEvent.InstancesInspected inspected =
        (IncusEvent.InstancesInspected)
            agent.answer(
                new dev.serin.contracts.incus.IncusCommand.InspectInstances(
                    agent.head(),
                    List.of(agent.ref()),
                    agent.install(),
                    null,
                    null,
                    List.of(
                        new ReleaseFile(gone.toString(), large, "nobody-here", owner, "0640"),
                        new ReleaseFile(env.toString(), broken, owner, "none-here", "0640"))));

    assertThat(inspected.problems())
        .anySatisfy(it -> assertThat(it).contains(gone.toString(), "at most 1048576 bytes"));
    assertThat(inspected.problems()).hasSize(2);
    assertThat(inspected.instances().getFirst().ofInstalling())
        .anySatisfy(it -> assertThat(it).contains(gone.toString(), "its directory"))
        .anySatisfy(it -> assertThat(it).contains("a user nobody-here"))
        .anySatisfy(it -> assertThat(it).contains("a group none-here"));
  }

  @Test
  void aUnitIsLoadedAnewAndAnEnvironmentFileIsNot() throws IOException {
    Further plain = release();
    plain.inspected();
    plain.push(NEW);
    assertThat(said).doesNotExist();

    Further further = new Further(agent).bringing(unit.toString(), "[Service]\n", "0644");
    further.inspected();
    further.push(NEW);
    further.push(NEW);

    assertThat(said).hasContent("daemon-reload");
  }

  @Test
  void whatIsKeptIsForRootAlone() throws IOException {
    write(env, SECRET, "rw-r--r--");
    Further release = new Further(agent).bringing(env.toString(), "A=2\n", "0644");
    release.inspected();
    release.keep(OLD);
    release.push(NEW);

    Path held = instance.resolve("opt/.serin/.app.files");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(held)))
        .isEqualTo("rwx------");
    try (Stream<Path> kept = Files.list(held)) {
      assertThat(kept.filter(FurtherFilesTest::isContent).toList())
          .hasSize(1)
          .allSatisfy(file -> assertThat(Further.at(file)).isEqualTo("rw------- " + SECRET));
    }
  }

  /// And not what remembers when something was kept or changed.
  private static boolean isContent(Path file) {
    return !file.endsWith("changed") && !file.endsWith("kept");
  }

  @Test
  void onlyTheNewestOfEachFileAreKept() throws IOException {
    Path other = env.resolveSibling("other");
    write(other, "B=1\n", "rw-------");
    for (int at = 0; at < 4; at++) {
      write(env, "A=" + at + "\n", "rw-------");
      Further release = release().bringing(other.toString(), "B=2\n", "0640");
      release.inspected();
      release.keep(OLD);
    }

    try (Stream<Path> kept = Files.list(instance.resolve("opt/.serin/.app.files"))) {
      assertThat(
              kept.filter(FurtherFilesTest::isContent).map(file -> Further.at(file).substring(10)))
          .containsExactlyInAnyOrder("A=2\n", "A=3\n", "B=1\n");
    }
  }

  @Test
  void aHandIsNoticed() throws IOException {
    Further release = release();
    release.inspected();
    IncusEvent.ArtifactPushed pushed = (IncusEvent.ArtifactPushed) release.push(NEW);
    KnownInstance known =
        new KnownInstance(agent.ref(), Binaries.digest(NEW), List.of(), "", pushed.files());
    assertThat(agent.noticed(known)).isEmpty();

    Files.writeString(env, "A=by hand\n");

    assertThat(agent.noticed(known))
        .singleElement()
        .satisfies(change -> {
          assertThat(change.deed()).isEqualTo(Deed.FILE_CHANGED);
          assertThat(change.subject()).isEqualTo(env.toString());
          assertThat(change.found()).isEqualTo(Binaries.digest("A=by hand\n".getBytes(UTF_8)));
        });
  }

  @Test
  void anOlderCommandIsRefused() throws IOException {
    write(env, "A=1\n", "rw-------");
    Further release = release();
    release.inspected();
    long now = System.currentTimeMillis();
    release.by(agent.withFence(now)).push(NEW);

    Further late = release.by(agent.withFence(now - 1));

    assertThat(
            Stream.of(late.keep(OLD), late.push(NEW), late.restore(OLD, NEW))
                .map(event -> Agent.failure(event).reason()))
        .containsOnly(Reason.STALE);
    assertThat(Further.at(env)).endsWith(SECRET);
  }

  @Test
  void aSecretIsInNoAnswerAndNoCommand() throws IOException {
    write(env, "OLD_" + SECRET, "rw-------");
    Further release = release();
    String told =
        release.inspected().toString()
            + release.keep(OLD)
            + release.push(NEW)
            + release.restore(OLD, NEW);

    assertThat(told).doesNotContain("battery");
    assertThat(bed.words).isNotEmpty().noneMatch(word -> word.contains("battery"));
  }

  @Test
  void aNameWithSpacesAndSignsIsAName() throws IOException {
    Path odd = instance.resolve("etc/app/a b'$(c) *");
    write(odd, "A=1\n", "rw-------");
    Further release = new Further(agent).bringing(odd.toString(), SECRET, "0600");
    release.inspected();
    release.keep(OLD);
    release.push(NEW);
    assertThat(Further.at(odd)).endsWith(SECRET);

    release.restore(OLD, NEW);

    assertThat(Further.at(odd)).isEqualTo("rw------- A=1\n");
  }
}
