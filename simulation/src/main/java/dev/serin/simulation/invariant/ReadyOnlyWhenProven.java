package dev.serin.simulation.invariant;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;

/// I3: no node is made ready before the binary now running on it has passed its health check since
/// the last restart that Serin made.
final class ReadyOnlyWhenProven implements Invariant {
  private final Truth truth;

  ReadyOnlyWhenProven(Truth truth) {
    this.truth = truth;
  }

  @Override
  public String name() {
    return "I3";
  }

  @Override
  public void inHaproxy(VirtualHaproxy haproxy, VirtualServer server, String by, String command) {
    boolean stale = truth.wasTouchedLately(haproxy.name());
    if (command.endsWith(" state ready")
        && server.state() == AdminState.READY
        && server.instance().isUnproven()
        && !stale) {
      throw broken(
          server.name()
              + " is made ready on "
              + haproxy.name()
              + " before it has passed its health check since its restart");
    }
  }
}
