package dev.serin.coordinator.plan;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.service.Pause;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.TrafficStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Two groups of nodes. One takes the requests; the other one stands by in maintenance, gets the
/// release, and takes over. The nodes of the group that comes are the canaries of the definition as
/// a rollout has it, those of the group that leaves are its peers: so `$canary` in a query, the
/// dead man's switch and the way back mean the right ones.
public final class BlueGreen {
  /// The batch of the group that comes.
  private static final int COMING = 1;

  /// The batch of the group that leaves.
  private static final int LEAVING = 2;

  private BlueGreen() {}

  /// The service in which that group comes and the other one leaves.
  public static ServiceDefinition coming(ServiceDefinition service, String group) {
    List<String> members = service.groups().getOrDefault(group, List.of());
    return Plan.with(
        service,
        service.nodes().stream()
            .map(node -> Plan.withCanary(node, members.contains(node.name())))
            .toList(),
        service.analysis());
  }

  /// The service with one group that comes. Which of them stands by is seen at preflight; before
  /// that it is supposed to be the one that is named last.
  static ServiceDefinition sided(ServiceDefinition service) {
    return service.groups().keySet().stream()
        .map(group -> coming(service, group))
        .filter(service::equals)
        .findFirst()
        .orElseGet(() -> coming(service, List.copyOf(service.groups().keySet()).getLast()));
  }

  /// The service with each of its groups as the one that comes; as it is where it has none.
  static List<ServiceDefinition> eitherWay(ServiceDefinition service) {
    return service.isBlueGreen()
        ? service.groups().keySet().stream().map(group -> coming(service, group)).toList()
        : List.of(service);
  }

  /// The name of the group that comes.
  public static String comes(ServiceDefinition service) {
    return group(service, service.canaries());
  }

  /// The name of the group that leaves.
  public static String leaves(ServiceDefinition service) {
    return group(service, service.peers());
  }

  private static String group(ServiceDefinition service, List<Node> nodes) {
    String first = nodes.getFirst().name();
    return service.groups().entrySet().stream()
        .filter(group -> group.getValue().contains(first))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /// Whether the node is one of the group that leaves.
  public static boolean isLeaving(ServiceDefinition service, String node) {
    return service.isBlueGreen()
        && service.peers().stream().anyMatch(peer -> peer.name().equals(node));
  }

  /// The forward steps:
  /// 1. the group that comes is updated and checked in the dark, all of it at once;
  /// 2. where there are shares below 100, it enters rotation with the first of them, and share
  ///    after share is watched;
  /// 3. the switch: all of it is ready with its own weights, and proven on every load balancer;
  ///    then the other group drains, and stands by in maintenance;
  /// 4. the window, with the soak: one, as both watch the same.
  ///
  /// What a hook may veto comes before the switch; a pause `canary` too, in the dark where there
  /// are no shares: then there is nothing to watch in it.
  static List<Step> compile(ServiceDefinition service) {
    List<Step> steps = new ArrayList<>(together(service.canaries(), COMING, inTheDark(service)));
    List<TrafficStep> shares = service.traffic().stream().filter(share -> !share.isAll()).toList();
    if (shares.isEmpty()) {
      Plan.pause(steps, service, Pause.CANARY, 0.0);
      steps.addAll(Plan.hooks(service, Hook.At.BEFORE_PROMOTION, false));
      steps.addAll(admission(service));
    }
    for (TrafficStep share : shares) {
      boolean isFirst = share.equals(shares.getFirst());
      steps.add(shift(service, share.share()));
      if (isFirst) {
        steps.addAll(admission(service));
      }
      Plan.watch(steps, share);
      if (isFirst) {
        Plan.pause(steps, service, Pause.CANARY, share.share());
      }
      Plan.pause(steps, service, Quantities.shown(share.share()) + "%", share.share());
      steps.addAll(Plan.hooks(service, Hook.At.BEFORE_PROMOTION, false));
    }
    if (!shares.isEmpty()) {
      steps.add(shift(service, null));
    }
    steps.addAll(together(service.peers(), LEAVING, List.of(StepName.DRAIN, StepName.MAINT)));
    Plan.pause(steps, service, Pause.PEERS, 100.0);
    Plan.watch(steps, new TrafficStep(100, window(service).plus(service.soak())));
    steps.addAll(Plan.hooks(service, Hook.At.END, false));
    return List.copyOf(steps);
  }

  /// The drain finds nobody there; from it on a reload that forgets the maintenance is mended.
  private static List<StepName> inTheDark(ServiceDefinition service) {
    List<StepName> names =
        List.of(StepName.DRAIN, StepName.KEEP, StepName.PUSH, StepName.RESTART, StepName.HEALTH);
    return service.smoke().isEmpty()
        ? names
        : Stream.concat(names.stream(), Stream.of(StepName.SMOKE)).toList();
  }

  private static List<Step> admission(ServiceDefinition service) {
    return together(service.canaries(), COMING, List.of(StepName.READY, StepName.SERVING));
  }

  /// Of no batch: two shares without a window between them stand side by side, and are not under
  /// way together.
  private static Step shift(ServiceDefinition service, @Nullable Double share) {
    return Step.shift(service.canaries().getFirst().name(), share);
  }

  private static List<Step> together(List<Node> nodes, int batch, List<StepName> names) {
    Function<Node, List<Step>> steps =
        node -> names.stream().map(name -> Step.forward(name, node.name())).toList();
    return Batches.byName(nodes.stream().map(steps).toList(), number(nodes, batch));
  }

  /// @return none for a node that is alone
  private static @Nullable Integer number(List<Node> nodes, int batch) {
    return nodes.size() == 1 ? null : Integer.valueOf(batch);
  }

  /// How long the group that came is watched once the other one has left.
  private static Duration window(ServiceDefinition service) {
    return service.traffic().isEmpty()
        ? service.analysis().window()
        : service.traffic().getLast().window();
  }

  /// From the first node that is ready to the last one that has left.
  static PlanView.Overlap overlap(ServiceDefinition service, List<Step> steps) {
    List<StepName> names = steps.stream().map(Step::name).toList();
    List<Step> both =
        steps.subList(names.indexOf(StepName.READY), names.lastIndexOf(StepName.DRAIN) + 1);
    return new PlanView.Overlap(
        comes(service),
        leaves(service),
        both.stream()
            .filter(step -> step.name() == StepName.ANALYSE && step.pause() == null)
            .map(step -> Plan.analysis(service, step).window())
            .reduce(Duration.ZERO, Duration::plus),
        Deadlines.bound(service, both));
  }
}
