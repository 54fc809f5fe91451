package dev.serin.simulation.engine;

import dev.serin.contracts.agent.Strands;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;

/// A desk's strands in virtual time.
public final class VirtualStrands implements Strands {
  private final VirtualProcess process;
  private boolean closed;

  public VirtualStrands(VirtualProcess process) {
    this.process = process;
  }

  @Override
  public Instant now() {
    return process.now();
  }

  @Override
  public void start(Runnable work) {
    if (closed) {
      throw new RejectedExecutionException(process.name());
    }
    process.start(VirtualProcess.COMMAND, work);
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // the caller loops
  public long await(Condition changed, Runnable signal, long nanos) throws InterruptedException {
    process.checkAlive();
    Instant begun = process.loop().now();
    Loop.Timer timer = process.after(Duration.ofNanos(nanos), () -> process.start("timer", signal));
    try {
      changed.await();
    } finally {
      // Each signal wakes every wait: timers left over would multiply with the waits.
      timer.cancel();
    }
    process.checkAlive();
    return nanos - Duration.between(begun, process.loop().now()).toNanos();
  }

  @Override
  public int holdUps() {
    return process.holdUps();
  }

  @Override
  public void close() {
    closed = true;
  }
}
