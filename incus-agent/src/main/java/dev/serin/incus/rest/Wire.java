package dev.serin.incus.rest;

import java.io.IOException;

/// One request to one Incus server, one whole answer. It knows nothing of what the answer says.
@FunctionalInterface
public interface Wire {
  /// Sends the call and blocks until its answer is there.
  ///
  /// @throws IOException when there was no whole answer within the call's time-out. Whether the
  ///   server has carried the call out is unknown then.
  Reply exchange(Call call) throws IOException;
}
