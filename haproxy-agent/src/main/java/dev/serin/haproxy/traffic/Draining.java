package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.OnTimeout;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.json.Quantities;
import dev.serin.haproxy.rotation.DrainProgress;
import dev.serin.haproxy.rotation.Left;
import dev.serin.haproxy.rotation.Minimum;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import dev.serin.haproxy.runtime.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A drain: the server leaves rotation ([Departure]), then
/// 1. requests in flight end by themselves, in the serving process and in old workers;
/// 2. once only tunnels are left, they have their grace and are closed;
/// 3. at the deadline the server comes back and the drain has failed, or what is left is cut and
///    counted: by the service's choice, and always the latter in a rollback; where peers are lost
///    meanwhile, so that fewer than the minimum remain, a forward drain brings it back at once
///    (I2);
/// 4. once it is empty, a server whose pool pins users and has no leaving map goes into
///    maintenance: nothing else keeps those users from a node that is about to restart.
final class Draining {
  private static final Duration BETWEEN_CUTS = Duration.ofMillis(50);

  private final DrainServer command;
  private final Turn turn;
  private final List<LoadBalancer> balancers;
  private final Departure departure;
  private final Instant begun;
  private final Map<String, Snapshot> seen = new LinkedHashMap<>();
  private int sessionsCut;
  private int tunnelsClosed;

  /// @param late whether the server may be ready again by an earlier command of Serin's own
  Draining(Fleet fleet, DrainServer command, Turn turn, LateReady late) throws NotDone {
    this.command = command;
    this.turn = turn;
    this.balancers = fleet.runtimes(command.loadBalancers());
    this.departure = new Departure(balancers, command, turn, late);
    this.begun = turn.now();
  }

  HaproxyEvent run() throws NotDone, Turn.Preempted {
    departure.everywhere();
    DrainProgress progress = DrainProgress.begin(turn.now(), command.within(), command.tunnels());
    while (true) {
      Occupancy occupancy = look();
      if (command.purpose() == Purpose.FORWARD && peers() instanceof Minimum.Broken broken) {
        throw peersLost(broken);
      }
      Left left = occupancy.left();
      progress = progress.seeing(left, turn.now());
      switch (progress.next(left, turn.now())) {
        case DrainProgress.Empty() -> {
          return drained();
        }
        case DrainProgress.Wait(Duration howLong) -> turn.pause(howLong);
        case DrainProgress.CloseTunnels() -> {
          turn.check();
          tunnelsClosed += occupancy.closeTunnels();
          turn.pause(BETWEEN_CUTS);
        }
        case DrainProgress.TimeUp() -> {
          if (forces()) {
            cut();
            return drained();
          }
          throw timedOut(left);
        }
      }
    }
  }

  private boolean forces() {
    return command.purpose() == Purpose.ROLLBACK || command.onTimeout() == OnTimeout.FORCE;
  }

  /// Where a load balancer does not answer nothing is known of the peers there. A server that was
  /// in rotation nowhere before takes nothing from the pool, and gives it nothing by coming back.
  private Minimum peers() {
    return seen.size() == balancers.size() && wasInRotation()
        ? Minimum.judgePeers(command.peers(), command.pools(), command.minAvailable(), seen)
        : new Minimum.Kept();
  }

  /// As far as is known: whoever has not said what it had is taken to have been in.
  private boolean wasInRotation() {
    List<ServerSetting> before =
        command.restore().stream().filter(it -> it.server().equals(command.server())).toList();
    return before.isEmpty()
        || before.stream().anyMatch(it -> it.state() == AdminState.READY && it.weight() > 0);
  }

  private NotDone peersLost(Minimum.Broken broken) throws Turn.Preempted {
    String missed = departure.putBack();
    Failure failure = broken.failure(command.server());
    return new NotDone(
        new Failure(
            failure.reason(),
            failure.expected(),
            failure.found() + (missed == null ? "; it is back in rotation" : "; " + missed),
            failure.advice(),
            false));
  }

  private Occupancy look() throws NotDone, Turn.Preempted {
    Occupancy occupancy = new Occupancy(command.pools(), command.server());
    seen.clear();
    for (LoadBalancer balancer : balancers) {
      turn.check();
      try {
        Snapshot now = departure.hold(balancer, balancer.look(command.pools()));
        seen.put(balancer.name(), now);
        occupancy.add(balancer.current(), now);
        oldWorkers(balancer, now, occupancy);
      } catch (NotDone notDone) {
        if (!notDone.unreachable()) {
          throw notDone;
        }
        occupancy.unreachable(notDone);
      }
    }
    return occupancy;
  }

  private void oldWorkers(LoadBalancer balancer, Snapshot seen, Occupancy occupancy) {
    List<Worker> workers = balancer.oldWorkers().orElse(null);
    if (workers == null) {
      if (DrainProgress.oldWorkerMayRemain(seen.process().uptimeSeconds(), command.within())) {
        occupancy.unknown(balancer.name());
      }
      return;
    }
    for (Worker worker : workers) {
      try {
        occupancy.add(worker, worker.look(command.pools()));
      } catch (NotDone leaving) {
        // It may have ended since it was listed; if it has not, the next look finds it again.
        occupancy.unknown(worker.description());
      }
    }
  }

  private HaproxyEvent drained() throws NotDone, Turn.Preempted {
    keepPinnedUsersOut();
    return new HaproxyEvent.ServerDrained(
        command.head().answered(turn.now()),
        Duration.between(begun, turn.now()),
        sessionsCut,
        tunnelsClosed,
        departure.belowMinimum());
  }

  private void keepPinnedUsersOut() throws NotDone, Turn.Preempted {
    for (LoadBalancer balancer : balancers) {
      if (balancer.leavingMap() != null) {
        continue;
      }
      Snapshot seen = balancer.look(command.pools());
      for (String pool : command.pools()) {
        ServerView now = Settings.server(balancer, seen, pool, command.server());
        if (now.cookie() != null && now.adminState() == AdminState.DRAIN) {
          turn.check();
          balancer.setState(turn::check, pool, command.server(), AdminState.MAINT);
        }
      }
    }
  }

  /// Cuts what is left, again and again until nothing is: pinned users come anew where no leaving
  /// map turns them away.
  private void cut() throws NotDone, Turn.Preempted {
    Instant until = turn.now().plus(DrainProgress.CLOSING);
    while (true) {
      Occupancy occupancy = look();
      Left left = occupancy.left();
      if (!left.unreachable().isEmpty()) {
        throw occupancy.firstUnreachable();
      }
      if (left.requests() == 0 && left.tunnels() == 0) {
        return;
      }
      if (turn.now().isAfter(until)) {
        throw new NotDone(
            new Failure(
                Failure.Reason.TIMED_OUT,
                command.server() + " without sessions once they were cut",
                left.sentence(),
                "look at 'show sess' on the load balancer",
                true));
      }
      turn.check();
      keepPinnedUsersOut();
      occupancy.cut();
      sessionsCut += left.requests();
      tunnelsClosed += left.tunnels();
      turn.pause(BETWEEN_CUTS);
    }
  }

  private NotDone timedOut(Left left) throws Turn.Preempted {
    String missed = departure.putBack();
    return new NotDone(
        new Failure(
            Failure.Reason.TIMED_OUT,
            "no request left on "
                + command.server()
                + " within "
                + Quantities.shown(command.within()),
            left.sentence() + (missed == null ? "; it is back in rotation" : "; " + missed),
            "raise drain.within, or set drain.onTimeout to force",
            false));
  }
}
