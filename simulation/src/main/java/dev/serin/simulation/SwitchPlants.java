package dev.serin.simulation;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.simulation.service.Plants;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What can be planted in the dead man's switch.
final class SwitchPlants {
  private SwitchPlants() {}

  /// The command in the place of the one that was taken.
  ///
  /// @param guard the same as the command
  private static <C extends AgentCommand> C instead(
      C command, GuardServers guard, CommandHead head, @Nullable DeadMan deadMan) {
    @SuppressWarnings("unchecked") // it is the same type
    Class<C> type = (Class<C>) command.getClass();
    return type.cast(
        new GuardServers(head, guard.servers(), guard.leaseUntil(), deadMan, guard.weighed()));
  }

  /// The switch is never armed.
  static final class NeverArmed implements Plants {
    @Override
    public <C extends AgentCommand> C taken(C command) {
      return command instanceof GuardServers guard
          ? instead(command, guard, guard.head(), null)
          : command;
    }
  }

  /// An agent that is restarted while the broker is away knows of no switch.
  static final class Forgotten implements Plants {
    @Override
    public boolean losesDisks() {
      return true;
    }
  }

  /// It takes a canary out though it should only tell.
  static final class DrainsAnyway implements Plants {
    @Override
    public <C extends AgentCommand> C taken(C command) {
      if (!(command instanceof GuardServers guard) || guard.deadMan() == null) {
        return command;
      }
      DeadMan told = guard.deadMan();
      return instead(
          command,
          guard,
          guard.head(),
          new DeadMan(
              told.nodes(),
              told.period(),
              told.expiresAt(),
              DeadManAction.DRAIN,
              told.restore(),
              told.minAvailable()));
    }
  }

  /// A guard that comes again is taken for the newest word: it goes off by that one's proof.
  static final class GoesByReplays implements Plants {
    private final Set<String> seen = new HashSet<>();

    @Override
    public <C extends AgentCommand> C taken(C command) {
      CommandHead head = command.head();
      if (!(command instanceof GuardServers guard)
          || seen.add(head.commandId())
          || guard.deadMan() == null) {
        return command;
      }
      return instead(
          command,
          guard,
          new CommandHead(
              head.commandId() + "-" + seen.size(),
              head.rolloutId(),
              head.service(),
              head.node(),
              head.fence() + Duration.ofMinutes(30).toMillis(),
              head.sentAt()),
          guard.deadMan());
    }
  }
}
