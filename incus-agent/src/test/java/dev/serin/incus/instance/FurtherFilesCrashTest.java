package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.instance.Moments.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What holds when a script about further files is killed between any two of its effects (I11):
/// each file is the old one or the new one, whole, and the command given again has its effect.
class FurtherFilesCrashTest {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);

  @TempDir Path root;
  @TempDir Path files;
  @TempDir Path plain;

  private Path instance = Path.of("/");
  private Path begin = Path.of("/");

  @SuppressWarnings("NullAway.Init")
  private Agent agent;

  @SuppressWarnings("NullAway.Init")
  private LocalBed bed;

  @SuppressWarnings("NullAway.Init")
  private Moments moments;

  @BeforeEach
  void settle() throws IOException {
    root = root.toRealPath();
    instance = root.resolve("node");
    begin = root.resolve("begin");
    moments = new Moments(instance, root.resolve("moments"));
    Path systemctl = Files.writeString(plain.resolve("systemctl"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwx------"));
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
                3));
    bed.write(instance + "/opt/app", OLD);
    bed.write(env().toString(), "A=1\n".getBytes(UTF_8));
    bed.write(unit() + ".keep", new byte[0]);
    bed.tools(plain);
  }

  /// With owners, modes and times.
  private static void copy(Path from, Path to) {
    try {
      Process copy = new ProcessBuilder("cp", "-a", "--", from.toString(), to.toString()).start();
      assertThat(copy.waitFor()).isZero();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private Path env() {
    return instance.resolve("etc/app/env");
  }

  private Path unit() {
    return instance.resolve("etc/systemd/system/app.conf");
  }

  private Further release() {
    Further release =
        new Further(agent)
            .bringing(env().toString(), "A=2\n", "0640")
            .bringing(unit().toString(), "[Service]\n", "0644");
    release.inspected();
    return release;
  }

  private String binary() {
    return bed.digest(instance + "/opt/app");
  }

  private static String content(Path file) {
    String at = Further.at(file);
    return at.equals("-") ? "-" : at.substring(10);
  }

  private void whole(String where) {
    assertThat(content(env())).as(where).isIn("A=1\n", "A=2\n");
    assertThat(content(unit())).as(where).isIn("-", "[Service]\n");
    assertThat(binary()).as(where).isIn(Binaries.digest(OLD), Binaries.digest(NEW));
  }

  private void nothingBeside(String where) throws IOException {
    try (Stream<Path> all = Files.walk(instance)) {
      assertThat(
              all.map(Path::toString).filter(it -> it.contains(".serin-") || it.contains("part-")))
          .as(where)
          .isEmpty();
    }
  }

  @Test
  void pushingSurvives() throws IOException {
    everyEffect(
        release -> release.push(NEW),
        _ -> {},
        where -> {
          assertThat(content(env())).as(where).isEqualTo("A=2\n");
          assertThat(content(unit())).as(where).isEqualTo("[Service]\n");
          assertThat(binary()).as(where).isEqualTo(Binaries.digest(NEW));
          assertThat(instance.resolve("opt/.serin/.app.files/changed")).as(where).exists();
          assertThat(instance.resolve("opt/.serin/.app.files/pending")).as(where).doesNotExist();
        });
  }

  @Test
  void restoringSurvives() throws IOException {
    everyEffect(
        release -> release.restore(OLD, NEW),
        release -> {
          release.keep(OLD);
          release.push(NEW);
        },
        where -> {
          assertThat(content(env())).as(where).isEqualTo("A=1\n");
          assertThat(content(unit())).as(where).isEqualTo("-");
          assertThat(binary()).as(where).isEqualTo(Binaries.digest(OLD));
          assertThat(instance.resolve("opt/.serin/.app.files/pending")).as(where).doesNotExist();
        });
  }

  @Test
  void aPushThatWasCutOffIsTakenBackFromAnyPoint() throws IOException {
    Further release = release();
    release.keep(OLD);
    everyMoment(
        () -> release.push(NEW),
        where -> {
          assertThat(release.restore(OLD, NEW))
              .as(where)
              .isInstanceOf(IncusEvent.BinaryRestored.class);
          assertThat(content(env())).as(where).isEqualTo("A=1\n");
          assertThat(content(unit())).as(where).isEqualTo("-");
          assertThat(binary()).as(where).isEqualTo(Binaries.digest(OLD));
        });
  }

  private interface Given {
    void to(Further release);
  }

  private interface Then {
    void holds(String where);
  }

  private void everyEffect(Function<Further, IncusEvent> command, Given given, Then then)
      throws IOException {
    Further release = release();
    given.to(release);
    everyMoment(
        () -> command.apply(release),
        where -> {
          whole(where);
          assertThat(command.apply(release)).as(where).isNotInstanceOf(IncusEvent.Failed.class);
          then.holds(where);
        });
  }

  private void everyMoment(Supplier<IncusEvent> command, Then then) throws IOException {
    copy(instance, begin);
    List<Moment> all =
        moments.of(bed, () -> assertThat(command.get()).isNotInstanceOf(IncusEvent.Failed.class));
    assertThat(all).hasSizeGreaterThan(8);
    killLeavesThat(all, command);
    bed.tools(plain);
    for (Moment moment : all) {
      moments.back(moment);
      then.holds("killed " + moment);
      nothingBeside("killed " + moment);
    }
  }

  /// A killed script leaves what the copy of that moment shows, and its command does nothing more.
  private void killLeavesThat(List<Moment> all, Supplier<IncusEvent> command) throws IOException {
    List<Moment> after = all.stream().filter(Moment::after).toList();
    for (Moment moment : List.of(after.getFirst(), after.get(after.size() / 2), after.getLast())) {
      Moments.remove(instance);
      copy(begin, instance);
      moments.kill(
          bed,
          moment.effects(),
          () -> assertThat(command.get()).isInstanceOf(IncusEvent.Failed.class));
      assertThat(Moments.looksOfAnyRun(instance))
          .as("killed %s", moment)
          .isEqualTo(Moments.looksOfAnyRun(moment.copy()));
    }
  }
}
