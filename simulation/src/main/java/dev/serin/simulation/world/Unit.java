package dev.serin.simulation.world;

import dev.serin.simulation.engine.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A systemd unit with `Restart=always`, and the process that it runs.
public final class Unit {
  private static final Duration STOPPING = Duration.ofMillis(80);
  private static final Duration RESTART_SEC = Duration.ofMillis(100);
  private static final Duration START_LIMIT_INTERVAL = Duration.ofSeconds(10);
  private static final int START_LIMIT_BURST = 5;
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final Duration UNTIL_LATE_CRASH = Duration.ofSeconds(7);

  /// One process's life.
  ///
  /// @param redUntil until when its counters, which have begun anew under a person's hands, look as
  ///   if its requests failed, whatever it does; its start where they don't
  /// @param endedAt none while it lives
  public record Life(
      long invocation,
      Behaviour behaviour,
      String sha256,
      Instant startedAt,
      Instant redUntil,
      @Nullable Instant endedAt) {}

  private final Loop loop;
  private final Instance instance;
  private final List<Instant> starts = new ArrayList<>();
  private final List<Life> lives = new ArrayList<>();
  private @Nullable Life life;
  private long invocations;
  private int restarts;
  private boolean job;
  private boolean failed;
  private boolean autoRestart;
  private String result = "success";
  private long jobs;

  Unit(Loop loop, Instance instance) {
    this.loop = loop;
    this.instance = instance;
  }

  public @Nullable Life life() {
    return life;
  }

  public List<Life> lives() {
    return lives;
  }

  boolean hasJob() {
    return job;
  }

  /// The newest start; 0 before the first.
  long invocation() {
    return invocations;
  }

  int restarts() {
    return restarts;
  }

  String active() {
    return life != null ? "active" : failed ? "failed" : autoRestart ? "activating" : "inactive";
  }

  String sub() {
    return life != null ? "running" : failed ? "failed" : autoRestart ? "auto-restart" : "dead";
  }

  String result() {
    return result;
  }

  int code() {
    return result.equals("success") ? 0 : 1;
  }

  void resetFailed() {
    failed = false;
    starts.clear();
    result = "success";
  }

  /// `systemctl --no-block restart`.
  void restart() {
    restart(Duration.ZERO);
  }

  /// @param red for how long it looks as if its requests failed then
  void restart(Duration red) {
    job = true;
    long mine = ++jobs;
    loop.after(
        life == null ? Duration.ofMillis(5) : STOPPING,
        () -> {
          if (jobs == mine && instance.isRunning()) {
            end("success");
            restarts = 0;
            job = false;
            begin(red);
          }
        });
  }

  /// The container stops: nothing runs any more.
  void stop() {
    jobs++;
    job = false;
    autoRestart = false;
    failed = false;
    end("success");
  }

  /// As at the container's boot.
  void boot() {
    resetFailed();
    restarts = 0;
    begin();
  }

  private void begin() {
    begin(Duration.ZERO);
  }

  private void begin(Duration red) {
    autoRestart = false;
    Instant now = loop.now();
    starts.removeIf(start -> start.plus(START_LIMIT_INTERVAL).isBefore(now));
    byte[] file = instance.content(instance.target());
    if (starts.size() >= START_LIMIT_BURST || file == null) {
      failed = true;
      result = file == null ? "exec-condition" : "start-limit-hit";
      return;
    }
    starts.add(now);
    Life begun =
        new Life(
            ++invocations, Binary.behaviour(file), Binary.sha256(file), now, now.plus(red), null);
    life = begun;
    Duration lasts =
        switch (begun.behaviour()) {
          case CRASHES_AT_ONCE -> Duration.ofMillis(30);
          case CRASHES_LATER -> UNTIL_LATE_CRASH;
          case GOOD, SLOW_START, UNHEALTHY, FAILS_REQUESTS, FAILS_REQUESTS_LATER -> null;
        };
    if (lasts != null) {
      loop.after(lasts, () -> crash(begun.invocation()));
    }
  }

  /// The process ends by itself.
  public void crash(long invocation) {
    Life current = life;
    if (current == null || current.invocation() != invocation) {
      return;
    }
    end("exit-code");
    autoRestart = true;
    long mine = jobs;
    loop.after(
        RESTART_SEC,
        () -> {
          if (autoRestart && jobs == mine && !job && instance.isRunning()) {
            restarts++;
            begin();
          }
        });
  }

  private void end(String why) {
    Life current = life;
    if (current != null) {
      lives.add(
          new Life(
              current.invocation(),
              current.behaviour(),
              current.sha256(),
              current.startedAt(),
              current.redUntil(),
              loop.now()));
      life = null;
    }
    result = why;
  }

  /// Whether its health URL answers 200.
  public boolean isHealthy() {
    Life current = life;
    return current != null
        && switch (current.behaviour()) {
          case GOOD, FAILS_REQUESTS, FAILS_REQUESTS_LATER, CRASHES_LATER ->
              !loop.now().isBefore(current.startedAt().plusMillis(300));
          case SLOW_START -> !loop.now().isBefore(current.startedAt().plus(WARM_UP));
          case UNHEALTHY, CRASHES_AT_ONCE -> false;
        };
  }
}
