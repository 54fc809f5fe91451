package dev.serin.haproxy.hint;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.Credence;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Decoded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// The guards whose switches are armed, each kept as a hint for this agent's next life: it begins
/// before the broker answers, maybe.
///
/// Guards are renewed every few seconds; a hint is written anew only where the next life would do
/// another thing by it, and every [#REFRESHED], so that its age says how long nobody was there.
///
/// A disk that is full or gone stops nothing: it is told, and the switch of this life needs none.
public final class Hints {
  /// How old a hint may be beside the guard that it stands for.
  static final Duration REFRESHED = Duration.ofMinutes(10);

  /// For how long a hint counts after its switch's time was over. An agent that was away for longer
  /// knows nothing: somebody has looked after that canary meanwhile, or another agent has.
  static final Duration OUTLIVES = Duration.ofDays(1);

  /// The field of a hint that a guard has not.
  private static final String WENT_OFF = "wentOff";

  private static final Logger log = LoggerFactory.getLogger(Hints.class);

  private final HintStore store;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Kept> byService = new HashMap<>();

  /// What is known of a service.
  ///
  /// @param written what its hint says; none where there is none
  /// @param wentOff what its hint says that the switch has done
  /// @param fence of the newest command that it goes by; below every fence where the log has not
  ///   said yet that it stands
  private record Kept(@Nullable GuardServers written, @Nullable WentOff wentOff, long fence) {
    static final long UNCONFIRMED = Long.MIN_VALUE;
  }

  public Hints(HintStore store) {
    this.store = store;
  }

  /// The newest guard of its service; an older one changes nothing. Where it has no switch there is
  /// nothing to keep.
  ///
  /// @param wentOff what its switch has done since it was armed; none where that is nothing
  public void keep(GuardServers guard, @Nullable WentOff wentOff) {
    String service = guard.head().service();
    long fence = guard.head().fence();
    if (guard.deadMan() == null) {
      forget(service, fence);
      return;
    }
    lock.lock();
    try {
      Kept before = byService.get(service);
      if (before != null && fence < before.fence()) {
        return;
      }
      GuardServers written = before == null ? null : before.written();
      boolean stands =
          before != null
              && written != null
              && says(written, guard)
              && Objects.equals(before.wentOff(), wentOff);
      byService.put(service, new Kept(stands ? written : guard, wentOff, fence));
      if (!stands) {
        store.write(service, text(guard, wentOff));
      }
    } catch (IOException unwritable) {
      log.atWarn()
          .addKeyValue("service", service)
          .log(
              "expected to write the armed switch to {}, found {}; without it the switch does not"
                  + " outlive a restart of this agent while the broker is away: see that the"
                  + " directory can be written (serin.haproxy.armed-switches)",
              store.place(service),
              unwritable.toString());
    } finally {
      lock.unlock();
    }
  }

  /// The guard as it came, and beside its fields what its switch has done.
  private static String text(GuardServers guard, @Nullable WentOff wentOff) {
    ObjectNode tree = Json.mapper().valueToTree(guard);
    if (wentOff != null) {
      tree.set(WENT_OFF, Json.mapper().valueToTree(wentOff));
    }
    return Json.mapper().writeValueAsString(tree);
  }

  /// Whether the next life would do the same by the hint as by the guard.
  private static boolean says(GuardServers written, GuardServers guard) {
    Instant asOf = guard.head().sentAt();
    return timeless(written).equals(timeless(guard))
        && goesOffAt(written, asOf).equals(goesOffAt(guard, asOf))
        && written.head().sentAt().plus(REFRESHED).isAfter(asOf);
  }

  /// When it would go off in a life that begins now: one full period is granted.
  private static Instant goesOffAt(GuardServers guard, Instant now) {
    DeadMan deadMan = armed(guard);
    Instant granted = now.plus(deadMan.period());
    return deadMan.expiresAt().isAfter(granted) ? deadMan.expiresAt() : granted;
  }

  /// All but what is another in each renewal.
  private static List<Object> timeless(GuardServers guard) {
    DeadMan deadMan = armed(guard);
    return List.of(
        guard.head().rolloutId(),
        guard.servers(),
        deadMan.nodes(),
        deadMan.period(),
        deadMan.action(),
        deadMan.restore(),
        deadMan.minAvailable());
  }

  private static DeadMan armed(GuardServers guard) {
    DeadMan deadMan = guard.deadMan();
    if (deadMan == null) {
      throw new IllegalStateException("expected a guard with a switch: nothing else is kept");
    }
    return deadMan;
  }

  /// The guard is over, or has no switch any more; an end that is older than what is kept changes
  /// nothing.
  public void forget(String service, long fence) {
    lock.lock();
    try {
      Kept before = byService.get(service);
      if (before == null || fence >= before.fence()) {
        byService.put(service, new Kept(null, null, fence));
        remove(service, before == null || before.written() != null);
      }
    } finally {
      lock.unlock();
    }
  }

  /// The service is another's to guard, or nobody's.
  public void forget(String service) {
    lock.lock();
    try {
      byService.remove(service);
      remove(service, true);
    } finally {
      lock.unlock();
    }
  }

  private void remove(String service, boolean mayBeThere) {
    try {
      if (mayBeThere) {
        store.remove(service);
      }
    } catch (IOException stays) {
      log.atWarn()
          .addKeyValue("service", service)
          .log(
              "expected to remove {}, found {}; remove it by hand: this agent would arm a switch"
                  + " by it that is over, should it start while the broker is away",
              store.place(service),
              stays.toString());
    }
  }

  /// What the last life has left that a switch can be armed by. All else is told and left alone.
  ///
  /// @param loadBalancers those that the agent knows
  public List<Hint> load(Instant now, Set<String> loadBalancers) {
    List<Hint> armed = new ArrayList<>();
    lock.lock();
    try {
      store
          .all()
          .forEach((service, found) -> {
            switch (read(service, found)) {
              case Read.Legible(Hint hint) -> {
                GuardServers guard = hint.guard();
                byService.put(service, new Kept(guard, hint.wentOff(), Kept.UNCONFIRMED));
                Optional<Doubt> doubt = doubt(guard, now, loadBalancers);
                doubt.ifPresent(why -> warn(service, why));
                if (doubt.isEmpty()) {
                  armed.add(hint);
                  tellOfUnknown(guard, loadBalancers);
                }
              }
              case Read.Garbage(Doubt why) -> warn(service, why);
            }
          });
    } catch (IOException unreadable) {
      log.atWarn()
          .log(
              "expected a directory of armed switches that can be read, found {}; until the broker"
                  + " answers no switch is armed: see to its rights, or to the disk",
              unreadable.toString());
    } finally {
      lock.unlock();
    }
    return armed;
  }

  private void warn(String service, Doubt why) {
    log.atWarn()
        .addKeyValue("service", service)
        .log(
            "no switch is armed by {} until the broker answers: expected {}, found {}; {}",
            store.place(service),
            why.expected(),
            why.found(),
            why.advice());
  }

  private static void tellOfUnknown(GuardServers guard, Set<String> loadBalancers) {
    Set<String> unknown = new TreeSet<>(named(guard));
    unknown.removeAll(loadBalancers);
    if (!unknown.isEmpty()) {
      log.atWarn()
          .addKeyValue("service", guard.head().service())
          .log(
              "its switch is armed, and does nothing on {}: expected its address, found none; name"
                  + " it under serin.haproxy.load-balancers",
              String.join(", ", unknown));
    }
  }

  private static Set<String> named(GuardServers guard) {
    Set<String> named = new TreeSet<>();
    guard
        .servers()
        .forEach(server -> server.settings().forEach(it -> named.add(it.loadBalancer())));
    return named;
  }

  /// Why no switch is armed by a hint.
  private record Doubt(String expected, String found, String advice) {
    static Doubt remove(String expected, String found) {
      return new Doubt(expected, found, "remove it");
    }
  }

  private sealed interface Read {
    record Legible(Hint hint) implements Read {}

    record Garbage(Doubt why) implements Read {}
  }

  private static Read read(String service, HintStore.Found found) {
    return switch (found) {
      case HintStore.Found.Unreadable(String expected, String was) ->
          new Read.Garbage(
              new Doubt(expected, was, "see to its rights and to the disk, or remove it"));
      case HintStore.Found.Text(String text) -> decode(service, text);
    };
  }

  private static Read decode(String service, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return switch (Decoded.message(bytes, HaproxyCommand.class)) {
      case Decoded.Unreadable<HaproxyCommand>(String reason) ->
          new Read.Garbage(Doubt.remove("a guard as JSON", "another thing: " + reason));
      case Decoded.Readable<HaproxyCommand>(HaproxyCommand command) ->
          switch (Decoded.message(bytes, Beside.class)) {
            case Decoded.Unreadable<Beside>(String reason) ->
                new Read.Garbage(
                    Doubt.remove("what its switch has done", "another thing: " + reason));
            case Decoded.Readable<Beside>(Beside beside) ->
                hint(service, command, beside.wentOff());
          };
    };
  }

  /// What a hint has beside the fields of its guard.
  private record Beside(@JsonProperty(WENT_OFF) @Nullable WentOff wentOff) {}

  private static Read hint(String service, HaproxyCommand command, @Nullable WentOff wentOff) {
    if (!(command instanceof GuardServers guard) || guard.deadMan() == null) {
      return new Read.Garbage(
          Doubt.remove("a guard with an armed switch", "a command that arms none"));
    }
    if (!guard.head().service().equals(service)) {
      return new Read.Garbage(
          Doubt.remove("a guard of " + service, "one of " + guard.head().service()));
    }
    if (guard.servers().isEmpty()
        || guard.servers().stream().anyMatch(server -> server.settings().isEmpty())) {
      return new Read.Garbage(
          Doubt.remove("servers with their load balancers", "none, or one without any"));
    }
    return new Read.Legible(new Hint(guard, wentOff));
  }

  /// Why a guard that was armed once arms nothing now.
  private static Optional<Doubt> doubt(GuardServers guard, Instant now, Set<String> loadBalancers) {
    CommandDesk.Refusal refusal =
        new Credence(InstantSource.fixed(now)).refusalOf(guard, Long.MIN_VALUE);
    if (refusal != null) {
      Failure failure = refusal.failure();
      return Optional.of(new Doubt(failure.expected(), failure.found(), failure.advice()));
    }
    Instant over = armed(guard).expiresAt();
    if (over.plus(OUTLIVES).isBefore(now)) {
      return Optional.of(
          new Doubt(
              "a switch whose time was over at most a day ago, by the agent's clock",
              "one of " + over + ", the clock is at " + now,
              "see that the clock is right, and whether the canary is still to serve: "
                  + String.join(", ", armed(guard).nodes())));
    }
    Set<String> named = named(guard);
    if (loadBalancers.stream().noneMatch(named::contains)) {
      return Optional.of(
          new Doubt(
              "a guard of one of the load balancers "
                  + String.join(", ", new TreeSet<>(loadBalancers)),
              "one of " + String.join(", ", named),
              "name it under serin.haproxy.load-balancers, or remove the file"));
    }
    return Optional.empty();
  }

  /// The services of which the last life has left something that the log has neither confirmed nor
  /// ended.
  public List<String> unconfirmed() {
    lock.lock();
    try {
      return byService.entrySet().stream()
          .filter(it -> it.getValue().fence() == Kept.UNCONFIRMED)
          .map(Map.Entry::getKey)
          .sorted()
          .toList();
    } finally {
      lock.unlock();
    }
  }
}
