package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.json.Quantities;
import dev.serin.haproxy.runtime.AgentCheck;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ProcessSeen;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Gives a server the weights and states asked for, takes it off the leaving maps, reads back, and
/// waits until HAProxy's own checks have it in rotation where it shall be, and its slow start is
/// over. A weight that an agent check of HAProxy's sets is left to it where no traffic is shared by
/// weights: the state alone counts, and the answer says so. A server that comes from maintenance is
/// admitted unchecked (`UP 1/3`) and counts only from its next passed check on.
final class Readying {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  /// Between looks at a load balancer that does not answer.
  private static final BackOff OUT_OF_REACH =
      new BackOff(Duration.ofMillis(100), Duration.ofSeconds(1));

  private final Fleet fleet;
  private final ReadyServer command;
  private final Turn turn;
  private final Map<String, ProcessSeen> processes = new HashMap<>();

  Readying(Fleet fleet, ReadyServer command, Turn turn) {
    this.fleet = fleet;
    this.command = command;
    this.turn = turn;
  }

  HaproxyEvent run() throws NotDone, Turn.Preempted {
    applyEverywhere();
    Instant deadline = turn.now().plus(command.within());
    Ramp ramp = new Ramp(command.ramp(), deadline);
    Instant last = deadline;
    int failures = 0;
    while (true) {
      ramp.lookAgain();
      List<ServerSeen> servers = new ArrayList<>();
      List<String> missing = new ArrayList<>();
      List<String> governed = new ArrayList<>();
      NotDone outOfReach = null;
      for (ServerSetting setting : command.settings()) {
        try {
          LoadBalancer balancer = fleet.balancer(setting.loadBalancer()).runtime();
          ServerView now = held(balancer, setting);
          servers.add(
              Settings.seen(HaproxyCommands.node(command.head(), setting.server()), balancer, now));
          if (!settled(now, setting)) {
            missing.add(
                now.status()
                    + (now.weight() == 0 ? " at weight 0" : "")
                    + " on "
                    + balancer.name());
          }
          if (now.weight() != setting.weight()) {
            governed.add(governed(balancer, setting, now));
          }
          ramp.see(balancer.name(), now);
        } catch (NotDone notDone) {
          if (!notDone.unreachable()) {
            throw notDone;
          }
          outOfReach = notDone;
        }
      }
      boolean settled = outOfReach == null && missing.isEmpty();
      if (settled && !ramp.isWaitedFor(turn.now())) {
        return new HaproxyEvent.ServerReady(
            command.head().answered(turn.now()), servers, ramp.ramping(), governed);
      }
      if (settled) {
        // A reload, or a socket that is away, in the middle of a ramp has its time too.
        last = ramp.until();
      } else if (!turn.now().isBefore(last)) {
        throw outOfReach == null ? timedOut(missing) : outOfReach;
      }
      failures = outOfReach == null ? 0 : failures + 1;
      turn.pause(
          failures > 0
              ? OUT_OF_REACH.pause(failures, command.head().commandId())
              : settled ? Ramp.BETWEEN_LOOKS : BETWEEN_LOOKS);
    }
  }

  /// Whatever can be reached is set before one that can't is told of.
  private void applyEverywhere() throws NotDone, Turn.Preempted {
    NotDone outOfReach = null;
    for (ServerSetting setting : command.settings()) {
      turn.check();
      try {
        apply(fleet.balancer(setting.loadBalancer()).runtime(), setting);
      } catch (NotDone notDone) {
        if (!notDone.unreachable()) {
          throw notDone;
        }
        outOfReach = notDone;
      }
    }
    if (outOfReach != null) {
      throw outOfReach;
    }
  }

  private void apply(LoadBalancer balancer, ServerSetting setting) throws NotDone, Turn.Preempted {
    Snapshot seen = balancer.look(List.of(setting.pool()));
    Settings.apply(turn, balancer, seen, setting);
    processes.put(key(setting), seen.process());
  }

  /// The server as it is now, with its setting. Another process has forgotten it and is told again;
  /// in the same process somebody else has changed it, and is left alone.
  private ServerView held(LoadBalancer balancer, ServerSetting setting)
      throws NotDone, Turn.Preempted {
    Snapshot seen = balancer.look(List.of(setting.pool()));
    ServerView now = Settings.server(balancer, seen, setting.pool(), setting.server());
    if (Settings.match(now, setting, command.weighed())) {
      return now;
    }
    ProcessSeen before = processes.get(key(setting));
    if (before != null && !seen.process().replaced(before)) {
      throw foreignHand(balancer, setting, now);
    }
    turn.check();
    apply(balancer, setting);
    return Settings.server(
        balancer, balancer.look(List.of(setting.pool())), setting.pool(), setting.server());
  }

  private static String key(ServerSetting setting) {
    return setting.loadBalancer() + "/" + setting.pool() + "/" + setting.server();
  }

  private static String governed(LoadBalancer balancer, ServerSetting setting, ServerView now) {
    return "an agent check sets the weight of "
        + now.pool()
        + "/"
        + now.server()
        + " on "
        + balancer.name()
        + ": it has "
        + now.weight()
        + ", not "
        + setting.weight();
  }

  private boolean settled(ServerView now, ServerSetting setting) {
    if (!Settings.match(now, setting, command.weighed())) {
      return false;
    }
    return setting.state() != AdminState.READY
        || now.confirmedInRotation()
        || setting.weight() == 0;
  }

  private static NotDone foreignHand(LoadBalancer balancer, ServerSetting setting, ServerView now) {
    boolean byAgent = now.agent() == AgentCheck.ON && now.adminState() == setting.state();
    return new NotDone(
        new Failure(
            Failure.Reason.FOREIGN,
            setting.pool()
                + "/"
                + setting.server()
                + " on "
                + balancer.name()
                + " "
                + setting.state()
                + " at weight "
                + setting.weight()
                + ", as set",
            now.adminState()
                + " at weight "
                + now.weight()
                + (byAgent ? ", set by its agent check" : ", set by somebody else"),
            byAgent
                ? Settings.disableAgent(now)
                : "somebody is at work there: ask them, then retry; nothing was reverted",
            false));
  }

  private NotDone timedOut(List<String> missing) {
    return new NotDone(
        new Failure(
            Failure.Reason.TIMED_OUT,
            "HAProxy to have "
                + command.settings().getFirst().server()
                + " in rotation within "
                + Quantities.shown(command.within()),
            String.join(", ", missing),
            "see why HAProxy's own check of the server fails",
            true));
  }
}
