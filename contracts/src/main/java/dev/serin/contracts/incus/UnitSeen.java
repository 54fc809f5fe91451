package dev.serin.contracts.incus;

import dev.serin.contracts.Check;

/// A systemd unit in an instance.
///
/// @param invocation systemd's id of this start of the unit; empty where it never was started
/// @param restarts how often systemd itself has started it again since
/// @param fileSha256 the digest of its file with all drop-ins, as `systemctl cat` shows them
public record UnitSeen(String unit, String invocation, int restarts, String fileSha256) {
  public UnitSeen {
    Check.text("unit", unit);
    Check.required("invocation", invocation);
    Check.atLeast("restarts", 0, restarts);
    Check.required("fileSha256", fileSha256);
  }
}
