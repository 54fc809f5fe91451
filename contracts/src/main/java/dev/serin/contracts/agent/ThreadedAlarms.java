package dev.serin.contracts.agent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Alarms in real time: one thread keeps the time, each work gets a virtual thread of its own.
public final class ThreadedAlarms implements Alarms, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ThreadedAlarms.class);

  /// The system's clock may be set while an alarm waits: none waits longer before it looks again.
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /// By how much the system's two clocks may go apart while an alarm waits, as clocks are slewed.
  private static final Duration APART = Duration.ofMillis(100);

  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private final HoldUps holdUps = new HoldUps();
  private final Clock clock;
  private final ScheduledThreadPoolExecutor timer;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("alarm-", 0).factory());

  public ThreadedAlarms(Clock clock) {
    this.clock = clock;
    this.timer =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("alarms").daemon().factory());
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public int holdUps() {
    return holdUps.count();
  }

  @Override
  public void at(Instant instant, Work work) {
    Duration left = Duration.between(clock.instant(), instant);
    Duration wait = left.isNegative() ? Duration.ZERO : shorter(left, FOR_EVER);
    at(instant, System.nanoTime() + wait.plus(APART).toNanos(), work);
  }

  /// @param atMost by [System#nanoTime()]
  private void at(Instant instant, long atMost, Work work) {
    try {
      Duration byClock = Duration.between(clock.instant(), instant);
      Duration left = shorter(byClock, Duration.ofNanos(atMost - System.nanoTime()));
      if (left.isPositive()) {
        var _ =
            timer.schedule(
                () -> at(instant, atMost, work),
                shorter(left, LONGEST_WAIT).toNanos(),
                TimeUnit.NANOSECONDS);
      } else {
        threads.execute(() -> run(work));
      }
    } catch (RejectedExecutionException closing) {
      log.debug("an alarm was dropped: the agent stops");
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static void run(Work work) {
    try {
      work.run();
    } catch (InterruptedException closing) {
      log.debug("an alarm's work was ended: the agent stops");
    } catch (RuntimeException bug) {
      log.error("an alarm's work failed unexpectedly", bug);
    }
  }

  /// Ends what runs, and drops what waits.
  @Override
  public void close() {
    holdUps.close();
    timer.shutdownNow();
    threads.shutdownNow();
  }
}
