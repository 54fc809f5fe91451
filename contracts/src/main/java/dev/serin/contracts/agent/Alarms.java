package dev.serin.contracts.agent;

import java.time.Instant;

/// Time, and a way to do something when it has come. Work may block; it holds no other work up.
public interface Alarms {
  Instant now();

  /// A reading in nanoseconds that only grows, whatever is done to the clock; good for differences
  /// alone.
  long nanos();

  /// Runs the work once, on a thread of its own, when [#now()] has reached the instant, or when as
  /// much time has passed as was left until then, though the clock was set back meanwhile; at once
  /// where it is past. Never within this call.
  void at(Instant instant, Work work);

  /// How often this process was held up for so long (SIGSTOP, a machine that was moved) that
  /// another may have its work by now. It grows before whatever was held up goes on.
  int holdUps();

  /// What is done then.
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }
}
