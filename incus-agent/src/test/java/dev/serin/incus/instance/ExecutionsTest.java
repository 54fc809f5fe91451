package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.rest.IncusServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What keeps two executions in one instance apart, since neither can be cancelled: the lock on the
/// directory, and the time-out after which nothing of an execution goes on. With the real scripts;
/// stand-ins for tools say when they have been reached, and wait.
class ExecutionsTest {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);
  private static final long NOW = System.currentTimeMillis();

  /// What stands for the tool that a stand-in has the name of.
  private static final String REAL_ONE =
      """
      PATH=${PATH#*:}
      exec "${0##*/}" "$@"
      """;

  @TempDir Path instance;
  @TempDir Path files;

  private LocalBed bed;
  private Agent agent;

  @BeforeEach
  void install() {
    bed = new LocalBed(instance);
    agent = agent(bed);
    bed.write(target(), OLD);
  }

  /// Where a tool has told its process id, it was meant to be gone by now.
  @AfterEach
  void nothingStaysBehind() throws IOException {
    if (Files.exists(pidFile())) {
      ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private Agent agent(LocalBed in) {
    return Agent.on(
        in,
        files,
        new Install(target(), Owner.number(), Owner.number(), "0750", List.of("app"), null, 3));
  }

  private String target() {
    return instance + "/opt/app";
  }

  private Path pidFile() {
    return files.resolve("pid");
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(pidFile()).strip());
  }

  /// A directory with one tool.
  private Path tool(String name, String text) throws IOException {
    Path directory = Files.createTempDirectory(files, "tools");
    Path tool = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
    return directory;
  }

  /// A pipe with a name. Held open for both directions, it makes nobody wait who writes to it.
  private RandomAccessFile pipe(String name) throws IOException, InterruptedException {
    Path path = files.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    return new RandomAccessFile(path.toFile(), "rw");
  }

  private Report run(Script script, Duration limit, String... arguments) throws Exception {
    return new Shell(new IncusServer("default", "default", bed), bed.instance())
        .run(new HandTurn(), script, limit, target(), "t1", NOW, List.of(arguments));
  }

  /// Takes the lock on the directory as a script does, once nobody has it any more.
  private boolean lockIsFree() throws IOException, InterruptedException {
    return new ProcessBuilder("flock", "-w", "10", instance.resolve("opt").toString(), "true")
            .start()
            .waitFor()
        == 0;
  }

  @ParameterizedTest
  @CsvSource({
    "KEEP,    WANTED 3 -",
    "PREPARE, WANTED -",
    "INSTALL, WANTED OWNER OWNER 0750",
    "RESTORE, WANTED - OWNER OWNER 0750",
    "RESTART, 500 500 - app"
  })
  void noScriptWithAnEffectHasOneWhileAnotherExecutionWorks(Script script, String arguments)
      throws Exception {
    String[] words =
        arguments
            .replace("WANTED", Binaries.digest(OLD))
            .replace("OWNER", Owner.number())
            .split(" ");
    // The lock is the real one. Only the patience is less.
    bed.tools(tool("flock", "shift 2\nset -- -w 0 \"$@\"\n" + REAL_ONE));
    Process other =
        new ProcessBuilder("flock", instance.resolve("opt").toString(), "sh", "-c", "echo; read _")
            .start();
    try {
      assertThat(other.getInputStream().read()).isEqualTo('\n');
      var before = bed.digests();

      assertThatExceptionOfType(CommandFailed.class)
          .isThrownBy(() -> run(script, Duration.ofSeconds(20), words))
          .satisfies(failed ->
              assertThat(failed.failure())
                  .isEqualTo(
                      new Failure(
                          Reason.REFUSED,
                          script.title() + " to succeed in backend-1",
                          "exit code 1 (another execution works on " + instance + "/opt)",
                          "mend that in the instance",
                          false)));

      assertThat(bed.digests()).isEqualTo(before);
      assertThat(instance.resolve("opt/.serin")).doesNotExist();
    } finally {
      other.getOutputStream().close();
      assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aNewerCommandWaitsForAnOlderOneThatIsHeldUpInTheMiddleOfItsEffect() throws Exception {
    agent.withFence(NOW - 2).keep(OLD);
    bed.write(target(), NEW);
    LocalBed second = new LocalBed(instance);
    try (RandomAccessFile reached = pipe("reached");
        RandomAccessFile goOn = pipe("go-on");
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      // The older one stops between its copy and its move, until the newer one asks for the lock.
      bed.tools(
          tool(
              "sync",
              """
              case $* in *.tmp-*)
                echo >'%1$s/reached'
                read _ <'%1$s/go-on' ;;
              esac
              """
                      .formatted(files)
                  + REAL_ONE));
      second.tools(tool("flock", "echo >'" + files + "/go-on'\n" + REAL_ONE));

      Future<IncusEvent> older = executor.submit(() -> agent.withFence(NOW - 1).restore(OLD, null));
      reached.read();
      IncusEvent newer = agent(second).withFence(NOW).push(NEW);
      goOn.write("\n".getBytes(UTF_8));

      assertThat(older.get(30, TimeUnit.SECONDS)).isInstanceOf(IncusEvent.BinaryRestored.class);
      assertThat(newer).isInstanceOf(IncusEvent.ArtifactPushed.class);
      assertThat(bed.digest(target())).isEqualTo(Binaries.digest(NEW));
    }
  }

  /// `sync` is run by the script itself, `sha256sum` by a shell of the script's.
  @ParameterizedTest
  @ValueSource(strings = {"sync", "sha256sum"})
  void atTheTimeOutNothingGoesOnAndTheLockIsFree(String tool) throws Exception {
    bed.tools(tool(tool, "trap '' TERM\necho $$ >'" + pidFile() + "'\nexec sleep 300\n"));

    assertThatExceptionOfType(CommandFailed.class)
        .isThrownBy(() -> run(Script.KEEP, Duration.ZERO, Binaries.digest(OLD), "3", "-"))
        .satisfies(failed ->
            assertThat(failed.failure())
                .isEqualTo(
                    new Failure(
                        Reason.TIMED_OUT,
                        "serin-keep to end in backend-1",
                        "it had not when its time was over",
                        "see what holds the instance up: incus exec backend-1 -- ps aux",
                        true)));

    assertThat(lockIsFree()).isTrue();
    // What has ended and is not yet reaped has no command any more.
    assertThat(ProcessHandle.of(pid()).flatMap(process -> process.info().command())).isEmpty();
    assertThat(agent(new LocalBed(instance)).withFence(NOW).keep(OLD))
        .isInstanceOf(IncusEvent.BinaryKept.class);
  }
}
