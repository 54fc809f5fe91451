package dev.serin.lab.incus;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One service, supervised as systemd does it for `Type=simple`, `Restart=always`:
///
/// 1. A process that ends by itself is started again after `RESTART_SEC`.
/// 2. More than five starts within ten seconds, by whomever, are refused, and the unit has failed,
///    until `reset-failed` (systemd.unit(5), `StartLimitBurst`).
/// 3. A stop is SIGTERM, and SIGKILL after `TIMEOUT_STOP`.
final class Unit {

  /// How the process is made; fails where the binary is no executable.
  interface Command {
    Process start() throws IOException;
  }

  private enum State {
    DEAD("inactive", "dead"),
    RUNNING("active", "running"),
    AUTO_RESTART("activating", "auto-restart"),
    STOPPING("deactivating", "stop-sigterm"),
    FAILED("failed", "failed");

    private final String active;
    private final String sub;

    State(String active, String sub) {
      this.active = active;
      this.sub = sub;
    }
  }

  private static final Duration RESTART_SEC = Duration.ofMillis(200);
  private static final Duration TIMEOUT_STOP = Duration.ofSeconds(15);
  private static final Duration START_LIMIT_INTERVAL = Duration.ofSeconds(10);
  private static final int START_LIMIT_BURST = 5;
  private static final int SIGNAL_BASE = 128;
  private static final int SIGTERM_EXIT = 143;

  /// systemd's own code for a binary that it could not execute.
  private static final int EXIT_EXEC = 203;

  private static final Set<Integer> SUCCESS = Set.of(0, SIGTERM_EXIT);

  private final Command command;
  private final InstantSource clock;
  private final Deque<Instant> starts = new ArrayDeque<>();
  private State state = State.DEAD;
  private @Nullable Process process;
  private String invocation = "";
  private int restarts;
  private @Nullable Instant mainStartedAt;
  private @Nullable Instant activeSince;
  private int job;
  private int jobs;
  private String result = "success";
  private int status;
  private CompletableFuture<Void> stopped = CompletableFuture.completedFuture(null);

  Unit(Command command, InstantSource clock) {
    this.command = command;
    this.clock = clock;
  }

  synchronized UnitStatus status() {
    Process running = process;
    return new UnitStatus(
        true,
        state.active,
        state.sub,
        running == null ? 0 : running.pid(),
        invocation,
        restarts,
        mainStartedAt,
        activeSince,
        job,
        result,
        status);
  }

  /// Nothing where it runs already.
  ///
  /// @return whether it was started, or ran; false where the start limit refuses it
  synchronized boolean start() {
    if (state == State.RUNNING) {
      return true;
    }
    if (state == State.STOPPING) {
      stopped = stopped.thenRun(this::start);
      return true;
    }
    restarts = 0;
    return launch();
  }

  /// Completes once no process is left.
  synchronized CompletableFuture<Void> stop() {
    Process running = process;
    if (running == null) {
      if (state == State.AUTO_RESTART) {
        state = State.DEAD;
      }
      return CompletableFuture.completedFuture(null);
    }
    if (state != State.STOPPING) {
      state = State.STOPPING;
      stopped = new CompletableFuture<>();
      running.destroy();
      CompletableFuture.delayedExecutor(TIMEOUT_STOP.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> killWhereStill(running));
    }
    return stopped;
  }

  /// Stop, then start; visible as a job until it is done.
  ///
  /// @return whether it was started
  synchronized CompletableFuture<Boolean> restart() {
    jobs++;
    int mine = jobs;
    job = mine;
    return stop().thenApply(_ -> startFor(mine));
  }

  /// As when the instance loses its power: no SIGTERM, no start again.
  synchronized void kill() {
    Process running = process;
    process = null;
    state = State.DEAD;
    job = 0;
    if (running != null) {
      running.destroyForcibly();
      stopped.complete(null);
    }
  }

  /// Forgets a failure and the starts that were counted.
  synchronized void resetFailed() {
    starts.clear();
    if (state == State.FAILED) {
      state = State.DEAD;
      result = "success";
    }
  }

  private synchronized boolean startFor(int mine) {
    if (job != mine) {
      // Another one replaced it, and starts the unit itself.
      return true;
    }
    job = 0;
    return start();
  }

  private boolean launch() {
    Instant now = clock.instant();
    while (!starts.isEmpty() && starts.getFirst().plus(START_LIMIT_INTERVAL).isBefore(now)) {
      starts.removeFirst();
    }
    if (starts.size() >= START_LIMIT_BURST) {
      state = State.FAILED;
      result = result.equals("success") ? "start-limit-hit" : result;
      return false;
    }
    starts.addLast(now);
    invocation = UUID.randomUUID().toString().replace("-", "");
    mainStartedAt = now;
    activeSince = now;
    result = "success";
    status = 0;
    state = State.RUNNING;
    try {
      Process started = command.start();
      process = started;
      var _ = started.onExit().thenAccept(this::ended);
    } catch (IOException notExecutable) {
      process = null;
      crashed("exit-code", EXIT_EXEC);
    }
    return true;
  }

  private synchronized void ended(Process old) {
    if (!old.equals(process)) {
      return;
    }
    process = null;
    int code = old.exitValue();
    if (state == State.STOPPING) {
      state = State.DEAD;
      status = code;
      stopped.complete(null);
    } else if (code > SIGNAL_BASE && !SUCCESS.contains(code)) {
      crashed("signal", code - SIGNAL_BASE);
    } else {
      crashed(SUCCESS.contains(code) ? "success" : "exit-code", code);
    }
  }

  private void crashed(String why, int code) {
    result = why;
    status = code;
    state = State.AUTO_RESTART;
    String crashedInvocation = invocation;
    CompletableFuture.delayedExecutor(RESTART_SEC.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> startAgain(crashedInvocation));
  }

  private synchronized void startAgain(String crashedInvocation) {
    if (state == State.AUTO_RESTART && invocation.equals(crashedInvocation)) {
      String why = result;
      if (launch()) {
        restarts++;
      } else {
        result = why.equals("success") ? "start-limit-hit" : why;
      }
    }
  }

  private synchronized void killWhereStill(Process old) {
    if (old.equals(process) && state == State.STOPPING) {
      result = "timeout";
      old.destroyForcibly();
    }
  }
}
