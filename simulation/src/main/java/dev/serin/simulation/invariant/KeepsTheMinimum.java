package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import java.util.List;

/// I2: no forward step takes a node out of rotation when fewer than the minimum would remain.
final class KeepsTheMinimum implements Invariant {
  private final Truth truth;
  private final Rotation rotation;

  KeepsTheMinimum(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.rotation = new Rotation(truth, circumstances);
  }

  @Override
  public String name() {
    return "I2";
  }

  @Override
  public void passed() {
    rotation.sample();
  }

  @Override
  public void inHaproxy(VirtualHaproxy haproxy, VirtualServer server, String by, String command) {
    if (!command.endsWith(" state drain") && !command.endsWith(" state maint")) {
      return;
    }
    AgentCommand newest = truth.newest().get(server.name());
    if (!(newest instanceof DrainServer drain) || drain.purpose() != Purpose.FORWARD) {
      return;
    }
    List<String> peers = drain.peers().stream().map(PoolServer::node).toList();
    // The command's own number may be a lie; the definition's is not.
    if (rotation.most(peers) < truth.minAvailable() && rotation.most(List.of(server.name())) > 0) {
      throw broken(
          server.name()
              + " is taken out on "
              + haproxy.name()
              + " though "
              + truth.minAvailable()
              + " of "
              + peers
              + " must stay in rotation");
    }
  }
}
