package dev.serin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher script in a repository of its own with a made-up JDK and Maven, which write down
/// how they were called.
class LauncherTest {
  private record Result(int code, String out, String err) {}

  @TempDir private Path directory = Path.of("");
  private Path repository = Path.of("");
  private Path jdk = Path.of("");

  @BeforeEach
  void layOut() throws IOException {
    repository = Files.createDirectories(directory.resolve("the repository"));
    Files.copy(
        Path.of("..", "serin"),
        executable(repository.resolve("serin"), ""),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(
        repository.resolve("serin"), PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String module : List.of("contracts", "cli", "haproxy-agent")) {
      source(module + "/pom.xml");
      source(module + "/src/main/A.java");
    }
    source("pom.xml");
    jdk = jdk("jdk-25", "25.0.1");
    executable(
        repository.resolve("mvnw"),
        """
        #!/bin/sh
        echo "mvnw $* with $JAVA_HOME" >>"%s/calls"
        [ ! -e "%s/broken" ] || { echo "[ERROR] A.java: expected ';'"; exit 1; }
        while [ "$1" != -pl ]; do shift; done
        mkdir -p "$2/target/lib"
        : >"$2/target/$2-0.1.0-SNAPSHOT.jar"
        : >"$2/target/$2-0.1.0-SNAPSHOT-tests.jar"
        """
            .formatted(directory, directory));
  }

  private Path source(String name) throws IOException {
    Path file = repository.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, "");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
    return file;
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = directory.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    executable(home.resolve("bin/javac"), "#!/bin/sh\n");
    executable(home.resolve("bin/java"), "#!/bin/sh\necho \"java $*\"\npwd\nexit 6\n");
    return home;
  }

  private static Path executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private Result serin(Map<String, String> environment, Path script, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(words));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().put("HOME", directory.toString());
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private Result serin(String... words) throws IOException, InterruptedException {
    return serin(Map.of(), repository.resolve("serin"), words);
  }

  private List<String> builds() throws IOException {
    Path calls = directory.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls, StandardCharsets.UTF_8) : List.of();
  }

  @Test
  void buildsOnFirstUseAndRunsTheCommandWhereItWasCalled() throws Exception {
    Result first = serin("release", "a b", "--wait");
    Result second = serin("rollouts");

    assertThat(first.code()).isEqualTo(6);
    assertThat(first.err()).startsWith("serin: building cli (");
    assertThat(first.out())
        .contains("-jar " + repository + "/cli/target/cli-0.1.0-SNAPSHOT.jar release a b --wait\n")
        .endsWith("\n" + directory + "\n");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).singleElement().asString().contains("-pl cli -am package with " + jdk);
  }

  @Test
  void buildsAgainOnlyWhereASourceIsNewer() throws Exception {
    serin("rollouts");
    Files.setLastModifiedTime(
        source("haproxy-agent/src/main/B.java"), FileTime.from(Instant.now().plusSeconds(60)));
    serin("rollouts");
    assertThat(builds()).hasSize(1);
    Files.setLastModifiedTime(
        source("contracts/src/main/B.java"), FileTime.from(Instant.now().plusSeconds(60)));

    Result again = serin("rollouts");

    assertThat(again.err()).startsWith("serin: building cli");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void startsAServiceWithItsOwnArguments() throws Exception {
    Result agent = serin("haproxy-agent", "--config", "my file.yaml");

    assertThat(agent.out())
        .contains(
            "-jar "
                + repository
                + "/haproxy-agent/target/haproxy-agent-0.1.0-SNAPSHOT.jar --config my file.yaml\n");
    assertThat(builds()).singleElement().asString().contains("-pl haproxy-agent -am package");
  }

  @Test
  void worksThroughSymbolicLinks() throws Exception {
    Path links = Files.createDirectories(directory.resolve("bin"));
    Files.createSymbolicLink(links.resolve("one"), Path.of("../the repository/serin"));
    Files.createSymbolicLink(links.resolve("serin"), links.resolve("one"));

    Result run = serin(Map.of(), links.resolve("serin"), "rollouts");

    assertThat(run.out()).contains("-jar " + repository + "/cli/target/cli-");
  }

  @Test
  void findsAJdkBesideAnOldOneAndSaysClearlyWhereThereIsNone() throws Exception {
    Path old = jdk("jdk-17", "17.0.9");
    Path sdkman = Files.createDirectories(directory.resolve(".sdkman/candidates/java"));
    Files.move(jdk("newer", "26-ea"), sdkman.resolve("26-open"));

    Path script = repository.resolve("serin");
    String elsewhere = Files.readString(script).replace("/usr/lib/jvm/*", "/nonexistent/*");
    Files.writeString(script, elsewhere);

    Result found = serin(Map.of("JAVA_HOME", old.toString()), script, "help");

    assertThat(found.out()).contains("java ");
    assertThat(builds().getFirst()).endsWith("with " + sdkman.resolve("26-open"));
    Files.writeString(script, elsewhere.replace("wants=25", "wants=99"));
    Result none = serin(Map.of("JAVA_HOME", old.toString()), script, "help");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err().lines())
        .singleElement()
        .asString()
        .startsWith("serin: expected a JDK 99 or later")
        .contains(old + " (17)");
  }

  @Test
  void endsClearlyWhereTheBuildFailsAndRunsTheOldOneWhereToldTo() throws Exception {
    serin("rollouts");
    Files.setLastModifiedTime(
        source("cli/src/main/B.java"), FileTime.from(Instant.now().plusSeconds(60)));
    Files.writeString(directory.resolve("broken"), "");

    Result failed = serin("abort", "backend-api");
    Result old =
        serin(Map.of("SERIN_BUILD", "never"), repository.resolve("serin"), "abort", "backend-api");
    Files.delete(directory.resolve("broken"));
    Result mended = serin("abort", "backend-api");

    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err()).contains("[ERROR] A.java: expected ';'").contains("SERIN_BUILD=never");
    assertThat(old.out()).contains(" abort backend-api");
    assertThat(mended.out()).contains(" abort backend-api");
  }

  @Test
  void takesOverTheLockOfABuildThatDied() throws Exception {
    Path lock = Files.createDirectories(repository.resolve("target/.serin-build"));
    Files.writeString(lock.resolve("pid"), "99999999\n");

    assertThat(serin("rollouts").code()).isEqualTo(6);
    assertThat(lock).doesNotExist();
  }
}
