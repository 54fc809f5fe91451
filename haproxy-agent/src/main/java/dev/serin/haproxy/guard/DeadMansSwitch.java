package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.haproxy.runtime.Permit;
import dev.serin.haproxy.runtime.ProcessSeen;
import dev.serin.haproxy.runtime.Snapshot;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One service's dead man's switch through its life: armed by guards, going off when it is due, and
/// once more where a load balancer has forgotten what it did.
final class DeadMansSwitch {
  private final Instant agentStartedAt;
  private final LongSupplier nanos;
  private final DeadMansWork work;
  private Switch armed = Switch.disarmed();

  /// Which process of each load balancer it took the canary from.
  private final Map<String, ProcessSeen> tookFrom = new HashMap<>();

  /// @param agentStartedAt when this agent began to guard anything
  /// @param nanos as of [dev.serin.contracts.agent.Alarms#nanos()]
  DeadMansSwitch(Fleet fleet, Instant agentStartedAt, LongSupplier nanos) {
    this.work = new DeadMansWork(fleet);
    this.agentStartedAt = agentStartedAt;
    this.nanos = nanos;
  }

  void guarded(GuardServers guard, Instant now) {
    Instant before = armed.goesOffAt();
    armed =
        armed.after(guard.deadMan(), guard.head().sentAt(), agentStartedAt, now, nanos.getAsLong());
    if (!armed.goesOffAt().equals(before)) {
      work.begun();
    }
  }

  void disarm() {
    armed = Switch.disarmed();
    work.begun();
  }

  void heldUp(Instant now) {
    armed = armed.heldUp(now, nanos.getAsLong());
  }

  /// Whether it has something to look for, whoever else is gone.
  boolean looks(Instant now) {
    return isDue(now) || armed.hasGoneOff();
  }

  boolean isDue(Instant now) {
    return armed.isDue(now, nanos.getAsLong());
  }

  /// Whether a canary is out that nobody has proven to watch: an agent that has begun since may not
  /// know that the switch has gone off already, and who may not stay in is not taken back in.
  static boolean leavesOut(@Nullable DeadMan deadMan, Drift drift, Instant now) {
    return deadMan != null
        && deadMan.action() == DeadManAction.DRAIN
        && !deadMan.expiresAt().isAfter(now)
        && deadMan.nodes().contains(drift.node())
        && Causes.isOut(drift.found());
  }

  /// A reload gives the canary back what the configuration file says; while everybody else is gone
  /// nobody but the switch would take it out again. What a person does in the same process is his.
  void sees(Map<String, Snapshot> seen) {
    boolean forgotten = false;
    for (var each : seen.entrySet()) {
      ProcessSeen before = tookFrom.get(each.getKey());
      if (before != null && each.getValue().process().replaced(before)) {
        tookFrom.remove(each.getKey());
        work.forgotten(each.getKey());
        forgotten = true;
      }
    }
    if (armed.hasGoneOff() && forgotten) {
      armed = armed.again();
    }
  }

  /// Goes off. What it changed is its own doing: the peers, whether or not the canary could leave
  /// after them. One that only tells has changed nothing: the canary is still the guard's.
  void goOff(
      GuardServers guard,
      Map<String, Snapshot> seen,
      Instant now,
      Permit permit,
      Consumer<HaproxyEvent> answers,
      Causes causes)
      throws Turn.Preempted {
    DeadMan due = armed.deadMan();
    if (due == null) {
      return;
    }
    try {
      armed = work.act(armed, guard, seen, now, permit, answers);
    } finally {
      if (due.action() == DeadManAction.DRAIN) {
        seen.forEach((name, snapshot) -> tookFrom.put(name, snapshot.process()));
        causes.gaveBack(restored(due, guard), guard.head().fence());
        if (armed.hasGoneOff() || work.tookOut()) {
          causes.tookOut(due.nodes(), guard.head().fence());
        }
      }
    }
  }

  /// Those peers whose share of the requests it has taken back.
  private static List<String> restored(DeadMan deadMan, GuardServers guard) {
    List<String> changed = new ArrayList<>();
    for (GuardedServer server : guard.servers()) {
      boolean other =
          deadMan.restore().stream()
              .anyMatch(before ->
                  before.node().equals(server.node())
                      && !before.settings().equals(server.settings()));
      if (other) {
        changed.add(server.node());
      }
    }
    return changed;
  }
}
