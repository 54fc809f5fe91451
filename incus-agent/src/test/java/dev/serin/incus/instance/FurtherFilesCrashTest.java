package dev.serin.incus.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Function;
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
      List.of("mv", "rm", "touch", "cat", "chown", "chmod", "mkdir", "sync", "systemctl");

  /// More effects than any command has.
  private static final int MOST = 150;

  @TempDir Path root;
  @TempDir Path files;
  @TempDir Path tools;

  private Path instance = Path.of("/");

  // Each crash has a node of its own.
  @SuppressWarnings("NullAway.Init")
  private Agent agent;

  @SuppressWarnings("NullAway.Init")
  private LocalBed bed;

  @BeforeEach
  void settle() throws IOException {
    root = root.toRealPath();
    for (String tool : TOOLS) {
      Path stub = tools.resolve(tool);
      // Counts, and kills the script once its tool has had its effect.
      Files.writeString(
          stub,
          """
          #!/bin/sh
          read -r n <%1$s/count
          n=$((n + 1))
          echo "$n" >%1$s/count
          read -r at <%1$s/at
          code=0
          %2$s "$@" || code=$?
          if [ "$n" -eq "$at" ]; then kill -9 "$PPID"; fi
          exit "$code"
          """
              .formatted(tools, tool.equals("systemctl") ? "true" : "/bin/" + tool));
      Files.setPosixFilePermissions(stub, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /// A node of its own for each crash.
  private void fresh(String name) {
    instance = root.resolve(name);
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
    bed.write(env().toString(), "A=1\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    bed.write(unit() + ".keep", new byte[0]);
    bed.tools(tools);
    killAt(0);
  }

  private Path env() {
    return instance.resolve("etc/app/env");
  }

  private Path unit() {
    return instance.resolve("etc/systemd/system/app.conf");
  }

  /// After which effect the script is killed: before the next one is the same.
  private void killAt(int effect) {
    try {
      Files.writeString(tools.resolve("count"), "0\n");
      Files.writeString(tools.resolve("at"), effect + "\n");
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  private int effects() throws IOException {
    return Integer.parseInt(Files.readString(tools.resolve("count")).strip());
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
    int at = 1;
    boolean struck = true;
    while (struck) {
      fresh("cut" + at);
      Further release = release();
      release.keep(OLD);
      killAt(at);
      release.push(NEW);
      struck = effects() >= at;
      String where = "cut off at effect " + at;
      killAt(0);
      assertThat(release.restore(OLD, NEW)).as(where).isInstanceOf(IncusEvent.BinaryRestored.class);
      assertThat(content(env())).as(where).isEqualTo("A=1\n");
      assertThat(content(unit())).as(where).isEqualTo("-");
      assertThat(binary()).as(where).isEqualTo(Binaries.digest(OLD));
      nothingBeside(where);
      assertThat(++at).isLessThan(MOST);
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
    int at = 1;
    boolean struck = true;
    while (struck) {
      fresh("killed" + at);
      Further release = release();
      given.to(release);
      killAt(at);
      IncusEvent first = command.apply(release);
      struck = effects() >= at;
      String where = "killed after effect " + at;
      whole(where);
      killAt(0);
      IncusEvent again = first instanceof IncusEvent.Failed ? command.apply(release) : first;
      assertThat(again).as(where).isNotInstanceOf(IncusEvent.Failed.class);
      then.holds(where);
      nothingBeside(where);
      assertThat(++at).isLessThan(MOST);
    }
    assertThat(at).isGreaterThan(15);
  }
}
