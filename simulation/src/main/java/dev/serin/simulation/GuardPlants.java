package dev.serin.simulation;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.simulation.service.Plants;
import java.util.List;

/// What can be planted in how a rollout's servers are guarded, and by whom.
final class GuardPlants {
  private GuardPlants() {}

  /// What is not as it was asked stays so.
  static final class MendsNothing implements Plants {
    @Override
    public <C extends AgentCommand> C taken(C command) {
      if (!(command instanceof GuardServers guard)) {
        return command;
      }
      @SuppressWarnings("unchecked") // it is the same type
      C idle =
          (C)
              new GuardServers(
                  guard.head(), List.of(), guard.leaseUntil(), guard.deadMan(), guard.weighed());
      return idle;
    }
  }

  /// However long the broker has not answered, what is under way goes on.
  static final class WorksWithoutLease implements Plants {
    @Override
    public boolean worksWithoutLease() {
      return true;
    }
  }
}
