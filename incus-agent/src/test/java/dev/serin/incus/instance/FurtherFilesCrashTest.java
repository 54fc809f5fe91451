package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
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

  /// The tools by which the scripts have their effects.
  private static final List<String> TOOLS =
      List.of("mv", "rm", "touch", "cat", "chown", "chmod", "mkdir", "systemctl");

  /// More effects than any command has.
  private static final int MOST = 150;

  @TempDir Path root;
  @TempDir Path files;
  @TempDir Path tools;
  @TempDir Path plain;

  private Path instance = Path.of("/");
  private Path begin = Path.of("/");

  @SuppressWarnings("NullAway.Init")
  private Agent agent;

  @SuppressWarnings("NullAway.Init")
  private LocalBed bed;

  @BeforeEach
  void settle() throws IOException {
    root = root.toRealPath();
    instance = root.resolve("node");
    begin = root.resolve("begin");
    for (String tool : TOOLS) {
      // Counts, and kills the script once its tool has had its effect.
      tool(
          tools.resolve(tool),
          """
          read -r n <%1$s/count
          n=$((n + 1))
          echo "$n" >%1$s/count
          read -r at <%1$s/at
          [ "$n" -eq "$at" ] || exec %2$s "$@"
          %2$s "$@"
          kill -9 "$PPID"
          """
              .formatted(tools, tool.equals("systemctl") ? "true" : "/bin/" + tool));
    }
    tool(plain.resolve("systemctl"), "");
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

  private static void tool(Path tool, String script) throws IOException {
    Files.writeString(tool, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
  }

  /// Every crash begins with the node as it is now.
  private void begins() {
    copy(instance, begin);
  }

  private void fresh() {
    try (Stream<Path> all = Files.walk(instance)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException undeletable) {
      throw new UncheckedIOException(undeletable);
    }
    copy(begin, instance);
  }

  /// Owners, modes and times too.
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

  /// Carries a command out whose script is killed after that effect: before the next one is the
  /// same. Whether it had so many.
  private boolean struck(int effect, Supplier<IncusEvent> command) throws IOException {
    Files.writeString(tools.resolve("count"), "0\n");
    Files.writeString(tools.resolve("at"), effect + "\n");
    bed.tools(tools);
    IncusEvent first = command.get();
    bed.tools(plain);
    boolean struck = Integer.parseInt(Files.readString(tools.resolve("count")).strip()) >= effect;
    assertThat(struck || !(first instanceof IncusEvent.Failed)).as("%s", first).isTrue();
    return struck;
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
    begins();
    int at = 0;
    boolean struck = true;
    while (struck) {
      assertThat(++at).isLessThan(MOST);
      fresh();
      struck = struck(at, () -> release.push(NEW));
      String where = "cut off at effect " + at;
      assertThat(release.restore(OLD, NEW)).as(where).isInstanceOf(IncusEvent.BinaryRestored.class);
      assertThat(content(env())).as(where).isEqualTo("A=1\n");
      assertThat(content(unit())).as(where).isEqualTo("-");
      assertThat(binary()).as(where).isEqualTo(Binaries.digest(OLD));
      nothingBeside(where);
    }
    assertThat(at).isGreaterThan(20);
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
    begins();
    int at = 0;
    boolean struck = true;
    while (struck) {
      assertThat(++at).isLessThan(MOST);
      fresh();
      struck = struck(at, () -> command.apply(release));
      String where = "killed after effect " + at;
      whole(where);
      assertThat(command.apply(release)).as(where).isNotInstanceOf(IncusEvent.Failed.class);
      then.holds(where);
      nothingBeside(where);
    }
    assertThat(at).isGreaterThan(15);
  }
}
