package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// I10, on a load balancer: what an agent writes that was frozen, and whose work another has by
/// then, is seen and put right within 5 s, by whoever has the work.
///
/// Nobody has to where a step for the same node is under way: it says itself what the node is to
/// be. Nor where the rollout is paused, over, or not yet at work, where a load balancer was touched
/// by somebody else of late, or can't be talked to; and the time begins anew for an agent that is
/// new to the work, and while the broker is away: then nobody knows whose work it is.
final class StaleWritesArePutRight implements Invariant {
  /// I10's own limit.
  private static final Duration WITHIN = Duration.ofSeconds(5);

  private static final Duration OF_LATE = Duration.ofSeconds(12);

  private static final Set<RolloutPhase> AT_WORK =
      EnumSet.of(RolloutPhase.ROLLING, RolloutPhase.ANALYSING, RolloutPhase.ROLLING_BACK);

  private record Stale(String by, Snapshots.Line was, Snapshots.Line is, Instant since) {
    Stale from(Instant later) {
      return new Stale(by, was, is, later);
    }
  }

  private final Truth truth;
  private final Circumstances circumstances;
  private final Map<String, Snapshots.Line> known = new HashMap<>();
  private final Map<String, Stale> stale = new HashMap<>();
  private String guardian = "";

  StaleWritesArePutRight(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.circumstances = circumstances;
  }

  @Override
  public String name() {
    return "I10";
  }

  @Override
  public void inHaproxy(VirtualHaproxy haproxy, VirtualServer server, String by, String command) {
    String line = haproxy.name() + "/" + server.name();
    Snapshots.Line is = Snapshots.Line.of(haproxy, server);
    Snapshots.Line before = known.put(line, is);
    VirtualProcess working = circumstances.guardian();
    boolean late = by.startsWith("haproxy-agent") && working != null && !working.name().equals(by);
    if (late && before != null && !before.equals(is)) {
      stale.putIfAbsent(line, new Stale(by, before, is, truth.loop().now()));
    } else if (!late) {
      stale.remove(line);
    }
  }

  @Override
  public void passed() {
    Instant now = truth.loop().now();
    VirtualProcess working = circumstances.guardian();
    String at = working == null ? "" : working.name() + working.holdUps();
    boolean same = !at.isEmpty() && at.equals(guardian);
    guardian = at;
    for (VirtualHaproxy haproxy : truth.world().haproxies().values()) {
      boolean reached =
          same
              && !circumstances.isBrokerAway()
              && !haproxy.isDown()
              && !circumstances.isOutOfReach(haproxy.name());
      for (VirtualServer server : haproxy.servers().values()) {
        String line = haproxy.name() + "/" + server.name();
        Snapshots.Line is = Snapshots.Line.of(haproxy, server);
        known.put(line, is);
        stale.computeIfPresent(
            line,
            (name, wrote) -> {
              if (!wrote.is().equals(is) || isNobodys(haproxy, server, wrote)) {
                return null;
              }
              return reached ? wrote : wrote.from(now);
            });
        judge(line, now);
      }
    }
  }

  private void judge(String line, Instant now) {
    Stale wrote = stale.get(line);
    if (wrote != null && wrote.since().plus(WITHIN).isBefore(now)) {
      throw broken(
          line
              + " is "
              + wrote.is()
              + " since "
              + wrote.by()
              + " wrote that when it went on, at "
              + wrote.since()
              + "; before, it was "
              + wrote.was());
    }
  }

  private boolean isNobodys(VirtualHaproxy haproxy, VirtualServer server, Stale wrote) {
    RolloutState active = truth.active();
    if (active == null || !AT_WORK.contains(active.phase())) {
      return true;
    }
    boolean inWork =
        active.steps().stream()
            .anyMatch(step ->
                step.status() == StepStatus.RUNNING
                    && (server.name().equals(step.node()) || step.name().equals("shift")));
    Instant lately = wrote.since().minus(OF_LATE);
    return inWork
        || truth.wasTouchedSince(haproxy.name() + "/" + server.name(), lately)
        || truth.touches().getOrDefault(haproxy.name(), List.of()).stream()
            .anyMatch(touch -> !touch.what().equals("stale") && !touch.at().isBefore(lately));
  }
}
