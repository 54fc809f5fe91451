package dev.serin.contracts.agent;

import java.time.Instant;
import java.util.concurrent.locks.Condition;

/// Where a desk's work runs, and how it waits.
public interface Strands extends AutoCloseable {
  Instant now();

  /// Runs the work beside everything else.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException once this is closed
  void start(Runnable work);

  /// Waits on a condition whose lock the caller holds. It may wake early.
  ///
  /// @param signal signals the condition, whoever calls it
  /// @param nanos how long at most, above 0
  /// @return how much of that is left, 0 or less when it is over
  long await(Condition changed, Runnable signal, long nanos) throws InterruptedException;

  /// How often this process was held up for so long (SIGSTOP, a machine that was moved) that
  /// another may have its work by now. It grows before whatever was held up goes on.
  int holdUps();

  /// Interrupts what runs, and starts nothing any more.
  @Override
  void close();
}
