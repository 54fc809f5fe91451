package dev.serin.simulation.invariant;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.simulation.world.Unit;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the fleet was like when each rollout began.
final class Snapshots {
  /// A server as one load balancer has it.
  record Line(AdminState state, int weight, boolean leaving) {
    static Line of(VirtualHaproxy haproxy, VirtualServer server) {
      return new Line(server.state(), server.weight(), haproxy.isLeaving(server.name()));
    }

    /// Whether it is as before; what had been leaving need not be.
    boolean isAs(Line before) {
      return state == before.state && weight == before.weight && (!leaving || before.leaving);
    }

    boolean isIn() {
      return state == AdminState.READY && weight > 0;
    }
  }

  /// @param digests the installed binary of each node
  /// @param running the binary that each node's process was started from
  /// @param lines by load balancer and server, such as `haproxy-1/n1`
  record Fleet(
      Instant at,
      Map<String, String> digests,
      Map<String, String> running,
      Map<String, Line> lines) {}

  private final Truth truth;
  private final Map<String, Fleet> atStart = new HashMap<>();

  Snapshots(Truth truth) {
    this.truth = truth;
  }

  void published(RolloutEvent event) {
    if (event instanceof RolloutEvent.RolloutStarted) {
      atStart.put(event.head().rolloutId(), now());
    }
  }

  /// None for a rollout that never started.
  @Nullable Fleet atStart(String rolloutId) {
    return atStart.get(rolloutId);
  }

  Fleet now() {
    Map<String, String> digests = new HashMap<>();
    Map<String, String> running = new HashMap<>();
    truth
        .world()
        .instances()
        .forEach((name, instance) -> {
          digests.put(name, instance.installed());
          Unit.Life life = instance.unit().life();
          running.put(name, life == null ? "" : life.sha256());
        });
    Map<String, Line> lines = new HashMap<>();
    for (VirtualHaproxy haproxy : truth.world().haproxies().values()) {
      for (VirtualServer server : haproxy.servers().values()) {
        lines.put(haproxy.name() + "/" + server.name(), Line.of(haproxy, server));
      }
    }
    return new Fleet(truth.loop().now(), digests, running, lines);
  }

  /// A server that was in rotation and is not as it was.
  ///
  /// @param name by load balancer and server
  /// @param is none where it is gone
  record Left(String name, Line was, @Nullable Line is) {
    String node() {
      return name.substring(name.indexOf('/') + 1);
    }
  }

  /// What is left otherwise than before, by Serin's own doing.
  List<Left> left(Fleet before) {
    Map<String, Line> lines = now().lines();
    List<Left> left = new ArrayList<>();
    before
        .lines()
        .forEach((name, was) -> {
          Line is = lines.get(name);
          boolean same = is != null && is.isAs(was);
          if (was.isIn() && !same && isSerins(name, before.at())) {
            left.add(new Left(name, was, is));
          }
        });
    return left;
  }

  /// Whether what one load balancer has of a server is Serin's doing: nobody else touched it since,
  /// and no reload is so young that nobody can have seen it.
  private boolean isSerins(String line, Instant since) {
    String haproxy = line.substring(0, line.indexOf('/'));
    return !truth.wasTouchedSince(line, since) && !truth.wasTouchedLately(haproxy);
  }
}
