package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.simulation.world.Instance;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Hands off means hands off: from the moment that Serin has said so until it has its hands on
/// again,
/// 1. no command for a node leaves the coordinator;
/// 2. no command given later has an effect in a container;
/// 3. nothing is written on a load balancer, once its agent can have heard of it. HAProxy can't
///    compare, so that what was on its way, or comes from a process that stood still, may be late.
final class LeavesAlone implements Invariant {
  /// What was asked of a load balancer before, and was not answered, it obeys within this or never.
  private static final Duration ON_ITS_WAY = Duration.ofSeconds(12);

  private final Truth truth;
  private final Circumstances circumstances;
  private boolean handsOff;
  private long newestFence;

  /// When it was last possible that the haproxy-agent had not heard that hands are off.
  private Instant unheardUntil = Instant.MAX;

  /// A decision's commands come before its events: hands on again may be among these.
  private @Nullable AgentCommand suspect;

  LeavesAlone(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.circumstances = circumstances;
  }

  @Override
  public String name() {
    return "hands-off";
  }

  @Override
  public void published(RolloutEvent event) {
    String why = event.head().why();
    if (event instanceof RolloutEvent.RolloutPaused && why.equals("hands off")) {
      handsOff = true;
      unheardUntil = truth.loop().now();
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
    if (circumstances.guardian() == null
        || circumstances.isBrokerAway()
        || !circumstances.isHeard(Topics.HAPROXY_COMMANDS)) {
      unheardUntil = truth.loop().now();
    }
  }

  @Override
  public void inInstance(Instance instance, String script, long fence, String what) {
    if (handsOff && suspect == null && fence > newestFence) {
      throw broken("while hands are off " + script + " " + what + " in " + instance.name());
    }
  }

  @Override
  public void inHaproxy(VirtualHaproxy haproxy, VirtualServer server, String by, String command) {
    Instant excused = truth.loop().now().minus(ON_ITS_WAY);
    if (handsOff
        && suspect == null
        && unheardUntil.isBefore(excused)
        && !truth.wasTouchedSince(haproxy.name(), excused)
        && !circumstances.wasHeldUpSince(by, excused)) {
      throw broken("while hands are off " + by + " says " + command + " to " + haproxy.name());
    }
  }
}
