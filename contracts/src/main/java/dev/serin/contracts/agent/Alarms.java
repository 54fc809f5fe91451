package dev.serin.contracts.agent;

import java.time.Instant;

/// Time, and a way to do something when it has come. Work may block; it holds no other work up.
public interface Alarms {
  Instant now();

  /// Runs the work once, on a thread of its own, when [#now()] has reached the instant; at once
  /// where it is past. Never within this call.
  void at(Instant instant, Work work);

  /// What is done then.
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }
}
