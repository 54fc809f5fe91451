package dev.serin.haproxy.lab;

import dev.serin.contracts.agent.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A turn on the real clock, which a test can end.
public final class RealTurn implements Turn {
  private final CountDownLatch taken = new CountDownLatch(1);

  public void preempt() {
    taken.countDown();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public void pause(Duration duration) throws Preempted {
    try {
      if (taken.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new Preempted();
      }
    } catch (InterruptedException stopped) {
      throw new Preempted();
    }
  }

  @Override
  public void check() throws Preempted {
    if (taken.getCount() == 0) {
      throw new Preempted();
    }
  }
}
