package dev.serin.haproxy.traffic;

import dev.serin.haproxy.rotation.Left;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import dev.serin.haproxy.runtime.Worker;
import java.util.ArrayList;
import java.util.List;

/// What is on one server at one look, in every process of every load balancer.
final class Occupancy {
  private final List<String> pools;
  private final String server;
  private final List<Busy> busy = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();
  private final List<NotDone> unreachable = new ArrayList<>();
  private int requests;
  private int tunnels;

  private record Busy(Worker worker, String pool, int requests, List<String> tunnels) {
    @Override
    public String toString() {
      return worker.description() + ": " + requests + " and " + tunnels.size();
    }
  }

  Occupancy(List<String> pools, String server) {
    this.pools = pools;
    this.server = server;
  }

  /// Counts what this process has on the server. An old worker of another configuration may not
  /// know it.
  void add(Worker worker, Snapshot seen) throws NotDone {
    for (String pool : pools) {
      ServerView view = seen.server(pool, server).orElse(null);
      if (view == null || view.idle()) {
        continue;
      }
      if (view.sessions() == 0) {
        add(new Busy(worker, pool, view.queued() + view.busyConnections(), List.of()));
        continue;
      }
      Worker.Load load = worker.load(pool, server);
      // What is in one answer and not in the other has come or gone in between: look again.
      int missed = Math.max(0, view.sessions() - load.requests() - load.tunnels().size());
      add(new Busy(worker, pool, load.requests() + missed + view.queued(), load.tunnels()));
    }
  }

  private void add(Busy one) {
    busy.add(one);
    requests += one.requests();
    tunnels += one.tunnels().size();
  }

  void unknown(String where) {
    unknown.add(where);
  }

  void unreachable(NotDone notDone) {
    unreachable.add(notDone);
  }

  NotDone firstUnreachable() {
    return unreachable.getFirst();
  }

  Left left() {
    return new Left(
        requests,
        tunnels,
        unknown,
        unreachable.stream().map(one -> one.failure().found()).toList(),
        busy.stream().map(Busy::toString).toList());
  }

  /// @return how many were closed
  int closeTunnels() throws NotDone {
    int closed = 0;
    for (Busy one : busy) {
      closed += one.worker().closeTunnels(one.tunnels());
    }
    return closed;
  }

  void cut() throws NotDone {
    for (Busy one : busy) {
      one.worker().shutAll(one.pool(), server);
    }
  }
}
