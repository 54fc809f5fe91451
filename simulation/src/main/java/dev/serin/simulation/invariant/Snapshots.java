package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyEvent;
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
import java.util.function.BiFunction;
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
  /// @param sided whether it is known which of two groups stands by
  record Fleet(
      Instant at,
      Map<String, String> digests,
      Map<String, String> running,
      Map<String, Line> lines,
      boolean sided) {}

  private final Truth truth;
  private final Circumstances circumstances;
  private final Map<String, Fleet> atStart = new HashMap<>();
  private final Map<String, Fleet> whenChecked = new HashMap<>();

  Snapshots(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.circumstances = circumstances;
  }

  /// What a load balancer forgets after preflight has looked at it is put back; what it had
  /// forgotten before is not.
  void answered(AgentEvent event) {
    if (event instanceof HaproxyEvent.PoolChecked) {
      whenChecked.putIfAbsent(event.head().rolloutId(), now(true));
    }
  }

  void published(RolloutEvent event) {
    String rollout = event.head().rolloutId();
    if (event instanceof RolloutEvent.RolloutStarted) {
      whenChecked.remove(rollout);
      atStart.put(rollout, now());
    } else if (event instanceof RolloutEvent.PreflightPassed passed
        && passed.plan() != null
        && passed.plan().overlap() != null) {
      // Of two groups nobody looks after the one that stands by before preflight has found it.
      atStart.put(rollout, whenChecked.getOrDefault(rollout, now(true)));
    }
  }

  /// None for a rollout that never started.
  @Nullable Fleet atStart(String rolloutId) {
    return atStart.get(rolloutId);
  }

  Fleet now() {
    return now(false);
  }

  private Fleet now(boolean sided) {
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
    return new Fleet(truth.loop().now(), digests, running, lines, sided);
  }

  /// A server that is not as it is to be.
  ///
  /// @param name by load balancer and server
  /// @param was what it is to have
  /// @param is none where it is gone
  record Left(String name, Line was, @Nullable Line is) {
    String node() {
      return name.substring(name.indexOf('/') + 1);
    }
  }

  /// What is left otherwise than before, by Serin's own doing.
  List<Left> left(Fleet before) {
    return left(before, (node, was) -> was);
  }

  /// What is left otherwise than a rollout that has exchanged two groups leaves it.
  List<Left> left(Fleet before, Truth.Sides sides) {
    return left(
        before,
        (node, was) ->
            new Line(
                sides.leaves().contains(node) ? AdminState.MAINT : AdminState.READY,
                was.weight(),
                false));
  }

  /// @param to what a node's line is to be, by what it was; looked at where that one was in
  ///   rotation, or stood by
  private List<Left> left(Fleet before, BiFunction<String, Line, Line> to) {
    Map<String, Line> lines = now().lines();
    List<Left> left = new ArrayList<>();
    before
        .lines()
        .forEach((name, was) -> {
          Line is = lines.get(name);
          Line wanted = to.apply(name.substring(name.indexOf('/') + 1), was);
          boolean stoodBy = before.sided() && was.state() == AdminState.MAINT;
          boolean same = is != null && is.isAs(wanted);
          boolean forgotten = wanted.state() == AdminState.MAINT && isOutOfReach(name);
          if ((was.isIn() || stoodBy) && !same && !forgotten && isSerins(name, before.at())) {
            left.add(new Left(name, wanted, is));
          }
        });
    return left;
  }

  /// Whether its load balancer can't be told just now what it may have forgotten. Forgotten
  /// maintenance is the one thing that leaves a server in rotation.
  private boolean isOutOfReach(String line) {
    VirtualHaproxy haproxy = truth.world().haproxies().get(line.substring(0, line.indexOf('/')));
    return haproxy != null && (haproxy.isDown() || circumstances.isOutOfReach(haproxy.name()));
  }

  /// Whether what one load balancer has of a server is Serin's doing: nobody else touched it since,
  /// and no reload is so young that nobody can have seen it.
  private boolean isSerins(String line, Instant since) {
    String haproxy = line.substring(0, line.indexOf('/'));
    return !truth.wasTouchedSince(line, since) && !truth.wasTouchedLately(haproxy);
  }
}
