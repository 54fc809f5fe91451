package dev.serin.haproxy.rotation;

import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.PoolView;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Judges whether a pool is fit for a rollout, and says everything that stands against it at once.
public final class PoolCheck {
  private final CheckPool command;
  private final List<ServerSeen> servers = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final Set<String> warnings = new TreeSet<>();
  private final List<String> missing = new ArrayList<>();

  private PoolCheck(CheckPool command) {
    this.command = command;
  }

  /// What is known of one load balancer.
  public sealed interface Known {}

  /// It could not be asked.
  ///
  /// @param silent whether it is there and does not answer
  public record NotKnown(String problem, boolean silent) implements Known {}

  /// @param level what the agent may do there: `admin`, `operator` or `user`
  /// @param leavingMap the map of leaving servers in the agent's settings; none without one
  /// @param maps the files of the maps that HAProxy has
  /// @param masterSilent whether a master's socket is named in the settings and does not answer
  public record Seen(
      Snapshot snapshot,
      String level,
      @Nullable String leavingMap,
      Set<String> maps,
      boolean masterSilent)
      implements Known {}

  /// @param missing the load balancers that the rollout goes on without
  public record Result(
      List<ServerSeen> servers,
      List<String> problems,
      List<String> warnings,
      List<String> missing) {}

  /// @param known by the load balancer's name, in the command's order
  public static Result judge(CheckPool command, Map<String, Known> known) {
    PoolCheck check = new PoolCheck(command);
    Map<String, Snapshot> seen = new LinkedHashMap<>();
    boolean anyAnswers = known.values().stream().anyMatch(Seen.class::isInstance);
    known.forEach((name, one) -> {
      switch (one) {
        case NotKnown(String problem, boolean silent)
            when silent && anyAnswers && command.goesOnWithout() -> {
          check.missing.add(name);
          check.warnings.add(
              problem + "; the rollout goes on without it, and waits for it before its end");
        }
        case NotKnown(String problem, boolean silent) -> check.problems.add(problem);
        case Seen there -> {
          check.loadBalancer(name, there);
          seen.put(name, there.snapshot());
        }
      }
    });
    if (seen.size() + check.missing.size() == known.size()) {
      check.rotation(seen);
    }
    return new Result(
        List.copyOf(check.servers),
        List.copyOf(check.problems),
        List.copyOf(check.warnings),
        List.copyOf(check.missing));
  }

  private void loadBalancer(String name, Seen seen) {
    if (!seen.level().equals("admin")) {
      problems.add(
          name
              + ": expected a stats socket at level admin, found level "
              + seen.level()
              + "; add 'level admin' to it in HAProxy's configuration");
    }
    if (seen.masterSilent()) {
      problems.add(
          name
              + ": expected the master's socket to list its processes, found no answer; mend"
              + " serin.haproxy.load-balancers."
              + name
              + ".master");
    }
    String map = seen.leavingMap();
    if (map != null && !seen.maps().contains(map)) {
      problems.add(
          name
              + ": expected the leaving map "
              + map
              + " in HAProxy, found "
              + (seen.maps().isEmpty() ? "no map" : "the maps " + String.join(", ", seen.maps())));
    }
    for (String pool : command.pools()) {
      PoolView view = seen.snapshot().pools().get(pool);
      if (view == null) {
        problems.add(
            name
                + ": expected the backend "
                + pool
                + ", found the backends "
                + String.join(", ", seen.snapshot().poolNames()));
      } else {
        pool(name, view, map);
      }
    }
  }

  private void pool(String name, PoolView pool, @Nullable String leavingMap) {
    for (PoolServer wanted : command.servers()) {
      ServerView server = pool.servers().get(wanted.server());
      if (server == null) {
        problems.add(
            name
                + ": expected the server "
                + pool.pool()
                + "/"
                + wanted.server()
                + " of node "
                + wanted.node()
                + ", found the servers "
                + String.join(", ", pool.serverNames()));
      } else {
        servers.add(seen(wanted.node(), name, server));
      }
    }
    balancing(name, pool);
    if (command.weighed()) {
      strangers(name, pool);
    }
    backups(name, pool);
    AgentChecks.judge(name, pool, command, problems, warnings);
    if (pool.cookie() != null && leavingMap == null) {
      warnings.add(sticky(name, pool.pool(), pool.cookie()));
    }
  }

  /// Whether a share is kept to half a point there, where any is asked for. A canary without one is
  /// as good in every pool.
  private void balancing(String name, PoolView pool) {
    Balancing balancing = Balancing.of(pool.algorithm());
    String found = pool.pool() + " " + balancing.found(pool.algorithm());
    if (command.weighed() && !balancing.keepsShares()) {
      problems.add(
          name
              + ": expected an algorithm that gives each server its share of the requests by its"
              + " weight, at most 0.5 points off, found that "
              + found
              + ": take roundrobin, or a strategy without shares such as canary-then-peers");
    } else if (balancing == Balancing.WEIGHTLESS) {
      warnings.add(name + ": " + found + ": its traffic can't be shifted in steps");
    }
  }

  private void backups(String name, PoolView pool) {
    for (PoolServer wanted : command.servers()) {
      ServerView server = pool.servers().get(wanted.server());
      if (server != null && server.backup()) {
        String what =
            name
                + ": "
                + wanted.node()
                + " is a backup server of "
                + pool.pool()
                + ", which takes requests only when no other one is up";
        if (command.weighed()) {
          problems.add(what + ": it can be given no share");
        } else {
          warnings.add(what + "; it counts as in rotation");
        }
      }
    }
  }

  /// A server of nobody's takes a share that no weight of the nodes can account for.
  private void strangers(String name, PoolView pool) {
    List<String> nodes = command.servers().stream().map(PoolServer::server).toList();
    List<String> strangers =
        pool.servers().values().stream()
            .filter(server -> server.inRotation() && !nodes.contains(server.server()))
            .map(ServerView::server)
            .sorted()
            .toList();
    if (!strangers.isEmpty()) {
      problems.add(
          name
              + ": expected the nodes of the service alone to serve "
              + pool.pool()
              + ", since its traffic is to be shared by their weights, found also "
              + String.join(", ", strangers));
    }
  }

  private static String sticky(String name, String pool, String cookie) {
    return name
        + ": "
        + pool
        + " pins its users by the cookie "
        + cookie
        + " and has no leaving map, so a drained server keeps getting their requests. The backend"
        + " lacks: acl leaving req.cook("
        + cookie
        + "),map(/etc/haproxy/leaving.map) -m found | http-request replace-header Cookie (^|.*;\\"
        + " *)"
        + cookie
        + "=[^;]*(;\\ *|$)(.*) \\1\\3 if leaving | (create the empty file first, then name it"
        + " under serin.haproxy.load-balancers."
        + name
        + ".leaving-map)";
  }

  /// A server as the coordinator records it.
  public static ServerSeen seen(String node, String loadBalancer, ServerView server) {
    return new ServerSeen(
        node,
        new ServerSetting(
            loadBalancer, server.pool(), server.server(), server.weight(), server.adminState()),
        server.address(),
        server.status(),
        server.inRotation(),
        server.cookie());
  }

  /// Whether somebody has put it into maintenance, everywhere.
  private boolean isInMaintenance(PoolServer wanted, Map<String, Snapshot> seen) {
    return seen.values().stream()
        .allMatch(snapshot ->
            command.pools().stream()
                .allMatch(pool ->
                    snapshot
                        .server(pool, wanted.server())
                        .map(view -> view.adminState() == AdminState.MAINT)
                        .orElse(false)));
  }

  private void rotation(Map<String, Snapshot> seen) {
    int inRotation = 0;
    int leftOut = 0;
    for (PoolServer wanted : command.servers()) {
      List<String> missing = Minimum.notInRotation(wanted.server(), command.pools(), seen);
      if (missing.isEmpty()) {
        inRotation++;
      } else if (command.leftOut().contains(wanted.node())) {
        leftOut++;
      } else if (isInMaintenance(wanted, seen)) {
        warnings.add(
            wanted.node() + " is in maintenance: it stays so, and counts as out of rotation");
      } else if (missing.stream().noneMatch(word -> word.startsWith("unknown "))) {
        problems.add(
            "expected " + wanted.node() + " in rotation, found " + String.join(", ", missing));
      }
    }
    // What was left out comes back first, and takes nobody with it.
    int whenOneLeaves = leftOut > 0 ? inRotation : inRotation - 1;
    if (!command.servers().isEmpty() && whenOneLeaves < command.minAvailable()) {
      problems.add(
          "expected "
              + command.minAvailable()
              + " or more nodes in rotation when one leaves, found "
              + Math.max(0, whenOneLeaves)
              + " of "
              + command.servers().size());
    }
  }
}
