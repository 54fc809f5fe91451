package dev.serin.simulation.engine;

import dev.serin.contracts.agent.Alarms;
import java.time.Duration;
import java.time.Instant;

/// A process's alarms in virtual time.
public final class VirtualAlarms implements Alarms {
  private final VirtualProcess process;

  public VirtualAlarms(VirtualProcess process) {
    this.process = process;
  }

  @Override
  public Instant now() {
    return process.now();
  }

  @Override
  public long nanos() {
    return Duration.between(Instant.EPOCH, process.loop().now()).toNanos();
  }

  @Override
  public void at(Instant instant, Work work) {
    Duration left = Duration.between(process.now(), instant);
    process.after(
        left.isNegative() ? Duration.ZERO : left, () -> process.start("alarm", () -> run(work)));
  }

  @Override
  public int holdUps() {
    return process.holdUps();
  }

  private static void run(Work work) {
    try {
      work.run();
    } catch (InterruptedException never) {
      throw new IllegalStateException("nobody interrupts a strand", never);
    }
  }
}
