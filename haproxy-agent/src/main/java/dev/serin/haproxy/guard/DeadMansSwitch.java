package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.haproxy.hint.Hint;
import dev.serin.haproxy.hint.WentOff;
import dev.serin.haproxy.hint.WentOff.OneProcess;
import dev.serin.haproxy.runtime.Permit;
import dev.serin.haproxy.runtime.ProcessSeen;
import dev.serin.haproxy.runtime.Snapshot;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private final Keeps keeps;

  /// What it has done since it was armed, also in the agent's last life.
  private @Nullable WentOff wentOff;

  /// The load balancers that it did something on in the last life and that have not answered since.
  private final Set<String> unseen = new HashSet<>();

  /// Keeps what it has done for the agent's next life.
  @FunctionalInterface
  interface Keeps {
    void wentOff(GuardServers guard, WentOff done);
  }

  /// @param agentStartedAt when this agent began to guard anything
  /// @param nanos as of [dev.serin.contracts.agent.Alarms#nanos()]
  DeadMansSwitch(Fleet fleet, Instant agentStartedAt, LongSupplier nanos, Keeps keeps) {
    this.work = new DeadMansWork(fleet);
    this.agentStartedAt = agentStartedAt;
    this.nanos = nanos;
    this.keeps = keeps;
  }

  /// It is armed by what the agent's last life has kept, and may have gone off in it: what it did
  /// is its doing, and is done again only where another process answers.
  void takenUp(Hint hint, Instant now, Causes causes) {
    guarded(hint.guard(), now);
    WentOff before = hint.wentOff();
    DeadMan due = armed.deadMan();
    if (before != null && due != null) {
      wentOff = before;
      unseen.addAll(before.processes().keySet());
      did(hint.guard(), due, !before.left().isEmpty(), causes);
    }
  }

  /// What it has done since it was armed; none where that is nothing.
  @Nullable WentOff wentOff() {
    return wentOff;
  }

  void guarded(GuardServers guard, Instant now) {
    DeadMan next = guard.deadMan();
    if (next != null && wentOff != null && isOutlived(next, wentOff, now)) {
      armed = armed.unproven(next);
      return;
    }
    Switch before = armed;
    armed = before.after(next, guard.head().sentAt(), agentStartedAt, now, nanos.getAsLong());
    if (!armed.goesOffAt().equals(before.goesOffAt())
        || (next != null && next.expiresAt().isAfter(now) && !before.isOf(next))) {
      begun();
    }
  }

  /// Whether the guard's proof had run out when the same was done: nobody has watched since. One
  /// that has not run out yet is a new one, whatever the clock said when it went off.
  private boolean isOutlived(DeadMan next, WentOff done, Instant now) {
    DeadMan before = armed.deadMan();
    return before != null
        && !next.expiresAt().isAfter(now)
        && !next.expiresAt().isAfter(done.at())
        && next.nodes().equals(before.nodes())
        && next.action() == before.action()
        && next.restore().equals(before.restore());
  }

  private void begun() {
    wentOff = null;
    unseen.clear();
    work.begun();
  }

  void disarm() {
    armed = Switch.disarmed();
    begun();
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
  void sees(Map<String, Snapshot> seen, Instant now) {
    seen.forEach((name, snapshot) -> {
      if (unseen.remove(name)) {
        seesAgain(name, snapshot.process(), now);
      }
    });
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

  private void seesAgain(String name, ProcessSeen process, Instant now) {
    OneProcess then = wentOff == null ? null : wentOff.processes().get(name);
    if (wentOff != null && then != null && then.is(OneProcess.of(process, now))) {
      work.did(name, wentOff);
      tookFrom.put(name, process);
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
        did(guard, due, armed.hasGoneOff() || work.tookOut(), causes);
        keep(guard, seen, now);
      }
    }
  }

  private static void did(GuardServers guard, DeadMan due, boolean tookOut, Causes causes) {
    causes.gaveBack(restored(due, guard), guard.head().fence());
    if (tookOut) {
      causes.tookOut(due.nodes(), guard.head().fence());
    }
  }

  /// It tries again each second where something stands against it; what is no news is not kept
  /// again.
  private void keep(GuardServers guard, Map<String, Snapshot> seen, Instant now) {
    Map<String, OneProcess> processes =
        wentOff == null ? new HashMap<>() : new HashMap<>(wentOff.processes());
    seen.forEach((name, snapshot) -> processes.put(name, OneProcess.of(snapshot.process(), now)));
    work.done(now, processes)
        .filter(done -> wentOff == null || !wentOff.says(done))
        .ifPresent(done -> {
          wentOff = done;
          keeps.wentOff(guard, done);
        });
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
