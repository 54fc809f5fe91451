package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.sli.SliCommand;
import org.jspecify.annotations.Nullable;

/// Commands and events in the few words that a story compares.
final class Words {
  private Words() {}

  static String of(AgentCommand command) {
    String node = command.head().node() == null ? "" : " " + command.head().node();
    String verb =
        switch (command) {
          case HaproxyCommand.CheckPool check -> "check-pool";
          case HaproxyCommand.DrainServer drain -> "drain";
          case HaproxyCommand.ReadyServer ready -> "ready";
          case HaproxyCommand.CheckServing serving -> "serving";
          case HaproxyCommand.WeighServers weigh -> "shift";
          case HaproxyCommand.GuardServers guard -> "guard";
          case HaproxyCommand.StopGuardingServers stop -> "stop-guarding";
          case IncusCommand.InspectInstances inspect -> "inspect";
          case IncusCommand.KeepBinary keep -> "keep";
          case IncusCommand.PushArtifact push -> "push";
          case IncusCommand.RestartUnits restart -> "restart";
          case IncusCommand.CheckHealth health -> "health";
          case IncusCommand.RunSmokeTest smoke -> "smoke";
          case IncusCommand.RestoreBinary restore -> "restore";
          case IncusCommand.LookAtInstances look -> "look";
          case IncusCommand.StandBack stand -> "stand-back";
          case SliCommand.CheckSlis slis -> "check-slis";
          case SliCommand.WatchSlis watch -> "watch " + watch.fromSlot() + "-" + watch.lastSlot();
          case SliCommand.StopWatching stop -> "stop-watching";
          case SliCommand.CallHook call -> "call-hook " + call.hook().name();
          default -> throw new IllegalArgumentException("no word for " + command);
        };
    return verb + node;
  }

  static String of(RolloutEvent event) {
    String type = EventHeaders.typeOf(event);
    return switch (event) {
      case RolloutEvent.StepStarted(var head, String step, String node, boolean undo) ->
          type + " " + step(step, node, undo);
      case RolloutEvent.StepSucceeded(
              var head,
              String step,
              String node,
              boolean undo,
              String detail) ->
          type + " " + step(step, node, undo);
      case RolloutEvent.StepFailed failed ->
          type + " " + step(failed.step(), failed.node(), failed.undo());
      case RolloutEvent.SliProbed probed -> type + " " + probed.probe().verdict();
      default -> type;
    };
  }

  private static String step(String step, @Nullable String node, boolean undo) {
    return (undo ? "undo-" : "") + step + (node == null ? "" : " " + node);
  }
}
