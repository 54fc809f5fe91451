package dev.serin.lab.chaos;

import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Something that goes wrong, and how it is over again.
///
/// @param target a process, a daemon or a node
/// @param moment of a rollout in which it begins
/// @param lasts until it is mended; a reload is over at once
record Fault(Kind kind, String target, Moment moment, Duration lasts) {
  /// A quarter of them meet another one that is not over yet.
  private static final int AT_ONCE = 2;

  private static final Set<String> CUT = Set.of("refused", "reset", "closed");
  private static final Set<String> CUT_OR_EMPTY =
      Set.of("refused", "reset", "closed", "status 502");

  /// The kinds of faults.
  enum Kind {
    SERVICE_KILLED("a service, kill -9, started again"),
    SERVICE_FROZEN("a service, SIGSTOP, then SIGCONT"),
    BROKER_KILLED("the broker, kill -9, started again"),
    BROKER_FROZEN("the broker, SIGSTOP, then SIGCONT"),
    BALANCER_RELOADED("HAProxy, a hot reload"),
    BALANCER_KILLED("HAProxy with its workers, kill -9, started again"),
    CONTAINER_STOPPED("a node's container, stopped with force, started again"),
    DISK_FULL("no room where a node keeps its binaries"),
    PROMETHEUS_KILLED("Prometheus, kill -9, started again"),
    SOCKET_SLOW("HAProxy's socket answers 2 s late"),
    SOCKET_SILENT("HAProxy's socket does not answer"),
    SOCKET_CUT("HAProxy's socket breaks off in the middle of an answer"),
    SOCKET_GARBLED("HAProxy's socket answers garbage");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    /// How users' requests fail by the fault itself, whatever Serin does; empty where none may:
    /// - HAProxy killed: whoever is connected is cut, and nobody gets a connection until it is
    ///   started. It has forgotten then who was drained, as by a reload.
    /// - HAProxy reloaded: the old process answers what it has, the new one all others, so none
    ///   fails; unless the reload forgets that a node is out whose unit is being restarted. Until
    ///   the agent has put that back, requests reach a node where nothing listens, and the lab's
    ///   proxy device takes the connection and gives no answer, which HAProxy tries nowhere else.
    /// - A container stopped: what its node was about to answer is lost, and HAProxy sends it
    ///   requests until the checks have it down, and cuts those then.
    ///
    /// Whatever else happens to Serin is nothing to a user.
    ///
    /// @param nodeIsOut whether a node was out of rotation when the fault began
    Set<String> fails(boolean nodeIsOut) {
      return switch (this) {
        case BALANCER_KILLED -> nodeIsOut ? CUT_OR_EMPTY : CUT;
        case BALANCER_RELOADED -> nodeIsOut ? Set.of("status 502") : Set.of();
        case CONTAINER_STOPPED -> Set.of("closed", "status 502", "status 503");
        case SERVICE_KILLED,
            SERVICE_FROZEN,
            BROKER_KILLED,
            BROKER_FROZEN,
            DISK_FULL,
            PROMETHEUS_KILLED,
            SOCKET_SLOW,
            SOCKET_SILENT,
            SOCKET_CUT,
            SOCKET_GARBLED ->
            Set.of();
      };
    }

    /// Whether it may come to that: then it is alone, so that what failed is known to be its own.
    boolean mayReachUsers() {
      return !fails(true).isEmpty();
    }
  }

  /// The faults of a run: every kind in turn, in an order of its own each time, so that each is met
  /// equally often, and so with the moments in which they begin.
  static List<Fault> plan(int count, Random random) {
    List<Fault> plan = new ArrayList<>();
    List<Kind> kinds = new ArrayList<>();
    List<Moment> moments = new ArrayList<>();
    while (plan.size() < count) {
      if (kinds.isEmpty()) {
        kinds.addAll(List.of(Kind.values()));
        Collections.shuffle(kinds, random);
      }
      if (moments.isEmpty()) {
        moments.addAll(List.of(Moment.values()));
        moments.addAll(Collections.nCopies(AT_ONCE - 1, Moment.AT_ONCE));
        Collections.shuffle(moments, random);
      }
      Kind kind = kinds.removeLast();
      Duration lasts =
          kind == Kind.BALANCER_RELOADED
              ? Duration.ofSeconds(1)
              : Duration.ofMillis(1_000 + random.nextInt(8_000));
      plan.add(new Fault(kind, target(kind, random), moments.removeLast(), lasts));
    }
    return plan;
  }

  /// Whether what they do can be told apart: two with one target can't, nor can one that may reach
  /// users beside another one.
  boolean mayOverlap(Fault other) {
    return !target.equals(other.target) && !kind.mayReachUsers() && !other.kind.mayReachUsers();
  }

  private static String target(Kind kind, Random random) {
    return switch (kind) {
      case SERVICE_KILLED, SERVICE_FROZEN -> any(SerinCluster.SERVICES, random);
      case BROKER_KILLED, BROKER_FROZEN -> SerinCluster.BROKER;
      case CONTAINER_STOPPED, DISK_FULL -> any(Fleet.NODES, random);
      case PROMETHEUS_KILLED -> "prometheus";
      case BALANCER_RELOADED,
          BALANCER_KILLED,
          SOCKET_SLOW,
          SOCKET_SILENT,
          SOCKET_CUT,
          SOCKET_GARBLED ->
          "haproxy-1";
    };
  }

  private static String any(List<String> names, Random random) {
    return names.get(random.nextInt(names.size()));
  }

  void begin(Surroundings around) throws IOException, InterruptedException {
    switch (kind) {
      case SERVICE_KILLED, BROKER_KILLED -> around.cluster().kill(target);
      case SERVICE_FROZEN, BROKER_FROZEN -> around.cluster().freeze(target, true);
      case BALANCER_RELOADED -> around.signal(target, "USR2");
      case BALANCER_KILLED -> around.killBalancer();
      case CONTAINER_STOPPED -> around.stopContainer(target);
      case DISK_FULL -> around.fillDisk(target);
      case PROMETHEUS_KILLED -> around.signal(target, "KILL");
      case SOCKET_SLOW -> around.relay().become(Relay.Mode.SLOW);
      case SOCKET_SILENT -> around.relay().become(Relay.Mode.SILENT);
      case SOCKET_CUT -> around.relay().become(Relay.Mode.CUT);
      case SOCKET_GARBLED -> around.relay().become(Relay.Mode.GARBLED);
    }
  }

  void end(Surroundings around) throws IOException, InterruptedException {
    switch (kind) {
      case SERVICE_KILLED, BROKER_KILLED -> around.cluster().start(target);
      case SERVICE_FROZEN, BROKER_FROZEN -> around.cluster().freeze(target, false);
      case BALANCER_RELOADED -> {}
      case BALANCER_KILLED, PROMETHEUS_KILLED -> around.mend();
      case CONTAINER_STOPPED -> around.startContainer(target);
      case DISK_FULL -> around.emptyDisk(target);
      case SOCKET_SLOW, SOCKET_SILENT, SOCKET_CUT, SOCKET_GARBLED ->
          around.relay().become(Relay.Mode.FAITHFUL);
    }
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
        + " "
        + target
        + ", "
        + moment.words()
        + ", for "
        + lasts.toMillis() / 1e3
        + " s";
  }
}
