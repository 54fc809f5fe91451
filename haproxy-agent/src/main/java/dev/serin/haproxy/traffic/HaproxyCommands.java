package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.frontdoor.FrontDoor;
import dev.serin.haproxy.guard.Guards;
import dev.serin.haproxy.runtime.NotDone;
import java.util.List;
import java.util.function.Consumer;

/// Carries out the haproxy-agent's commands.
public final class HaproxyCommands implements CommandHandler<HaproxyCommand, HaproxyEvent> {
  private final Fleet fleet;
  private final Present present;
  private final FrontDoor frontDoor;
  private final Guards guards;

  /// @param guards what goes on beside the commands; they are told of each before it has an effect
  public HaproxyCommands(Fleet fleet, FrontDoor frontDoor, Guards guards) {
    this.fleet = fleet;
    this.present = new Present(fleet);
    this.frontDoor = frontDoor;
    this.guards = guards;
  }

  @Override
  public void handle(HaproxyCommand command, Turn turn, Consumer<HaproxyEvent> answers)
      throws Turn.Preempted {
    switch (command) {
      case HaproxyCommand.GuardServers guard -> guards.guard(guard, answers);
      case HaproxyCommand.StopGuardingServers stop -> guards.stop(stop);
      case CheckPool check ->
          answer(check, turn, answers, () -> new PoolChecking(fleet, check, turn).run());
      case DrainServer drain ->
          answer(
              drain,
              turn,
              answers,
              () -> new Draining(fleet, present.of(drain), turn, late(drain)).run());
      case ReadyServer ready -> {
        guards.readies(ready);
        answer(ready, turn, answers, () -> new Readying(fleet, present.of(ready), turn).run());
      }
      case CheckServing check ->
          answer(
              check,
              turn,
              answers,
              () -> new ServingCheck(fleet, frontDoor, present.of(check), turn).run());
      case WeighServers weigh -> {
        guards.weighs(weigh);
        answer(weigh, turn, answers, () -> new Weighing(fleet, present.of(weigh), turn).run());
      }
    }
  }

  /// HAProxy obeys whoever speaks. The dead man's switch needs no lease: it is there for the time
  /// in which nobody answers. Nor does putting back what a reload forgot.
  @Override
  public boolean worksUnderLease() {
    return true;
  }

  @Override
  public void underLease(Lease lease) {
    guards.underLease(lease);
  }

  @Override
  public void begun(Consumer<HaproxyEvent> answers) {
    guards.takeUp(answers);
  }

  @Override
  public void recalledAll() {
    guards.recalledAll();
  }

  @Override
  public void recalled(HaproxyCommand command, Consumer<HaproxyEvent> answers) {
    guards.recalled(command.head());
    switch (command) {
      case HaproxyCommand.GuardServers guard -> guards.guard(guard, answers);
      case HaproxyCommand.StopGuardingServers stop -> guards.recalledStop(stop);
      case WeighServers weigh -> guards.weighs(weigh);
      case ReadyServer ready -> guards.readies(ready);
      default -> {}
    }
  }

  @Override
  public void released(String service) {
    guards.release(service);
  }

  private LateReady late(DrainServer drain) {
    return new LateReady() {
      @Override
      public boolean mayBe(ServerSetting found, int weight) {
        return guards.mayBeReadyLate(drain.head(), found, weight);
      }

      @Override
      public void mended(List<Drift> drifts) {
        guards.mendedLate(drain.head(), drifts);
      }
    };
  }

  /// One command's work.
  private interface Work {
    HaproxyEvent run() throws NotDone, Turn.Preempted;
  }

  private void answer(HaproxyCommand command, Turn turn, Consumer<HaproxyEvent> answers, Work work)
      throws Turn.Preempted {
    if (!(command instanceof HaproxyCommand.CheckServing)) {
      // That one tells nothing, so the guard goes on beside it.
      guards.commanded(command.head());
    }
    try {
      answers.accept(work.run());
    } catch (NotDone notDone) {
      if (notDone.unreachable()) {
        guards.unanswered(command.head());
      }
      answers.accept(
          new HaproxyEvent.Failed(command.head().answered(turn.now()), notDone.failure()));
    }
  }

  /// The node that a command is about; a server without a node of its own stands for itself.
  static String node(CommandHead head, String server) {
    String node = head.node();
    return node == null ? server : node;
  }
}
