package dev.serin.simulation.engine;

import java.lang.reflect.Constructor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Virtual time. Strands are virtual threads whose scheduler is this loop, so that production code
/// blocks, locks and waits as it always does, while only one strand ever runs and the seed decides
/// which one is next.
///
/// The JDK has no public way yet to give virtual threads a scheduler: the one it uses for its own
/// tests is opened by `--add-opens java.base/java.lang=ALL-UNNAMED`.
public final class Loop {
  private static final Constructor<?> BUILDER = builder();

  private final Random random;
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final List<Runnable> ready = new ArrayList<>();
  private final Executor scheduler = this::schedule;

  /// Which strand each piece of work goes on with.
  private final IdentityHashMap<Runnable, Thread> strands = new IdentityHashMap<>();

  /// Strands that a monitor had held up, and that have it now: told by a thread of the JDK's own.
  private final BlockingQueue<Runnable> unblocked = new LinkedBlockingQueue<>();

  private Thread owner;
  private @Nullable Thread starting;
  private @Nullable Runnable running;
  private boolean again;
  private Instant now;
  private long timersMade;
  private @Nullable Throwable failure;

  public Loop(Instant start, Random random) {
    this.owner = Thread.currentThread();
    this.now = start;
    this.random = random;
  }

  /// Something that will happen, unless it is cancelled.
  public static final class Timer implements Comparable<Timer> {
    private final Instant at;
    private final long tie;
    private @Nullable Runnable work;

    private Timer(Instant at, long tie, Runnable work) {
      this.at = at;
      this.tie = tie;
      this.work = work;
    }

    public void cancel() {
      work = null;
    }

    @Override
    public int compareTo(Timer other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(tie, other.tie);
    }
  }

  public Instant now() {
    return now;
  }

  /// Runs the work on the loop itself when that time has come. It must not block. What is due at
  /// the same instant comes in the order in which it was set.
  public Timer at(Instant instant, Runnable work) {
    Timer timer = new Timer(instant.isBefore(now) ? now : instant, timersMade++, work);
    timers.add(timer);
    return timer;
  }

  public Timer after(Duration delay, Runnable work) {
    return at(now.plus(delay), work);
  }

  private void schedule(Runnable work) {
    if (!Thread.currentThread().isVirtual() && !Thread.currentThread().equals(owner)) {
      unblocked.add(work);
    } else if (starting != null) {
      strands.put(work, starting);
      ready.add(work);
    } else if (work.equals(running)) {
      again = true;
    } else {
      ready.add(work);
    }
  }

  /// Runs a strand until it waits, or ends. Simulations on other threads share a few monitors with
  /// it (caches of JSON mappers): where one holds it up nothing else may run here before it has it,
  /// or history would depend on the machine, and this thread might wait for it itself.
  private void run(Runnable work) {
    Thread strand = Objects.requireNonNull(strands.get(work));
    running = work;
    Runnable next = work;
    while (next != null) {
      again = false;
      next.run();
      next = again ? work : isHeldUp(strand) ? awaitUnblocked() : null;
    }
    running = null;
    if (strand.getState() == Thread.State.TERMINATED) {
      strands.remove(work);
    }
  }

  private static boolean isHeldUp(Thread strand) {
    return switch (strand.getState()) {
      case BLOCKED, RUNNABLE -> true;
      case NEW, WAITING, TIMED_WAITING, TERMINATED -> false;
    };
  }

  private Runnable awaitUnblocked() {
    try {
      return unblocked.take();
    } catch (InterruptedException stop) {
      throw new IllegalStateException("interrupted in the middle of a strand", stop);
    }
  }

  /// Runs the work beside everything else; it may block.
  Thread strand(String name, Runnable work) {
    try {
      Thread.Builder.OfVirtual builder = (Thread.Builder.OfVirtual) BUILDER.newInstance(scheduler);
      Thread thread = builder.name(name).unstarted(() -> guarded(work));
      starting = thread;
      thread.start();
      starting = null;
      return thread;
    } catch (ReflectiveOperationException unusable) {
      throw new IllegalStateException(unusable);
    }
  }

  /// A strand that ends by a bug ends the simulation.
  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (Died killed) {
      // Its process is gone.
    } catch (RuntimeException | Error bug) {
      failure = failure == null ? bug : failure;
    }
  }

  /// Lets time pass until nothing is left to happen before the instant.
  public void runUntil(Instant end) {
    owner = Thread.currentThread();
    while (true) {
      runReady();
      Timer next = timers.peek();
      if (next == null || next.at.isAfter(end)) {
        now = end;
        return;
      }
      timers.remove();
      Runnable work = next.work;
      if (work != null) {
        now = next.at;
        work.run();
      }
    }
  }

  private void runReady() {
    while (!ready.isEmpty()) {
      int last = ready.size() - 1;
      int chosen = last == 0 ? 0 : random.nextInt(last + 1);
      Runnable next = ready.get(chosen);
      ready.set(chosen, ready.get(last));
      ready.remove(last);
      run(next);
      if (failure != null) {
        throw new IllegalStateException("a strand ended by a bug: " + failure, failure);
      }
    }
  }

  private static Constructor<?> builder() {
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return constructor;
    } catch (ReflectiveOperationException | RuntimeException closed) {
      throw new IllegalStateException(
          "expected java.base/java.lang to be open: run with"
              + " --add-opens java.base/java.lang=ALL-UNNAMED",
          closed);
    }
  }
}
