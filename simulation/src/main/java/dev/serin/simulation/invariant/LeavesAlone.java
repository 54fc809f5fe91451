package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.simulation.world.Instance;
import org.jspecify.annotations.Nullable;

/// Hands off means hands off: from the moment that Serin has said so until it has its hands on
/// again, no command for a node leaves the coordinator, and no command given later has an effect in
/// a container.
final class LeavesAlone implements Invariant {
  private boolean handsOff;
  private long newestFence;

  /// A decision's commands come before its events: hands on again may be among these.
  private @Nullable AgentCommand suspect;

  @Override
  public String name() {
    return "hands-off";
  }

  @Override
  public void published(RolloutEvent event) {
    String why = event.head().why();
    if (event instanceof RolloutEvent.RolloutPaused && why.equals("hands off")) {
      handsOff = true;
    } else if (why.startsWith("hands on")) {
      handsOff = false;
      suspect = null;
    }
  }

  @Override
  public void commanded(AgentCommand command) {
    boolean ends =
        command instanceof IncusCommand.StandBack
            || command instanceof HaproxyCommand.StopGuardingServers;
    boolean older = command.head().fence() <= newestFence;
    if (!handsOff || ends || older) {
      newestFence = Math.max(newestFence, command.head().fence());
    } else if (command.head().node() != null || command instanceof HaproxyCommand.GuardServers) {
      suspect = suspect == null ? command : suspect;
    }
  }

  @Override
  public void passed() {
    if (suspect != null) {
      throw broken("while hands are off it commands " + suspect);
    }
  }

  @Override
  public void inInstance(Instance instance, String script, long fence, String what) {
    if (handsOff && suspect == null && fence > newestFence) {
      throw broken("while hands are off " + script + " " + what + " in " + instance.name());
    }
  }
}
