package dev.serin.contracts.agent;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;

/// Strands in real time, each on a virtual thread of its own.
final class ThreadedStrands implements Strands {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HoldUps holdUps = new HoldUps();
  private final Clock clock;

  ThreadedStrands(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public void start(Runnable work) {
    threads.execute(work);
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // the caller loops
  public long await(Condition changed, Runnable signal, long nanos) throws InterruptedException {
    return changed.awaitNanos(nanos);
  }

  @Override
  public int holdUps() {
    return holdUps.count();
  }

  @Override
  public void close() {
    holdUps.close();
    threads.shutdownNow();
  }
}
