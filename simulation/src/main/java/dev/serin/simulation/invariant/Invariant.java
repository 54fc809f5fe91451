package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.simulation.world.Instance;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import java.time.Instant;

/// What must hold. It hears of everything that happens, and throws [Broken] when it does not hold.
public interface Invariant {
  /// Such as `I5`.
  String name();

  default void requested(Request request) {}

  default void commanded(AgentCommand command) {}

  default void answered(AgentEvent event) {}

  default void published(RolloutEvent event) {}

  /// As [#published], with the moment of the decision: it may have had to wait for the broker.
  default void decided(RolloutEvent event, Instant at) {}

  default void reached(RolloutState state) {}

  /// A script had an effect in an instance.
  default void inInstance(Instance instance, String script, long fence, String what) {}

  /// One of Serin's processes told a load balancer something about a server.
  ///
  /// @param server as it is now
  default void inHaproxy(VirtualHaproxy haproxy, VirtualServer server, String by, String command) {}

  /// A second has passed.
  default void passed() {}

  /// The faults are over, and so is everything else, or it ought to be.
  default void ended() {}

  default Broken broken(String sentence) {
    return new Broken(name(), sentence);
  }
}
