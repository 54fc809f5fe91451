package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.Verdict;
import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.simulation.world.Instance;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The dead man's switch: a canary that nobody has proven to watch for longer than the service's
/// `after`, and [#SLACK] on top, takes no requests on any load balancer that is up and answers,
/// while a haproxy-agent lives. Of it are excused:
/// 1. an agent that is new to the work, or was frozen: it grants one period anew. One that begins
///    on the machine of the one before knows what that one had heard, though the broker is away;
/// 2. a load balancer that came back just now;
/// 3. a pool in which fewer than the minimum would remain (I2);
/// 4. a release that is on every node, or whose group has taken over: it only alerts;
/// 5. as much time as a clock has been wrong;
/// 6. a canary that somebody has changed there since the switch was due: it is theirs.
public final class LeavesUnwatched implements Invariant {
  /// The phases in which the switch must be armed, whatever the coordinator says. In all others it
  /// counts from what the newest guard says, if that arms it: to demand more, add the phase here.
  private static final Set<RolloutPhase> WATCHED = Set.of(RolloutPhase.ANALYSING);

  /// The first slot is due 10 s after its window began, a record takes up to 9 s to its reader, and
  /// a load balancer that does not answer holds up the looks at the others.
  private static final Duration SLACK = Duration.ofSeconds(40);

  /// How long a record may take to its reader.
  private static final Duration LAG = Duration.ofSeconds(10);

  /// What the service says.
  ///
  /// @param after how long a canary may take traffic unwatched
  /// @param drains whether it leaves then, rather than somebody is told
  public record Wanted(List<String> canaries, Duration after, boolean drains) {
    public Wanted {
      canaries = List.copyOf(canaries);
    }
  }

  private final Truth truth;
  private final Wanted wanted;
  private final Circumstances circumstances;

  /// Since when each load balancer could be talked to without a break.
  private final Map<String, Instant> withinReach = new HashMap<>();

  private @Nullable DeadMan word;
  private Instant armedAt = Instant.MIN;
  private String underWay = "";
  private Instant begunAt = Instant.MIN;
  private Instant provenAt = Instant.MIN;
  private @Nullable Instant brokerLeftAt;
  private @Nullable VirtualProcess guardian;
  private @Nullable VirtualProcess ready;

  /// Where an agent that had heard everything was, and until when.
  private String machine = "";

  private Instant heardUntil = Instant.MIN;

  /// When the agent that has the work had read what there is to do.
  private Instant readyAt = Instant.MIN;

  private int holdUps;
  private Instant guardedSince = Instant.MAX;
  private Instant tooFewAt = Instant.MIN;

  LeavesUnwatched(Truth truth, Wanted wanted, Circumstances circumstances) {
    this.truth = truth;
    this.wanted = wanted;
    this.circumstances = circumstances;
  }

  @Override
  public String name() {
    return "dead-man";
  }

  @Override
  public void commanded(AgentCommand command) {
    if (command instanceof GuardServers guard) {
      DeadMan next = guard.deadMan();
      if (next != null && (word == null || isMore(next, word))) {
        armedAt = truth.loop().now();
      }
      word = next;
    } else if (command instanceof StopGuardingServers) {
      word = null;
    }
  }

  /// Whether it takes out whom the one before would have left.
  private static boolean isMore(DeadMan next, DeadMan before) {
    return next.action() != before.action() || !before.nodes().containsAll(next.nodes());
  }

  @Override
  public void answered(AgentEvent event) {
    RolloutState active = truth.active();
    if (event instanceof SlotProbed probed
        && probed.verdict() != Verdict.FAIL
        && active != null
        && active.rolloutId().equals(probed.head().rolloutId())) {
      provenAt = truth.loop().now();
    }
  }

  @Override
  public void reached(RolloutState state) {
    RolloutState active = truth.active();
    String next =
        active == null
            ? ""
            : active.phase()
                + active.steps().stream()
                    .filter(step -> step.status() == StepStatus.RUNNING)
                    .map(step -> step.name() + step.startedAt())
                    .collect(Collectors.joining());
    if (!next.equals(underWay)) {
      underWay = next;
      begunAt = truth.loop().now();
    }
  }

  @Override
  public void passed() {
    Instant now = truth.loop().now();
    look(now);
    Instant until = unprovenFrom();
    if (until == null || guardian == null) {
      return;
    }
    Instant excused =
        latest(latest(until, guardedSince.plus(wanted.after())), latest(tooFewAt, readyAt));
    Duration slack = SLACK.plus(circumstances.clocksApart().multipliedBy(2));
    if (!excused.plus(slack).isBefore(now)) {
      return;
    }
    for (VirtualHaproxy haproxy : truth.world().haproxies().values()) {
      Instant since = withinReach.getOrDefault(haproxy.name(), Instant.MAX);
      if (since.isBefore(now.minus(slack))) {
        watched().forEach(canary -> check(haproxy, canary, until));
      }
    }
  }

  private void check(VirtualHaproxy haproxy, String canary, Instant until) {
    VirtualServer server = haproxy.servers().get(canary);
    if (server != null
        && server.inRotation()
        && !truth.wasChangedByHandSince(haproxy.name() + "/" + canary, until)) {
      throw broken(
          canary
              + " still takes requests on "
              + haproxy.name()
              + " though nobody has proven to watch it, and the switch was due at "
              + until);
    }
  }

  /// Notes what excuses.
  private void look(Instant now) {
    if (!circumstances.isBrokerAway()) {
      brokerLeftAt = null;
    } else if (brokerLeftAt == null) {
      brokerLeftAt = now;
    }
    VirtualProcess there = circumstances.guardian();
    if (there != null) {
      if (!there.equals(ready)) {
        readyAt = now;
      }
      machine = machine(there);
      heardUntil = now;
    } else {
      VirtualProcess begins = circumstances.beginner();
      there = begins != null && machine(begins).equals(machine) ? begins : null;
    }
    if (there == null || !there.equals(guardian) || there.holdUps() != holdUps) {
      guardedSince = now;
    }
    ready = circumstances.guardian();
    guardian = there;
    holdUps = there == null ? 0 : there.holdUps();
    for (VirtualHaproxy haproxy : truth.world().haproxies().values()) {
      if (haproxy.isDown() || circumstances.isOutOfReach(haproxy.name())) {
        withinReach.remove(haproxy.name());
      } else {
        withinReach.putIfAbsent(haproxy.name(), now);
        if (peersIn(haproxy) < truth.minAvailable()) {
          tooFewAt = now;
        }
      }
    }
  }

  /// A process's name is its machine's, and its incarnation.
  private static String machine(VirtualProcess process) {
    return process.name().substring(0, process.name().indexOf('#'));
  }

  private long peersIn(VirtualHaproxy haproxy) {
    return haproxy.servers().values().stream()
        .filter(server -> !canaries().contains(server.name()) && server.inRotation())
        .count();
  }

  /// Of two groups that one which comes.
  private List<String> canaries() {
    RolloutState active = truth.active();
    Truth.Sides sides = active == null ? null : truth.sides(active.rolloutId());
    return sides == null ? wanted.canaries() : sides.comes();
  }

  /// When the switch is due; never where it need not be armed, or only tells.
  private @Nullable Instant unprovenFrom() {
    RolloutState active = truth.active();
    if (active == null || !wanted.drains()) {
      return null;
    }
    if (!WATCHED.contains(active.phase())) {
      DeadMan armed = word;
      return armed == null
              || armed.action() != DeadManAction.DRAIN
              || isUnheard(latest(begunAt, armed.expiresAt().minus(armed.period())))
          ? null
          : latest(armed.expiresAt(), armedAt);
    }
    boolean watchesOnly = active.strategy().equals("analysis-only");
    return watchesOnly || isOnEveryNode(active) || isUnheard(begunAt)
        ? null
        : latest(begunAt, provenAt).plus(wanted.after());
  }

  /// A rollback names those that still have what it is to take from them.
  private List<String> watched() {
    RolloutState active = truth.active();
    DeadMan armed = word;
    return active == null || armed == null || WATCHED.contains(active.phase())
        ? canaries()
        : armed.nodes();
  }

  /// Whether the broker left before its readers can have heard of something, or the agent ended
  /// before and none has heard anything since.
  private boolean isUnheard(Instant said) {
    return (brokerLeftAt != null && said.plus(LAG).isAfter(brokerLeftAt))
        || (circumstances.guardian() == null && said.plus(LAG).isAfter(heardUntil));
  }

  private boolean isOnEveryNode(RolloutState active) {
    Truth.Sides sides = truth.sides(active.rolloutId());
    if (sides != null) {
      return active.steps().stream()
          .filter(step -> step.name().equals("drain") && sides.leaves().contains(step.node()))
          .noneMatch(step -> step.status() == StepStatus.PENDING);
    }
    List<StepView> restarts =
        active.steps().stream().filter(step -> step.name().equals("restart")).toList();
    boolean allStarted =
        restarts.stream()
            .noneMatch(
                step -> step.status() == StepStatus.PENDING || step.status() == StepStatus.RUNNING);
    // Who copies a binary by hand makes it look so.
    boolean oneBinary =
        truth.world().instances().values().stream().map(Instance::installed).distinct().count()
            == 1;
    boolean byHand =
        truth.world().instances().keySet().stream()
            .flatMap(node -> truth.touches().getOrDefault(node, List.of()).stream())
            .anyMatch(touch -> touch.what().equals("binary by hand"));
    return allStarted || oneBinary || byHand;
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
