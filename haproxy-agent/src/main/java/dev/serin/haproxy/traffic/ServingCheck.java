package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.json.Quantities;
import dev.serin.haproxy.frontdoor.FrontDoor;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.PoolView;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Proves through each load balancer that this very server answers. What a load balancer says is
/// not enough, and an answer is not either: another server may have given it. The proof is
/// 1. where the pool pins users by a cookie: an answer below 400 to a request with this server's
///    cookie, not pinned anew to another server, and one more such answer in the server's own
///    counters;
/// 2. where it does not: an answer below 400, and one more in the server's own counters over that
///    very request. In a pool with other traffic that may have been somebody else's request; it
///    proves that the server serves all the same;
/// 3. where it hashes the URI, and each path is one server's: the same for paths that are made up
///    until one is this server's. To such a path a status below 500 is an answer, since nothing is
///    there. What the server has answered to others since the check began proves it too;
/// 4. for a backup server without a cookie, which no request reaches while another server is up:
///    HAProxy's own word that it is in rotation.
///
/// It has to be proven in each pool of the service. A pool to which the front door does not send
/// this path, while another one of them is proven by it, is left to its users' requests
/// ([BesideThePath]).
final class ServingCheck {
  private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(100);

  /// Between requests where nobody answers.
  private static final BackOff OUT_OF_REACH =
      new BackOff(Duration.ofMillis(100), Duration.ofSeconds(1));

  private static final Pattern PATH = Pattern.compile("/[!-~]*");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.\\[\\]:_-]+");

  private final Fleet fleet;
  private final FrontDoor frontDoor;
  private final CheckServing command;
  private final Turn turn;

  ServingCheck(Fleet fleet, FrontDoor frontDoor, CheckServing command, Turn turn) {
    this.fleet = fleet;
    this.frontDoor = frontDoor;
    this.command = command;
    this.turn = turn;
  }

  /// One request's outcome: the proof, or why it is none.
  sealed interface Attempt {}

  record Proven(String proof) implements Attempt {}

  record NotYet(Failure.Reason reason, String found) implements Attempt {}

  HaproxyEvent run() throws NotDone, Turn.Preempted {
    refuseWhatNoRequestCanCarry();
    Instant deadline = turn.now().plus(command.within());
    List<String> proofs = new ArrayList<>();
    BesideThePath beside = new BesideThePath(command, turn);
    for (String name : command.loadBalancers().stream().distinct().toList()) {
      prove(fleet.balancer(name), deadline, proofs, beside);
    }
    proofs.addAll(beside.proofs(deadline));
    return new HaproxyEvent.ServerServing(command.head().answered(turn.now()), proofs);
  }

  private void refuseWhatNoRequestCanCarry() throws NotDone {
    String host = command.host();
    boolean badHost = host != null && !HOST.matcher(host).matches();
    if (badHost || !PATH.matcher(command.path()).matches()) {
      throw invalid(
          "a path that begins with '/' and a host, without spaces or control characters",
          "others",
          "mend the service's loadBalancerHealth");
    }
  }

  private static NotDone invalid(String expected, String found, String advice) {
    return new NotDone(new Failure(Failure.Reason.INVALID, expected, found, advice, false));
  }

  private void prove(
      Fleet.Balancer balancer, Instant deadline, List<String> proofs, BesideThePath beside)
      throws NotDone, Turn.Preempted {
    String name = balancer.runtime().name();
    URI url = balancer.url();
    if (url == null) {
      throw invalid(
          "a url at which the load balancer " + name + " can be asked",
          "none",
          "set serin.haproxy.load-balancers." + name + ".url");
    }
    int number = 0;
    int failures = 0;
    Map<String, Snapshot> first = new HashMap<>();
    Set<String> unproven = new LinkedHashSet<>(command.pools());
    Map<String, Snapshot> unreached = new LinkedHashMap<>();
    boolean proven = false;
    while (true) {
      turn.check();
      NotYet missing = new NotYet(Failure.Reason.TIMED_OUT, "no pool to ask");
      for (String pool : List.copyOf(unproven)) {
        switch (attempt(balancer.runtime(), url, pool, number, first, unreached)) {
          case Proven(String proof) -> {
            proofs.add(proof);
            unproven.remove(pool);
            unreached.remove(pool);
            proven = true;
          }
          case NotYet notYet ->
              // Of several, one that the path reaches says more.
              missing =
                  unreached.containsKey(pool) && unproven.size() > unreached.size()
                      ? missing
                      : notYet;
        }
      }
      if (proven && unreached.keySet().containsAll(unproven)) {
        unreached.forEach((pool, since) -> beside.left(balancer.runtime(), pool, since));
        return;
      }
      if (!turn.now().isBefore(deadline)) {
        throw notServing(name, missing);
      }
      failures = missing.reason() == Failure.Reason.UNREACHABLE ? failures + 1 : 0;
      number = failures == 0 ? number + 1 : 0;
      turn.pause(
          failures == 0
              ? BETWEEN_REQUESTS
              : OUT_OF_REACH.pause(failures, command.head().commandId(), name));
    }
  }

  private NotDone notServing(String name, NotYet missing) {
    return new NotDone(
        new Failure(
            missing.reason(),
            command.server()
                + " to answer "
                + command.path()
                + " through "
                + name
                + " with a status below 400 within "
                + Quantities.shown(command.within()),
            missing.found(),
            "ask the same path at the load balancer's url and on the node, and compare",
            true));
  }

  /// @param number of the attempt, from 0
  /// @param first the first look at each pool
  /// @param unreached takes the pool with that look where the path does not lead to it
  private Attempt attempt(
      LoadBalancer balancer,
      URI url,
      String pool,
      int number,
      Map<String, Snapshot> first,
      Map<String, Snapshot> unreached)
      throws NotDone {
    Snapshot before;
    Snapshot after;
    FrontDoor.Answer answer;
    String cookie;
    boolean hashed;
    String path;
    try {
      before = balancer.look(List.of(pool));
      first.putIfAbsent(pool, before);
      ServerView server = Settings.server(balancer, before, pool, command.server());
      PoolView view = before.pools().get(pool);
      String name = view == null ? null : view.cookie();
      cookie = name == null || server.cookie() == null ? null : name + "=" + server.cookie();
      if (cookie == null && isReserve(view, server)) {
        return reserve(balancer.name(), server);
      }
      hashed = cookie == null && view != null && "uri".equals(view.algorithm());
      path = hashed ? Detours.path(command.path(), number) : command.path();
      answer =
          frontDoor.get(new FrontDoor.Request(url, path, command.host(), command.ca(), cookie));
      after = balancer.look(List.of(pool));
    } catch (NotDone notDone) {
      if (notDone.unreachable()) {
        return new NotYet(Failure.Reason.UNREACHABLE, notDone.failure().found());
      }
      throw notDone;
    }
    if (answer instanceof FrontDoor.Served
        && path.equals(command.path())
        && !after.hasCome(before, pool)) {
      unreached.put(pool, first.getOrDefault(pool, before));
    }
    return switch (answer) {
      case FrontDoor.Silent(String what) -> new NotYet(Failure.Reason.UNREACHABLE, what);
      case FrontDoor.Served served when hashed ->
          Detours.judge(
              balancer.name() + ": ",
              pool + "/" + command.server(),
              path,
              path.equals(command.path()),
              served.status(),
              new Detours.Grown(
                  answers(before, after, pool),
                  refusals(before, after, pool),
                  answers(first.getOrDefault(pool, before), after, pool)));
      case FrontDoor.Served served ->
          judge(balancer.name(), pool, cookie, served, answers(before, after, pool));
    };
  }

  private static boolean isReserve(@Nullable PoolView view, ServerView server) {
    return view != null
        && server.backup()
        && view.servers().values().stream().anyMatch(it -> !it.backup() && it.inRotation());
  }

  private static Attempt reserve(String balancer, ServerView server) {
    String line = server.pool() + "/" + server.server();
    return server.confirmedInRotation()
        ? new Proven(
            balancer
                + ": "
                + line
                + " is a backup server and gets no request while others are up; HAProxy has it "
                + server.status())
        : new NotYet(Failure.Reason.TIMED_OUT, line + " is a backup server and " + server.status());
  }

  private long refusals(Snapshot before, Snapshot after, String pool) {
    return after.process().replaced(before.process())
        ? 0
        : refused(after, pool) - refused(before, pool);
  }

  private long refused(Snapshot seen, String pool) {
    return seen.server(pool, command.server()).map(ServerView::refusalsTotal).orElse(0L);
  }

  /// How many answers below 400 the server gave between the two looks; none where another process
  /// counts now.
  private long answers(Snapshot before, Snapshot after, String pool) {
    if (after.process().replaced(before.process())) {
      return 0;
    }
    return total(after, pool) - total(before, pool);
  }

  private long total(Snapshot seen, String pool) {
    return seen.server(pool, command.server()).map(ServerView::answersTotal).orElse(0L);
  }

  private Attempt judge(
      String balancer,
      String pool,
      @Nullable String cookie,
      FrontDoor.Served served,
      long answers) {
    String line = pool + "/" + command.server();
    if (served.status() >= 400) {
      return new NotYet(
          Failure.Reason.UNHEALTHY, "status " + served.status() + " through " + balancer);
    }
    if (cookie != null && served.sets(cookie.substring(0, cookie.indexOf('=')))) {
      return new NotYet(
          Failure.Reason.TIMED_OUT,
          "status " + served.status() + " of another server, to which the cookie was moved");
    }
    if (answers < 1) {
      return new NotYet(
          Failure.Reason.TIMED_OUT,
          "status "
              + served.status()
              + " of another server: the counters of "
              + line
              + " did not grow");
    }
    return new Proven(
        balancer
            + ": "
            + command.path()
            + " answered "
            + served.status()
            + (cookie == null
                ? ", and the answers counted for " + line + " grew by " + answers
                : " with the cookie of " + line + ", whose answers grew by " + answers));
  }
}
