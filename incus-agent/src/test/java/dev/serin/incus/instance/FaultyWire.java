package dev.serin.incus.instance;

import dev.serin.incus.rest.Call;
import dev.serin.incus.rest.Reply;
import dev.serin.incus.rest.Wire;
import java.io.IOException;
import java.io.Serial;

/// A wire that does one thing wrong at its n-th request.
final class FaultyWire implements Wire {
  /// What goes wrong.
  enum Fault {
    /// The agent dies before the request is sent.
    DIES_BEFORE,
    /// The agent dies once the server has answered.
    DIES_AFTER,
    /// The connection breaks before the request is sent.
    BREAKS_BEFORE,
    /// The connection breaks before the answer is there.
    BREAKS_AFTER;

    boolean isDeath() {
      return this == DIES_BEFORE || this == DIES_AFTER;
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

  /// @param at the request's number, from 1
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
    requests++;
    if (requests != at) {
      return wire.exchange(call);
    }
    boolean after = fault == Fault.DIES_AFTER || fault == Fault.BREAKS_AFTER;
    if (after) {
      wire.exchange(call);
    }
    if (fault.isDeath()) {
      throw new Died();
    }
    throw new IOException("connection reset (planned)");
  }
}
