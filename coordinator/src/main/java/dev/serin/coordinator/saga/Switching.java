package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.BlueGreen;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The change between two groups of nodes ([BlueGreen]): which of them stands by is what preflight
/// finds, and each gets the state that the other one had. Nothing of it is for other services.
final class Switching {
  private Switching() {}

  /// The service with the group that comes as its canaries: the one whose every node is in
  /// maintenance on every load balancer, while the other one takes the requests. A node that an
  /// earlier rollout left out counts with its group.
  ///
  /// @param leftOut those nodes
  /// @param ill nodes that are admitted and need not be up, since it is an incident
  /// @param problems takes what stands against it; nothing where the pool was not seen whole, which
  ///   is told elsewhere
  static ServiceDefinition sided(
      ServiceDefinition service,
      Set<String> leftOut,
      Set<String> ill,
      @Nullable PoolChecked pool,
      List<String> problems) {
    if (!service.isBlueGreen() || pool == null) {
      return service;
    }
    Groups groups = new Groups(service, leftOut, ill, pool);
    if (!groups.areSeen()) {
      return service;
    }
    for (String group : service.groups().keySet()) {
      if (groups.standsBy(group) && groups.serves(groups.other(group))) {
        return BlueGreen.coming(service, group);
      }
    }
    problems.addAll(groups.problems());
    return service;
  }

  /// The two groups as the load balancers have them.
  private record Groups(
      ServiceDefinition service, Set<String> leftOut, Set<String> ill, PoolChecked pool) {
    private List<ServerSeen> of(String node) {
      return pool.servers().stream().filter(seen -> seen.node().equals(node)).toList();
    }

    private List<String> members(String group) {
      return service.groups().getOrDefault(group, List.of());
    }

    String other(String group) {
      return service.groups().keySet().stream()
          .filter(it -> !it.equals(group))
          .findFirst()
          .orElseThrow();
    }

    boolean areSeen() {
      return service.nodes().stream().noneMatch(node -> of(node.name()).isEmpty());
    }

    private boolean isInMaintenance(String node) {
      return of(node).stream().allMatch(seen -> seen.setting().state() == AdminState.MAINT);
    }

    private boolean isIn(String node) {
      return ill.contains(node) || of(node).stream().allMatch(ServerSeen::inRotation);
    }

    private boolean isLeftOut(String node) {
      return leftOut.contains(node) && of(node).stream().noneMatch(ServerSeen::inRotation);
    }

    boolean standsBy(String group) {
      return members(group).stream().allMatch(node -> isInMaintenance(node) || isLeftOut(node));
    }

    boolean serves(String group) {
      return members(group).stream().anyMatch(this::isIn)
          && members(group).stream().allMatch(node -> isIn(node) || isLeftOut(node));
    }

    List<String> problems() {
      List<String> names = List.copyOf(service.groups().keySet());
      String both = String.join(" and ", names);
      if (names.stream().allMatch(this::standsBy)) {
        return List.of(
            "groups: expected one group in rotation, found both, "
                + both
                + ", in maintenance; put all of the one that is to serve into rotation (set server "
                + line(names.getFirst())
                + " state ready, and so on)");
      }
      if (names.stream().allMatch(this::serves)) {
        return List.of(
            "groups: expected one group in maintenance, to get the release, found both, "
                + both
                + ", in rotation; put all of one into maintenance on every load balancer (set server "
                + line(names.getLast())
                + " state maint, and so on)");
      }
      return names.stream()
          .filter(group -> !standsBy(group) && !serves(group))
          .map(this::mixed)
          .toList();
    }

    private String mixed(String group) {
      return "group "
          + group
          + ": expected all of it in rotation, or all of it in maintenance, on every load balancer,"
          + " found "
          + members(group).stream()
              .map(node -> node + " " + words(node))
              .collect(Collectors.joining(", "))
          + "; give all of its nodes one state";
    }

    private String words(String node) {
      if (isIn(node)) {
        return "in rotation";
      }
      return isInMaintenance(node)
          ? "in maintenance"
          : of(node).stream()
              .map(seen -> seen.status() + " on " + seen.setting().loadBalancer())
              .distinct()
              .collect(Collectors.joining(" and "));
    }

    /// A server as HAProxy's runtime API names it, such as `api_pool/b1`.
    private String line(String group) {
      ServerSetting setting = of(members(group).getFirst()).getFirst().setting();
      return setting.pool() + "/" + setting.server();
    }
  }

  /// The nodes with what the switch gives them: who stands by is to be ready, who serves is to
  /// stand by.
  static Map<String, NodeRecord> exchanged(
      ServiceDefinition service, Map<String, NodeRecord> nodes) {
    if (!service.isBlueGreen()) {
      return nodes;
    }
    Map<String, NodeRecord> exchanged = new HashMap<>();
    nodes.forEach((name, record) ->
        exchanged.put(
            name,
            record.toBe(BlueGreen.isLeaving(service, name) ? AdminState.MAINT : AdminState.READY)));
    return exchanged;
  }

  /// What stands against making the group ready that comes.
  static List<String> problems(ServiceDefinition service, Map<String, NodeRecord> nodes) {
    List<String> problems = new ArrayList<>();
    if (!service.isBlueGreen()) {
      return problems;
    }
    for (Node node : service.canaries()) {
      NodeRecord record = nodes.get(node.name());
      List<ServerSetting> goal = record == null ? List.of() : record.goal();
      goal.stream()
          .filter(setting -> setting.weight() == 0)
          .map(setting ->
              "node "
                  + node.name()
                  + ": expected a weight above 0, with which the switch puts it into rotation,"
                  + " found 0 on "
                  + setting.loadBalancer()
                  + "; give it one (set server "
                  + setting.pool()
                  + "/"
                  + setting.server()
                  + " weight 100)")
          .forEach(problems::add);
    }
    return problems;
  }

  /// What an instance's problems are to the rollout. The group that leaves gets no binary, so it
  /// need not keep the one of a way back, nor have space for it.
  static List<String> relevant(ServiceDefinition service, InstanceSeen seen) {
    return BlueGreen.isLeaving(service, seen.node())
        ? seen.problems().stream()
            .filter(problem -> !seen.ofInstalling().contains(problem))
            .toList()
        : seen.problems();
  }

  /// The plan, now that it is known which group comes. What it waits for is the same either way,
  /// and somebody may have skipped it already.
  static List<Step> steps(Rollout rollout, ServiceDefinition found) {
    Iterator<Step> waits =
        rollout.steps().stream().filter(step -> step.name() == StepName.ANALYSE).iterator();
    return Plan.compile(found).stream()
        .map(step -> step.name() == StepName.ANALYSE ? waits.next() : step)
        .toList();
  }

  /// Whether the other group takes no requests any more.
  static boolean isOver(Rollout rollout) {
    return rollout.service().isBlueGreen()
        && rollout.nodes().values().stream()
            .filter(record -> BlueGreen.isLeaving(rollout.service(), record.name()))
            .allMatch(record -> record.leaving() || NodeRecord.areOutEverywhere(record.asked()));
  }

  /// Whether nobody would be left to serve once this step of a rollback has drained its node, and
  /// those that leave with it: all of the group that left could not come back; or none of the peers
  /// that had left for the canaries, and no other canary serves.
  ///
  /// @param given the nodes that were given up
  static boolean leavesNobody(Rollout rollout, List<String> given, int index) {
    ServiceDefinition service = rollout.service();
    Step step = rollout.steps().get(index);
    boolean alone = rollout.steps().stream().anyMatch(it -> Alone.isLeaving(it) && it.isBegun());
    if (!(service.isBlueGreen() || alone) || !step.undo() || step.name() != StepName.DRAIN) {
      return false;
    }
    Set<String> peers = service.peers().stream().map(Node::name).collect(Collectors.toSet());
    NodeRecord record =
        Objects.requireNonNull(rollout.nodes().get(Objects.requireNonNull(step.node())));
    Set<String> leaving =
        Batches.together(rollout.steps(), index).stream()
            .map(it -> Objects.requireNonNull(rollout.steps().get(it).node()))
            .collect(Collectors.toSet());
    return !peers.contains(record.name())
        && isIn(record)
        && rollout.nodes().values().stream()
            .filter(it ->
                service.isBlueGreen() ? peers.contains(it.name()) : !leaving.contains(it.name()))
            .noneMatch(it ->
                (isIn(it) && !given.contains(it.name()) && !isSeenOut(rollout, it.name()))
                    || ComingBack.isSeen(rollout, it.name()));
  }

  /// Whether the load balancers say that a canary is down which Serin has not touched since it
  /// served. What they said of one that is on its way back, or of a peer, may be older than what
  /// was done to it.
  private static boolean isSeenOut(Rollout rollout, String node) {
    Rollout.Seen seen = rollout.seen();
    return seen.at() != null
        && seen.silent().isEmpty()
        && !seen.inRotation().contains(node)
        && rollout.service().canaries().stream().anyMatch(canary -> canary.name().equals(node))
        && rollout.steps().stream()
            .noneMatch(step -> step.undo() && step.isBegun() && node.equals(step.node()));
  }

  private static boolean isIn(NodeRecord record) {
    return Boolean.TRUE.equals(record.inRotation());
  }

  /// Who comes and who leaves.
  static String sentence(ServiceDefinition service) {
    return BlueGreen.comes(service)
        + " stands by and gets the release, "
        + BlueGreen.leaves(service)
        + " serves and leaves for it";
  }

  /// What a completed rollout has come to.
  static String completed(Rollout rollout) {
    return rollout.request().version()
        + " runs on every node of "
        + BlueGreen.comes(rollout.service())
        + " and is the last known good; "
        + BlueGreen.leaves(rollout.service())
        + " stands by with what it ran before";
  }
}
