package dev.serin.simulation.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One process: it runs strands, has a clock that may be wrong, can be killed and can be frozen
/// (SIGSTOP) and go on later, believing that no time has passed.
public final class VirtualProcess {
  static final String COMMAND = "command";

  /// A shorter stop is noticed by nobody.
  private static final Duration NOTICED = Duration.ofSeconds(3);

  private final Loop loop;
  private final String name;
  private final List<Waiting> waiting = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private Duration clockError = Duration.ZERO;
  private boolean alive = true;
  private boolean frozen;
  private int holdUps;
  private @Nullable Instant cutOffSince;
  private Instant thawedAt = Instant.MIN;

  private static final class Waiting {
    private final Thread thread;
    private boolean over;

    Waiting(Thread thread) {
      this.thread = thread;
    }
  }

  public VirtualProcess(Loop loop, String name) {
    this.loop = loop;
    this.name = name;
  }

  public String name() {
    return name;
  }

  public Loop loop() {
    return loop;
  }

  public boolean isAlive() {
    return alive;
  }

  public boolean isFrozen() {
    return frozen;
  }

  /// What its clock shows.
  public Instant now() {
    return loop.now().plus(clockError);
  }

  public void setClockError(Duration error) {
    clockError = error;
  }

  /// Whether the strand that calls carries out a command.
  public static boolean isCarryingOut() {
    return Thread.currentThread().getName().endsWith(" " + COMMAND);
  }

  /// Runs the work beside what else this process does.
  ///
  /// @param what such as [#COMMAND]
  public void start(String what, Runnable work) {
    whenRunning(() ->
        loop.strand(
            name + " " + what,
            () -> {
              checkAlive();
              work.run();
            }));
  }

  /// Does it now, or when the process goes on; never where it is dead.
  private void whenRunning(Runnable work) {
    if (!alive) {
      return;
    }
    if (frozen) {
      held.add(work);
    } else {
      work.run();
    }
  }

  public Loop.Timer after(Duration delay, Runnable quick) {
    return loop.after(delay, () -> whenRunning(quick));
  }

  /// Blocks the strand that calls.
  public void sleep(Duration howLong) {
    checkAlive();
    Waiting one = new Waiting(Thread.currentThread());
    waiting.add(one);
    loop.after(howLong, () -> whenRunning(() -> wake(one)));
    while (!one.over) {
      LockSupport.park();
    }
    checkAlive();
  }

  private void wake(Waiting one) {
    one.over = true;
    waiting.remove(one);
    LockSupport.unpark(one.thread);
  }

  /// Ends the strand of a process that was killed.
  public void checkAlive() {
    if (!alive) {
      throw new Died(name);
    }
  }

  /// `kill -9`.
  public void kill() {
    alive = false;
    frozen = false;
    held.clear();
    List.copyOf(waiting).forEach(this::wake);
  }

  /// Ends the strand that calls, too.
  public void killFromWithin() {
    kill();
    checkAlive();
  }

  public void freeze(Duration howLong) {
    if (!alive || frozen) {
      return;
    }
    frozen = true;
    if (howLong.compareTo(NOTICED) > 0) {
      holdUps++;
    }
    loop.after(howLong, this::thaw);
  }

  /// How often it was stopped for so long that it notices.
  public int holdUps() {
    return holdUps;
  }

  /// Nothing of the broker reaches it any more, nor does it reach the broker; all else goes on.
  public void cutOff(Duration howLong) {
    if (cutOffSince == null) {
      cutOffSince = loop.now();
      loop.after(howLong, () -> cutOffSince = null);
    }
  }

  /// Since when the broker is out of its reach, though others may have it; none where it is not.
  public @Nullable Instant cutOffSince() {
    return cutOffSince;
  }

  /// Whether it has been cut off, and at work, since then.
  public boolean wasCutOff(Instant then) {
    return cutOffSince != null && cutOffSince.isBefore(then) && thawedAt.isBefore(then);
  }

  private void thaw() {
    if (!frozen) {
      return;
    }
    frozen = false;
    thawedAt = loop.now();
    List<Runnable> now = List.copyOf(held);
    held.clear();
    now.forEach(this::whenRunning);
  }

  /// Blocks the strand that calls for as long as its process is frozen.
  public void passFreeze() {
    while (frozen) {
      sleep(Duration.ZERO);
    }
    checkAlive();
  }
}
