package dev.serin.lab.chaos;

import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Something that goes wrong, and how it is over again.
///
/// @param target a process, a daemon or a node
/// @param moment of a rollout in which it begins
/// @param lasts until it is mended; a reload is over at once
record Fault(Kind kind, String target, Moment moment, Duration lasts) {
  /// A quarter of them meet another one that is not over yet.
  private static final int AT_ONCE = 2;

  /// The kinds of faults.
  enum Kind {
    SERVICE_KILLED("a service, kill -9, started again", false),
    SERVICE_FROZEN("a service, SIGSTOP, then SIGCONT", false),
    BROKER_KILLED("the broker, kill -9, started again", false),
    BROKER_FROZEN("the broker, SIGSTOP, then SIGCONT", false),
    BALANCER_RELOADED("HAProxy, a hot reload", true),
    BALANCER_KILLED("HAProxy with its workers, kill -9, started again", true),
    CONTAINER_STOPPED("a node's container, stopped with force, started again", true),
    DISK_FULL("no room where a node keeps its binaries", false),
    PROMETHEUS_KILLED("Prometheus, kill -9, started again", false),
    SOCKET_SLOW("HAProxy's socket answers 2 s late", false),
    SOCKET_SILENT("HAProxy's socket does not answer", false),
    SOCKET_CUT("HAProxy's socket breaks off in the middle of an answer", false),
    SOCKET_GARBLED("HAProxy's socket answers garbage", false);

    private final String words;
    private final boolean reachesUsers;

    Kind(String words, boolean reachesUsers) {
      this.words = words;
      this.reachesUsers = reachesUsers;
    }

    String words() {
      return words;
    }

    /// Whether users' requests fail by the fault itself, whatever Serin does.
    boolean reachesUsers() {
      return reachesUsers;
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

  /// Whether what they do can be told apart: two with one target can't, nor can one that reaches
  /// users beside another one.
  boolean mayOverlap(Fault other) {
    return !target.equals(other.target) && !kind.reachesUsers() && !other.kind.reachesUsers();
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
