package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.SilentLoadBalancer;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.hint.Hint;
import dev.serin.haproxy.hint.WentOff;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ProcessSeen;
import dev.serin.haproxy.runtime.Snapshot;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks after one service's servers:
/// 1. another process than last time has forgotten what it was told: it is told again, whatever
///    else was changed there;
/// 2. in the same process somebody else has changed it: that is told once, and left alone;
/// 3. what is Serin's own doing is put back ([Causes]);
/// 4. a node that a newer command is about is left to that command;
/// 5. the dead man's switch goes off when it is due.
///
/// Where the broker does not answer, another may have this one's work, and what differs may be that
/// one's doing: then only what a process has forgotten is put back, until the guard's time is over,
/// and the switch goes on.
///
/// Where the broker answers and nobody renews the guard, the coordinator is away and nobody else
/// has the work: it goes on, but leaves to a person what a person has changed meanwhile, even after
/// a reload.
///
/// One tick, one look at every load balancer.
final class Guard {
  /// How often traffic is told of when nothing changes.
  private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);

  /// For how long after a rollout a late command of its own is put back.
  private static final Duration LINGERS = Duration.ofMinutes(1);

  /// For how long after a rollout it tries to take back in what its switch took out. Then it is for
  /// a person: the next preflight says so.
  private static final Duration RETURNS = Duration.ofHours(1);

  /// Knows which commands of Serin's for a server may come only now.
  @FunctionalInterface
  interface OfLate {
    /// @param named what the guard names as asked of it earlier in its rollout
    List<ServerSetting> of(ServerSetting asked, String node, List<ServerSetting> named);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Fleet fleet;
  private final IntSupplier holdUps;
  private final Lease lease;
  private int heldIn;
  private int holdUpsBefore;
  private boolean outOfDate;
  private final Map<String, Long> commanded = new HashMap<>();
  private final Map<String, ProcessSeen> processes = new HashMap<>();

  private final Causes causes = new Causes();
  private final OfLate ofLate;

  /// What hands have changed on a load balancer, so that it is told once.
  private final Map<String, List<Drift>> told = new HashMap<>();

  /// What a person has changed since the guard's time was over, by its key as of [Causes].
  private final Set<String> handled = new HashSet<>();

  private final Map<String, Refused> refused = new HashMap<>();

  private final Shares shares = new Shares();
  private final Reach reach = new Reach();

  /// What was asked of each load balancer when it last answered.
  private final Map<String, Missed.Asked> asked = new HashMap<>();

  private final DeadMansSwitch deadMan;
  private GuardServers newest;
  private Consumer<HaproxyEvent> answers;

  private Set<String> rotation = Set.of();
  private Instant reportAt = Instant.MIN;
  private boolean hinted;
  private boolean stopped;
  private Instant lingersUntil = Instant.MIN;
  private Instant returnsUntil = Instant.MAX;

  Guard(
      Fleet fleet,
      IntSupplier holdUps,
      Lease lease,
      DeadMansSwitch deadMan,
      OfLate ofLate,
      GuardServers first,
      Consumer<HaproxyEvent> answers) {
    this.fleet = fleet;
    this.holdUps = holdUps;
    this.lease = lease;
    this.ofLate = ofLate;
    this.newest = first;
    this.answers = answers;
    this.deadMan = deadMan;
  }

  /// It is known from this agent's last life alone. Its switch is armed; everything else waits for
  /// the log.
  void hinted(Hint hint, Instant now) {
    lock.lock();
    try {
      hinted = true;
      holdUpsBefore = holdUps.getAsInt();
      heldIn = lease.term();
      deadMan.takenUp(hint, now, causes);
    } finally {
      lock.unlock();
    }
  }

  /// Whether the log has not said yet that it stands, or is over.
  boolean isHinted() {
    lock.lock();
    try {
      return hinted;
    } finally {
      lock.unlock();
    }
  }

  /// What its switch has done since it was armed, in this life or the last; none where that is
  /// nothing.
  @Nullable WentOff wentOff() {
    lock.lock();
    try {
      return deadMan.wentOff();
    } finally {
      lock.unlock();
    }
  }

  /// What the hint's switch has done stays its doing; what was asked meanwhile nobody knows.
  private void confirmed() {
    if (hinted) {
      hinted = false;
      asked.clear();
    }
  }

  /// Takes a renewal; an older one changes nothing.
  ///
  /// @param alone whether no other instance of the agent was at work in this rollout before
  void renew(GuardServers next, Consumer<HaproxyEvent> to, Instant now, boolean alone) {
    lock.lock();
    try {
      if (next.head().fence() < newest.head().fence()) {
        return;
      }
      confirmed();
      if (stopped || !next.head().rolloutId().equals(newest.head().rolloutId())) {
        told.clear();
        refused.clear();
        reach.begun();
        asked.clear();
        stopped = false;
        returnsUntil = Instant.MAX;
        deadMan.disarm();
        causes.begun();
      }
      newest = next;
      answers = to;
      holdUpsBefore = holdUps.getAsInt();
      heldIn = lease.termOfOrders();
      outOfDate = false;
      handled.clear();
      deadMan.guarded(next, now);
      causes.renewed(next, alone, now);
    } finally {
      lock.unlock();
    }
  }

  /// A command for a node has come: what it does is its own until a newer guard says what is asked.
  void commanded(String node, long fence) {
    lock.lock();
    try {
      commanded.merge(node, fence, Math::max);
      causes.commanded(node, fence);
    } finally {
      lock.unlock();
    }
  }

  /// A command of another service's is about a node that both have: who only sees to what comes
  /// late leaves it to that one. A guard that stands takes it for somebody else's hand.
  void commandedByAnother(String node, long fence) {
    lock.lock();
    try {
      if (stopped) {
        commanded(node, fence);
      }
    } finally {
      lock.unlock();
    }
  }

  /// A command for the node was left unanswered.
  void unanswered(String node, Instant now) {
    lock.lock();
    try {
      causes.unanswered(node, now);
    } finally {
      lock.unlock();
    }
  }

  /// A command of the guarded rollout has put right what came late.
  void mendedLate(String rolloutId, List<Drift> drifts, Instant now) {
    lock.lock();
    try {
      if (!stopped && newest.head().rolloutId().equals(rolloutId)) {
        answers.accept(
            new HaproxyEvent.DriftMended(newest.head().answered(now), DriftCause.LATE, drifts));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Ends it. What its switch took out comes back, and what comes late is put back for a while
  /// longer. For a person who takes over it just ends.
  ///
  /// @param at when the rollout was over; what a hint's switch took out afterwards counts from now
  void stop(StopGuardingServers stop, Instant at, Instant now) {
    lock.lock();
    try {
      if (stop.head().fence() < newest.head().fence()) {
        return;
      }
      Instant since = hinted ? now : at;
      confirmed();
      if (stop.handsOff()) {
        release();
      } else {
        stopped = true;
        lingersUntil = at.plus(LINGERS);
        returnsUntil = since.plus(RETURNS);
        deadMan.disarm();
        if (!stop.servers().isEmpty()) {
          newest =
              new GuardServers(
                  stop.head(), stop.servers(), newest.leaseUntil(), null, newest.weighed());
        }
        causes.ended(newest.servers());
      }
    } finally {
      lock.unlock();
    }
  }

  /// It does nothing any more.
  void release() {
    lock.lock();
    try {
      stopped = true;
      lingersUntil = Instant.MIN;
      deadMan.disarm();
      causes.begun();
    } finally {
      lock.unlock();
    }
  }

  void tick(Instant now) {
    lock.lock();
    try {
      noticeHoldUp(now);
      boolean guarding = !hinted && !stopped && !outOfDate && (isRenewed(now) || isHeld());
      boolean tidying =
          !hinted
              && !outOfDate
              && isHeld()
              && ((causes.anyReturning() && now.isBefore(returnsUntil))
                  || (stopped && now.isBefore(lingersUntil) && causes.mayBeLate(now)));
      if (!guarding && !tidying && !deadMan.looks(now)) {
        return;
      }
      Map<String, Snapshot> seen = new LinkedHashMap<>();
      reach.keep(loadBalancers());
      for (String name : loadBalancers()) {
        look(name).ifPresent(snapshot -> seen.put(name, snapshot));
      }
      deadMan.sees(seen, now);
      if (deadMan.isDue(now) && !isHeldUp()) {
        deadMan.goOff(newest, seen, now, this::checkHoldUp, answers, causes);
      }
      if (guarding || tidying) {
        seen.forEach((name, snapshot) -> reconcile(name, snapshot, now));
      }
      if (guarding && isRenewed(now) && isHeld()) {
        report(seen, now);
      }
    } catch (Turn.Preempted heldUp) {
      // What was begun is seen to once a renewal says that the work is still this one's.
    } finally {
      lock.unlock();
    }
  }

  private boolean isRenewed(Instant now) {
    return now.isBefore(newest.leaseUntil());
  }

  private Set<String> loadBalancers() {
    Set<String> names = new TreeSet<>();
    newest
        .servers()
        .forEach(server -> server.settings().forEach(it -> names.add(it.loadBalancer())));
    return names;
  }

  /// None when it can't be talked to: it is looked at again a second later.
  private Optional<Snapshot> look(String name) {
    try {
      Set<String> pools = new TreeSet<>();
      newest
          .servers()
          .forEach(server -> server.settings().forEach(setting -> pools.add(setting.pool())));
      Snapshot seen = fleet.runtime(name).look(pools);
      Missed.Asked now = Missed.asked(newest, name, commanded);
      if (reach.answers(name) && !stopped) {
        Missed.between(asked.get(name), now).forEach(causes::missed);
      }
      asked.put(name, now);
      return Optional.of(seen);
    } catch (NotDone unreachable) {
      reach.fails(name, unreachable.failure());
      return Optional.empty();
    }
  }

  private void reconcile(String name, Snapshot seen, Instant now) {
    try {
      LoadBalancer balancer = fleet.runtime(name);
      Optional<Set<String>> leaving =
          balancer.leavingMap() == null ? Optional.empty() : balancer.leaving();
      List<GuardedServer> guarded = guarded();
      List<Drift> drifts = Drifts.of(name, guarded, seen, leaving, newest.weighed());
      ProcessSeen earlier = processes.put(name, seen.process());
      boolean anew =
          earlier == null
              ? Drifts.toldNothing(name, newest.servers(), seen, leaving, newest.weighed())
              : seen.process().replaced(earlier);
      if (anew && !stopped) {
        causes.forgot(settings(newest.servers(), name));
      }
      for (GuardedServer server : guarded) {
        server.settings().stream()
            .filter(setting -> setting.loadBalancer().equals(name))
            .filter(setting -> drifts.stream().noneMatch(it -> it.asked().equals(setting)))
            .forEach(setting -> causes.isAsAsked(server.node(), setting));
      }
      Map<Optional<DriftCause>, List<Drift>> byCause =
          drifts.stream()
              .filter(drift -> !handled.contains(Causes.key(drift.asked())))
              .filter(drift -> !DeadMansSwitch.leavesOut(newest.deadMan(), drift, now))
              .collect(
                  Collectors.groupingBy(
                      drift -> Optional.ofNullable(causes.of(drift, earlier(drift), now))));
      boolean held = isHeld();
      if (!stopped && held) {
        List<Drift> byHand = byCause.getOrDefault(Optional.<DriftCause>empty(), List.of());
        tellOfHands(name, byHand, now);
        if (!isRenewed(now)) {
          byHand.forEach(drift -> handled.add(Causes.key(drift.asked())));
        }
      }
      for (DriftCause cause : DriftCause.values()) {
        List<Drift> ours = byCause.get(Optional.of(cause));
        Refused before = refused.get(name + cause);
        if (ours == null) {
          refused.remove(name + cause);
        } else if ((held || cause == DriftCause.FORGOTTEN)
            && (before == null || !before.waits(now))) {
          mend(balancer, cause, ours, now);
        }
      }
    } catch (NotDone unreachable) {
      // Looked at again a second later, with what it has forgotten still known.
    }
  }

  private List<ServerSetting> earlier(Drift drift) {
    List<ServerSetting> named =
        newest.servers().stream()
            .filter(server -> server.node().equals(drift.node()))
            .flatMap(server -> server.earlier().stream())
            .toList();
    return ofLate.of(drift.asked(), drift.node(), named);
  }

  private void tellOfHands(String name, List<Drift> drifts, Instant now) {
    if (drifts.isEmpty()) {
      told.remove(name);
    } else if (!drifts.equals(told.put(name, drifts))) {
      answers.accept(new HaproxyEvent.ServersChangedByHand(newest.head().answered(now), drifts));
    }
  }

  private static Stream<ServerSetting> settings(List<GuardedServer> servers, String loadBalancer) {
    return servers.stream()
        .flatMap(server -> server.settings().stream())
        .filter(setting -> setting.loadBalancer().equals(loadBalancer));
  }

  /// The nodes that no newer command is about, and that no switch took out.
  private List<GuardedServer> guarded() {
    return newest.servers().stream()
        .filter(server ->
            !server.inWork()
                && commanded.getOrDefault(server.node(), 0L) < newest.head().fence()
                && !causes.isTakenOut(server.node()))
        .toList();
  }

  private void mend(LoadBalancer balancer, DriftCause cause, List<Drift> drifts, Instant now) {
    String name = balancer.name();
    try {
      Snapshot seen = balancer.look(pools(drifts));
      List<Drift> mended = new ArrayList<>();
      for (Drift drift : InTurn.of(drifts)) {
        if (InTurn.isLast(newest.deadMan(), drift, balancer)) {
          continue;
        }
        mended.add(drift);
        var server = seen.server(drift.asked().pool(), drift.asked().server());
        if (server.isPresent()) {
          Mending.apply(
              () -> checkWork(cause), balancer, server.get(), drift.asked(), drift.leavingAsked());
        }
      }
      if (mended.isEmpty()) {
        return;
      }
      Optional<Set<String>> leaving =
          balancer.leavingMap() == null ? Optional.empty() : balancer.leaving();
      Snapshot after = balancer.look(pools(mended));
      List<Drift> still = Drifts.of(name, guarded(), after, leaving, newest.weighed());
      if (mended.stream().noneMatch(drift -> isAmong(still, drift))) {
        causes.putBack(mended, cause);
        refused.remove(name + cause);
        answers.accept(new HaproxyEvent.DriftMended(newest.head().answered(now), cause, mended));
      } else {
        remains(name, cause, mended, false, Refused.notKept(name), now);
      }
    } catch (Turn.Preempted another) {
      // Its work may be another's by now, who sees to the rest.
    } catch (NotDone notDone) {
      remains(name, cause, drifts, true, notDone.failure(), now);
    }
  }

  /// @param said whether the load balancer itself said no
  private void remains(
      String name,
      DriftCause cause,
      List<Drift> drifts,
      boolean said,
      Failure failure,
      Instant now) {
    Refused before = refused.get(name + cause);
    Refused again =
        Refused.after(before, drifts, said, now, newest.head().rolloutId() + name + cause);
    refused.put(name + cause, again);
    if (!again.told().isEmpty() && (before == null || !again.told().equals(before.told()))) {
      answers.accept(
          new HaproxyEvent.DriftRemains(newest.head().answered(now), cause, drifts, failure));
    }
  }

  /// Whether the work is still known to be this one's. Nobody renews a guard that is over: it ends
  /// where another is given its work.
  private boolean isHeld() {
    return stopped ? !lease.hasRunOut() : lease.isHeld(heldIn);
  }

  /// After a hold-up another may have this one's work. Until it hears that it has not, it leaves
  /// everything as it is; and its switch has one full period more, as after a restart.
  private void noticeHoldUp(Instant now) {
    if (isHeldUp()) {
      holdUpsBefore = holdUps.getAsInt();
      outOfDate = true;
      deadMan.heldUp(now);
    }
  }

  /// Whether this process was held up since the tick began: what it saw is out of date, and another
  /// may have its work.
  private boolean isHeldUp() {
    return holdUps.getAsInt() != holdUpsBefore;
  }

  private void checkHoldUp() throws Turn.Preempted {
    if (isHeldUp()) {
      throw new Turn.Preempted();
    }
  }

  /// Whether what differs may still be put back. What a process has forgotten may be, though the
  /// broker does not answer.
  private void checkWork(DriftCause cause) throws Turn.Preempted {
    checkHoldUp();
    if (cause != DriftCause.FORGOTTEN && !isHeld()) {
      throw new Turn.Preempted();
    }
  }

  private static boolean isAmong(List<Drift> drifts, Drift drift) {
    return drifts.stream().anyMatch(it -> Causes.key(it.asked()).equals(Causes.key(drift.asked())));
  }

  private static Set<String> pools(List<Drift> drifts) {
    Set<String> pools = new TreeSet<>();
    drifts.forEach(drift -> pools.add(drift.asked().pool()));
    return pools;
  }

  /// A clock that was set back silences nothing.
  private boolean isReportDue(Instant now) {
    return !now.isBefore(reportAt) || reportAt.isAfter(now.plus(BETWEEN_REPORTS));
  }

  private void report(Map<String, Snapshot> seen, Instant now) {
    boolean reachNews = reach.isNews();
    if (seen.size() < loadBalancers().size()) {
      List<SilentLoadBalancer> silent = reach.silent();
      if (reachNews && silent.isEmpty()) {
        // One answers again and another has missed a single look: nothing is known that is news.
        reportAt = now;
      } else if (reachNews) {
        answers.accept(
            new HaproxyEvent.TrafficObserved(
                newest.head().answered(now),
                Shares.seen(newest.servers(), seen),
                List.of(),
                List.of(),
                silent));
      }
      return;
    }
    List<String> inRotation = Shares.inRotation(newest.servers(), seen);
    if (seen.isEmpty()
        || (!reachNews && !isReportDue(now) && rotation.equals(Set.copyOf(inRotation)))) {
      return;
    }
    rotation = Set.copyOf(inRotation);
    reportAt = now.plus(BETWEEN_REPORTS);
    answers.accept(
        new HaproxyEvent.TrafficObserved(
            newest.head().answered(now),
            Shares.seen(newest.servers(), seen),
            shares.since(newest.servers(), seen),
            new ArrayList<>(inRotation),
            List.of()));
  }
}
