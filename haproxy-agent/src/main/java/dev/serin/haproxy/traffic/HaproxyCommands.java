package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.haproxy.frontdoor.FrontDoor;
import dev.serin.haproxy.runtime.NotDone;
import java.util.function.Consumer;

/// Carries out the haproxy-agent's commands.
public final class HaproxyCommands implements CommandHandler<HaproxyCommand, HaproxyEvent> {
  private final Fleet fleet;
  private final FrontDoor frontDoor;

  public HaproxyCommands(Fleet fleet, FrontDoor frontDoor) {
    this.fleet = fleet;
    this.frontDoor = frontDoor;
  }

  @Override
  public void handle(HaproxyCommand command, Turn turn, Consumer<HaproxyEvent> answers)
      throws Turn.Preempted {
    answers.accept(answer(command, turn));
  }

  private HaproxyEvent answer(HaproxyCommand command, Turn turn) throws Turn.Preempted {
    try {
      return switch (command) {
        case CheckPool check -> new PoolChecking(fleet, check, turn).run();
        case DrainServer drain -> new Draining(fleet, drain, turn).run();
        case ReadyServer ready -> new Readying(fleet, ready, turn).run();
        case CheckServing check -> new ServingCheck(fleet, frontDoor, check, turn).run();
        case WeighServer weigh -> new Weighing(fleet, weigh, turn).run();
        case HaproxyCommand.GuardServers guard -> throw new IllegalStateException("unguarded");
        case HaproxyCommand.StopGuardingServers stop ->
            throw new IllegalStateException("unguarded");
      };
    } catch (NotDone notDone) {
      return new HaproxyEvent.Failed(command.head().answered(turn.now()), notDone.failure());
    }
  }

  /// The node that a command is about; a server without a node of its own stands for itself.
  static String node(CommandHead head, String server) {
    String node = head.node();
    return node == null ? server : node;
  }
}
