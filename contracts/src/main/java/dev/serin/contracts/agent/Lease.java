package dev.serin.contracts.agent;

import java.time.Duration;
import java.util.function.LongSupplier;

/// For how long this process may take its work for its own: until [#LASTS] after the broker last
/// answered it. By then the broker has not given the work to another, since a session lasts longer
/// (`session.timeout.ms`, 6 s, from the last heartbeat that it heard). What can't compare fences
/// itself (HAProxy) is written to under this lease only (I10).
///
/// What the broker itself has given to another ends it at once ([#lost]).
///
/// A lease that has run out begins a new term when the broker answers again: what was begun in an
/// earlier term has no further effect, since another may have had the work in between.
public final class Lease {
  /// Leaves the broker 2 s: for the way of an answer, and for how late it is noticed.
  public static final Duration LASTS = Duration.ofSeconds(4);

  private final LongSupplier nanos;
  private long answeredAt;
  private boolean lost;
  private int term;

  /// @param nanos a clock that goes on while the process does not ([Elapsed])
  public Lease(LongSupplier nanos) {
    this.nanos = nanos;
    this.answeredAt = nanos.getAsLong();
  }

  /// One that never runs out.
  public static Lease unlimited() {
    return new Lease(() -> 0);
  }

  /// The broker has answered.
  ///
  /// @param ago how long ago what it answered was sent
  public synchronized void answered(Duration ago) {
    long at = nanos.getAsLong() - ago.toNanos();
    if (lost || at - answeredAt > LASTS.toNanos()) {
      term++;
      lost = false;
    }
    // An answer that took long is no newer than one that was quick.
    if (at - answeredAt > 0) {
      answeredAt = at;
    }
  }

  /// The broker has said that the work is another's by now; whatever it answers next begins another
  /// term.
  public synchronized void lost() {
    lost = true;
  }

  public synchronized int term() {
    return term;
  }

  /// The term that an order which comes now and is to hold for long belongs to: this one, or where
  /// the lease has run out the one that begins when the broker answers again. A process whose work
  /// is another's by then hears so instead, and drops the order.
  public synchronized int termOfOrders() {
    return hasRunOut() ? term + 1 : term;
  }

  /// Whether what was begun in that term, or ordered for the next, may have an effect now.
  public synchronized boolean isHeld(int begunIn) {
    return begunIn >= term && !hasRunOut();
  }

  /// Whether the broker has not answered for too long, or has said that it is over.
  public synchronized boolean hasRunOut() {
    return lost || nanos.getAsLong() - answeredAt > LASTS.toNanos();
  }
}
