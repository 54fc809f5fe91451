package dev.serin.simulation.invariant;

import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import java.time.Duration;

/// I10, on a load balancer, which can't compare fences: an agent that is cut off from the broker,
/// and whose work another has by then, writes nothing for a command any more. What it put back
/// beside its commands is another matter, and so is what was on its way when the lease ran out.
final class WritesUnderLease implements Invariant {
  /// The lease's 4 s, and how long a load balancer may take to have what it was told.
  private static final Duration LEASE = Duration.ofSeconds(4 + 5);

  private final Circumstances circumstances;

  WritesUnderLease(Circumstances circumstances) {
    this.circumstances = circumstances;
  }

  @Override
  public String name() {
    return "I10";
  }

  @Override
  public void inHaproxy(VirtualHaproxy haproxy, VirtualServer server, String by, String command) {
    if (by.startsWith("haproxy-agent")
        && VirtualProcess.isCarryingOut()
        && circumstances.isAnothers(by, LEASE)) {
      throw broken(
          by
              + " says "
              + command
              + " to "
              + haproxy.name()
              + ", cut off from the broker for more than "
              + LEASE.toSeconds()
              + " s, while another has its work");
    }
  }
}
