package dev.serin.haproxy.runtime;

/// Which process answered. After a reload or restart another one does, which has forgotten weights,
/// states and leaving entries.
///
/// @param uptimeSeconds how long it has been running
public record ProcessSeen(long pid, long uptimeSeconds) {
  /// Whether this is another process than the one seen earlier. A container gives the same pid
  /// again, so a shorter life tells too.
  public boolean replaced(ProcessSeen earlier) {
    return pid != earlier.pid || uptimeSeconds < earlier.uptimeSeconds;
  }
}
