package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepView;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import java.util.List;

/// I2: no forward step takes a node out of rotation when fewer than the minimum would remain.
final class KeepsTheMinimum implements Invariant {
  private final Truth truth;
  private final List<String> canaries;
  private final Rotation rotation;

  /// @param canaries of the service, as it is defined
  KeepsTheMinimum(Truth truth, List<String> canaries, Circumstances circumstances) {
    this.truth = truth;
    this.canaries = List.copyOf(canaries);
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
    int minimum = minimum(server.name());
    if (rotation.most(peers) < minimum && rotation.most(List.of(server.name())) > 0) {
      throw broken(
          server.name()
              + " is taken out on "
              + haproxy.name()
              + " though "
              + minimum
              + " of "
              + peers
              + " must stay in rotation");
    }
  }

  /// A peer may leave for the canaries to serve alone, where the plan that is under way has just
  /// that: not where a release without a window, or one with nodes that were left out before, has
  /// its peers updated one after the other.
  private int minimum(String node) {
    RolloutState active = truth.active();
    boolean leavesForThem =
        truth.alone() > 0
            && active != null
            && !canaries.contains(node)
            && active.steps().stream().anyMatch(step -> leaves(step, node));
    return leavesForThem ? Math.min(truth.alone(), truth.minAvailable()) : truth.minAvailable();
  }

  /// At the share 100, before its own update.
  private static boolean leaves(StepView step, String node) {
    return step.name().equals("drain") && step.share() != null && node.equals(step.node());
  }
}
