package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.Alarms;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The guards of all services, each looking around once a second.
public final class Guards {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final Fleet fleet;
  private final Alarms alarms;
  private final Instant startedAt;
  private final Map<String, Guard> byService = new ConcurrentHashMap<>();

  public Guards(Fleet fleet, Alarms alarms) {
    this.fleet = fleet;
    this.alarms = alarms;
    this.startedAt = alarms.now();
  }

  /// Begins a guard or renews it. What it sees is told long after this has returned.
  public void guard(GuardServers command, Consumer<HaproxyEvent> answers) {
    String service = command.head().service();
    Guard before = byService.get(service);
    Guard guard = before != null ? before : new Guard(fleet, startedAt, command, answers);
    guard.renew(command, answers, alarms.now());
    if (before == null) {
      byService.put(service, guard);
      lookSoon(guard);
    }
  }

  /// A command for a node: nobody else touches that node until a newer guard has come.
  public void commanded(CommandHead head) {
    Guard guard = byService.get(head.service());
    if (guard != null && head.node() != null) {
      guard.commanded(head.node(), head.fence());
    }
  }

  /// Ends a guard.
  public void stop(CommandHead head) {
    Guard guard = byService.get(head.service());
    if (guard != null) {
      guard.stop(head.fence());
    }
  }

  private void lookSoon(Guard guard) {
    alarms.at(
        alarms.now().plus(BETWEEN_LOOKS),
        () -> {
          try {
            guard.tick(alarms.now());
          } finally {
            lookSoon(guard);
          }
        });
  }
}
