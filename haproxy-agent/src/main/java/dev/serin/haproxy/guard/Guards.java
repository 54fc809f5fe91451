package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.Alarms;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.haproxy.hint.Hint;
import dev.serin.haproxy.hint.HintStore;
import dev.serin.haproxy.hint.Hints;
import dev.serin.haproxy.hint.WentOff;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The guards of all services, each looking around once a second.
public final class Guards {
  private static final Logger log = LoggerFactory.getLogger(Guards.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  /// For how long an instance that had the work before may be held up and go on.
  private static final Duration OUTLIVED = Duration.ofMinutes(1);

  /// For how long a command of Serin's may come late.
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private final Fleet fleet;
  private final Alarms alarms;
  private final Instant startedAt;
  private final Hints hints;
  private volatile Lease lease = Lease.unlimited();
  private final Map<String, Guard> byService = new ConcurrentHashMap<>();

  /// The rollout of each service that this process has had from its beginning on.
  private final Map<String, String> begun = new ConcurrentHashMap<>();

  /// When this process was given the work of each service that had commands before.
  private final Map<String, Instant> takenOver = new ConcurrentHashMap<>();

  /// The fence of the newest command for each node, by service and node.
  private final Map<String, Long> touched = new ConcurrentHashMap<>();

  /// The fence of the newest command for each node, whichever service's.
  private final Map<String, Long> touchedByAny = new ConcurrentHashMap<>();

  /// The fence of the newest command that gave each node a weight, by service and node.
  private final Map<String, Long> weighed = new ConcurrentHashMap<>();

  /// What each service's servers were given as weights, in whichever rollout, with the fence of the
  /// newest command that did.
  private final Map<String, Map<ServerSetting, Long>> weights = new ConcurrentHashMap<>();

  /// What each service's servers were made ready with, in whichever rollout, with the fence of the
  /// newest command that did.
  private final Map<String, Map<ServerSetting, Long>> readied = new ConcurrentHashMap<>();

  /// Until when what was left unanswered may still be obeyed, by service and node.
  private final Map<String, Instant> unanswered = new ConcurrentHashMap<>();

  /// The fence of the newest command that ended each service's guard.
  private final Map<String, Long> ended = new ConcurrentHashMap<>();

  /// Guards whose switches die with the process.
  public Guards(Fleet fleet, Alarms alarms) {
    this(fleet, alarms, new Hints(HintStore.NONE));
  }

  /// @param hints keeps which switches are armed
  public Guards(Fleet fleet, Alarms alarms, Hints hints) {
    this.fleet = fleet;
    this.alarms = alarms;
    this.hints = hints;
    this.startedAt = alarms.now();
  }

  /// What every guard that is begun from now on works under.
  public void underLease(Lease lease) {
    this.lease = lease;
  }

  /// Arms the switches that were armed when this agent's last life ended: they have one full period
  /// from its start, and go off as any other. Until the log says that such a guard stands nothing
  /// else is done for it.
  public void takeUp(Consumer<HaproxyEvent> answers) {
    for (Hint hint : hints.load(alarms.now(), fleet.byName().keySet())) {
      CommandHead head = hint.guard().head();
      Guard guard = guard(head.service(), hint.guard(), answers);
      guard.hinted(hint, alarms.now());
      byService.put(head.service(), guard);
      lookSoon(guard);
      log.atInfo()
          .addKeyValue("service", head.service())
          .addKeyValue("rollout", head.rolloutId())
          .log("its dead man's switch is armed by what the last process of this agent kept");
    }
  }

  /// All that this process has been given is recalled: a service that is only known from the last
  /// life is over, or another's.
  public void recalledAll() {
    Set<String> over = new TreeSet<>(hints.unconfirmed());
    byService.forEach((service, guard) -> {
      if (guard.isHinted()) {
        over.add(service);
        tellOfLeft(service, guard);
      }
    });
    for (String service : over) {
      log.atInfo()
          .addKeyValue("service", service)
          .log("no guard of it was recalled: what the last process kept of its switch is void");
      release(service);
    }
  }

  /// Nobody takes it back in from here: its service is another agent's, or its rollout is over.
  private static void tellOfLeft(String service, Guard guard) {
    WentOff done = guard.wentOff();
    if (done != null && !done.left().isEmpty()) {
      log.atWarn()
          .addKeyValue("service", service)
          .log(
              "its dead man's switch has taken out {}: expected to find its guard once the broker"
                  + " answers, found none; see whether they are to serve, and put them back by hand"
                  + " where they are",
              String.join(", ", done.left()));
    }
  }

  /// Begins a guard or renews it. What it sees is told long after this has returned.
  public void guard(GuardServers command, Consumer<HaproxyEvent> answers) {
    String service = command.head().service();
    if (command.head().fence() < ended.getOrDefault(service, 0L)) {
      return;
    }
    Guard before = byService.get(service);
    Guard guard = before != null ? before : guard(service, command, answers);
    guard.renew(command, answers, alarms.now(), isAlone(command.head()));
    if (before == null) {
      byService.put(service, guard);
      lookSoon(guard);
    }
    hints.keep(command, guard.wentOff());
  }

  private Guard guard(String service, GuardServers first, Consumer<HaproxyEvent> answers) {
    return new Guard(
        fleet,
        alarms::holdUps,
        lease,
        new DeadMansSwitch(fleet, startedAt, alarms::nanos, hints::keep),
        (asked, node, earlier) -> ofLate(service, asked, node, earlier),
        first,
        answers);
  }

  /// Whether no other instance can be at work in the command's rollout any more.
  private boolean isAlone(CommandHead head) {
    String service = head.service();
    return head.rolloutId().equals(begun.get(service))
        && !takenOver.getOrDefault(service, Instant.MIN).plus(OUTLIVED).isAfter(alarms.now());
  }

  /// What Serin has told the node of late, which another instance may do only now: anything, its
  /// weight alone, or nothing. A weight may be one of the rollout before, whose shares this one's
  /// guard does not know.
  private List<ServerSetting> ofLate(
      String service, ServerSetting asked, String node, List<ServerSetting> earlier) {
    Predicate<ServerSetting> mayBeLate =
        isOfLate(touched, service, node)
            ? any -> true
            : isOfLate(weighed, service, node)
                ? any -> any.state() == asked.state()
                : none -> false;
    Stream<ServerSetting> given =
        weights.getOrDefault(service, Map.of()).entrySet().stream()
            .filter(weight -> isOfLate(weight.getValue()))
            .map(Map.Entry::getKey)
            .filter(weight -> Causes.key(weight).equals(Causes.key(asked)))
            .map(weight ->
                new ServerSetting(
                    asked.loadBalancer(),
                    asked.pool(),
                    asked.server(),
                    weight.weight(),
                    asked.state()));
    return Stream.concat(earlier.stream(), given).filter(mayBeLate).toList();
  }

  private boolean isOfLate(Map<String, Long> commands, String service, String node) {
    return isOfLate(commands.getOrDefault(service + "/" + node, 0L));
  }

  /// A fence is the millisecond of its command.
  private boolean isOfLate(long fence) {
    return alarms.now().toEpochMilli() - fence < REMEMBERED.toMillis();
  }

  private void touched(CommandHead head) {
    String node = head.node();
    if (node != null) {
      touched.merge(head.service() + "/" + node, head.fence(), Math::max);
      leaveToIt(head, node);
    }
  }

  /// The service's own guard leaves the node to the command, and so does another service's whose
  /// rollout is over: two services may share a node.
  private void leaveToIt(CommandHead head, String node) {
    touchedByAny.merge(node, head.fence(), Math::max);
    byService.forEach((service, guard) -> {
      if (service.equals(head.service())) {
        guard.commanded(node, head.fence());
      } else {
        guard.commandedByAnother(node, head.fence());
      }
    });
  }

  /// A command that was given before this process had the work: whoever obeyed it may be held up,
  /// and go on.
  public void recalled(CommandHead head) {
    if (RolloutIds.isPlan(head.rolloutId())) {
      // It only looked.
      return;
    }
    takenOver.put(head.service(), alarms.now());
    touched(head);
  }

  /// A command for a node: nobody else touches that node until a newer guard has come.
  public void commanded(CommandHead head) {
    if (head.node() == null && !RolloutIds.isPlan(head.rolloutId())) {
      // Its first command looks at the whole pool: no other process has been at work before.
      begun.put(head.service(), head.rolloutId());
    }
    touched(head);
  }

  /// A command that gives other nodes than its own a weight too.
  public void weighs(WeighServers command) {
    CommandHead head = command.head();
    for (PoolServer server : command.servers()) {
      weighed.merge(head.service() + "/" + server.node(), head.fence(), Math::max);
      leaveToIt(head, server.node());
    }
    remember(weights, head, command.settings());
  }

  private void remember(
      Map<String, Map<ServerSetting, Long>> told, CommandHead head, List<ServerSetting> settings) {
    Map<ServerSetting, Long> given =
        told.computeIfAbsent(head.service(), service -> new ConcurrentHashMap<>());
    given.values().removeIf(fence -> !isOfLate(fence));
    settings.forEach(setting -> given.merge(setting, head.fence(), Math::max));
  }

  /// A command that makes a node ready, given to this process or to another.
  public void readies(ReadyServer command) {
    remember(
        readied,
        command.head(),
        command.settings().stream().filter(it -> it.state() == AdminState.READY).toList());
  }

  /// Whether a server that is ready in the middle of its drain may be so by an earlier command of
  /// Serin's own, whichever rollout's: one that another instance was held up in, or that a load
  /// balancer left unanswered, and obeyed only now (I10). No guard sees to it meanwhile: the node
  /// is its command's.
  ///
  /// @param drain the head of the drain that is under way
  /// @param weight what the server had when it was drained
  public boolean mayBeReadyLate(CommandHead drain, ServerSetting found, int weight) {
    Instant obeyedUntil =
        unanswered.getOrDefault(drain.service() + "/" + drain.node(), Instant.MIN);
    if (isAlone(drain) && !obeyedUntil.isAfter(alarms.now())) {
      return false;
    }
    return readied.getOrDefault(drain.service(), Map.of()).entrySet().stream()
        .filter(given -> given.getValue() < drain.fence() && isOfLate(given.getValue()))
        .map(Map.Entry::getKey)
        .filter(given -> Causes.key(given).equals(Causes.key(found)))
        .anyMatch(given -> found.weight() == given.weight() || found.weight() == weight);
  }

  /// A drain that is under way has put right what came late in it. The guard of its rollout tells
  /// that as it tells its own mending: the drain itself has one answer, and that is its end.
  public void mendedLate(CommandHead drain, List<Drift> drifts) {
    Guard guard = byService.get(drain.service());
    if (guard != null) {
      guard.mendedLate(drain.rolloutId(), drifts, alarms.now());
    }
  }

  /// A load balancer did not answer a command: it may still obey it, when nobody expects that any
  /// more.
  public void unanswered(CommandHead head) {
    if (head.node() != null) {
      unanswered.put(head.service() + "/" + head.node(), alarms.now().plus(Causes.STILL_OBEYED));
    }
    Guard guard = byService.get(head.service());
    if (guard != null && head.node() != null) {
      guard.unanswered(head.node(), alarms.now());
    }
  }

  /// Ends a guard. An older renewal may come after it: commands without a node run beside each
  /// other, and a consumer may begin anew before both.
  public void stop(StopGuardingServers command) {
    stop(command, alarms.now());
  }

  /// A guard that was ended before this process had the work: what it still sees to after a rollout
  /// it does so long after that end, and not after each start of an agent. A node that somebody has
  /// drained since is theirs.
  public void recalledStop(StopGuardingServers command) {
    Instant told = Instant.ofEpochMilli(command.head().fence());
    Instant now = alarms.now();
    stop(command, told.isBefore(now) ? told : now);
  }

  private void stop(StopGuardingServers command, Instant at) {
    ended.merge(command.head().service(), command.head().fence(), Math::max);
    Guard guard = byService.get(command.head().service());
    if (guard != null) {
      guard.stop(command, at, alarms.now());
      // Recalled commands of two services come in no order.
      touchedByAny.forEach((node, fence) -> {
        if (fence > command.head().fence()) {
          guard.commandedByAnother(node, fence);
        }
      });
    }
    hints.forget(command.head().service(), command.head().fence());
  }

  /// Another process guards the service from now on; its switch is no longer this one's.
  public void release(String service) {
    begun.remove(service);
    Guard guard = byService.remove(service);
    if (guard != null) {
      guard.release();
    }
    hints.forget(service);
  }

  private void lookSoon(Guard guard) {
    alarms.at(
        alarms.now().plus(BETWEEN_LOOKS),
        () -> {
          try {
            guard.tick(alarms.now());
          } finally {
            if (byService.containsValue(guard)) {
              lookSoon(guard);
            }
          }
        });
  }
}
