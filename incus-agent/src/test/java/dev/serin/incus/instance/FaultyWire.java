package dev.serin.incus.instance;

import dev.serin.incus.rest.Call;
import dev.serin.incus.rest.Reply;
import dev.serin.incus.rest.Wire;
import java.io.IOException;
import java.io.Serial;

/// A wire that does one thing wrong at the n-th of those requests where that may show something of
/// its own.
final class FaultyWire implements Wire {
  /// What goes wrong.
  enum Fault {
    /// The agent dies once the server has answered. That it dies before a request is the same as
    /// after the one before it, or as if it had not begun.
    DIES_AFTER,
    /// The connection breaks before the request is sent.
    BREAKS_BEFORE,
    /// The connection breaks before the answer is there.
    BREAKS_AFTER;

    /// Who only asks, or deletes an output that nobody asks for again, changes nothing that is seen
    /// later. So a break before that is the same as one after it; and whoever comes after a dead
    /// agent, which has left no memory, finds what was there after the last request that did change
    /// something: a script started, or a file sent. What the agent itself makes of a break may be
    /// another thing at each request.
    boolean maybeOfItsOwnAt(Call call) {
      return this == BREAKS_AFTER || call.method() == Call.Method.POST;
    }

    boolean isDeath() {
      return this == DIES_AFTER;
    }
  }

  /// The agent's death: nothing may catch it.
  static final class Died extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;
  }

  private final Wire wire;
  private final Fault fault;
  private final int at;
  private int requests;

  /// @param at the number of the request among those, from 1
  FaultyWire(Wire wire, Fault fault, int at) {
    this.wire = wire;
    this.fault = fault;
    this.at = at;
  }

  boolean hasStruck() {
    return requests >= at;
  }

  @Override
  public Reply exchange(Call call) throws IOException {
    if (!fault.maybeOfItsOwnAt(call) || ++requests != at) {
      return wire.exchange(call);
    }
    if (fault != Fault.BREAKS_BEFORE) {
      wire.exchange(call);
    }
    if (fault.isDeath()) {
      throw new Died();
    }
    throw new IOException("connection reset (planned)");
  }
}
