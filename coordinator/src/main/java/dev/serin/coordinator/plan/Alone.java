package dev.serin.coordinator.plan;

import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.TrafficStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The share 100 where the strategy's own `minAvailable` allows that few nodes: every peer leaves
/// rotation before it is updated, and the canaries serve alone while they are watched once more.
public final class Alone {
  /// The batch of the peers that leave; those in which they are updated come after it.
  private static final int LEAVING = 1;

  private Alone() {}

  /// The steps from the last share below 100 until every peer has the release:
  /// 1. all peers leave at once: the share of the canaries goes from the last one to 100, and never
  ///    down;
  /// 2. every node gets its own weight, in the one moment in which that moves no request: those who
  ///    serve are the canaries, and those who come back later, forward or back, take no more than
  ///    their own part;
  /// 3. the window, with the canaries alone, and then whoever is asked before a promotion;
  /// 4. the peers in the batches of the service, not all at once though all of them are out: a peer
  ///    that fails leaves those after it with the binary that they had, ready again within seconds,
  ///    and each batch that is done is one that serves. Each has its own drain still, which finds
  ///    nobody there: should anybody have put it back meanwhile, nobody is cut.
  ///
  /// @param shared whether there was a share before
  static List<Step> compile(ServiceDefinition service, boolean shared) {
    List<Step> steps = new ArrayList<>();
    List<Node> peers = service.peers();
    Integer together = peers.size() == 1 ? null : Integer.valueOf(LEAVING);
    peers.forEach(peer -> steps.add(Step.leave(peer.name()).in(together)));
    if (shared) {
      steps.add(Step.shift(service.canaries().getFirst().name(), null));
    }
    TrafficStep last = service.traffic().getLast();
    if (!last.window().isZero()) {
      steps.add(Step.analyseAlone(last.window()));
    }
    steps.addAll(Plan.hooks(service, Hook.At.BEFORE_PROMOTION, false));
    steps.addAll(Batches.of(service, peers, node -> Plan.update(service, node), LEAVING + 1));
    return steps;
  }

  /// What stands against a release in which the canaries would serve alone and nobody watched them.
  static List<String> problems(ServiceDefinition service) {
    return service.aloneMinimum().isEmpty() || !service.traffic().getLast().window().isZero()
        ? List.of()
        : List.of(
            "trafficSteps: expected a window above 0s at the share 100, where the canaries serve"
                + " alone (minAvailable "
                + service.aloneMinimum().getAsInt()
                + ") to be watched, found 0s; give it one, or leave minAvailable out, and the peers"
                + " are updated one after the other");
  }

  /// Whether a step makes a peer leave before it is updated: what has come to pass with it is the
  /// share 100, and no part of the peer's own update.
  public static boolean isLeaving(Step step) {
    return step.alone() && step.name() == StepName.DRAIN;
  }

  /// How many nodes must remain when that one leaves on the way forward: with a peer of canaries
  /// that may serve alone, the strategy's own number.
  public static int minimum(ServiceDefinition service, @Nullable String node) {
    boolean isPeer = service.peers().stream().anyMatch(peer -> peer.name().equals(node));
    return isPeer ? service.aloneMinimum().orElse(service.minimum()) : service.minimum();
  }

  /// The least that remains at any moment of the plan.
  public static int least(ServiceDefinition service) {
    return Math.min(service.minimum(), service.aloneMinimum().orElse(service.minimum()));
  }

  /// The peers that have left, or were told to, and have the binary that they had: nothing keeps
  /// them from coming back at once.
  public static Set<String> untouched(List<Step> steps) {
    return steps.stream()
        .filter(step -> isLeaving(step) && step.isBegun())
        .map(step -> Objects.requireNonNull(step.node()))
        .filter(node -> !Undo.isReplaced(steps, node))
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Those of them that are out now: not who was given back what it had since, and is to leave once
  /// more when somebody resumes.
  public static Set<String> out(List<Step> steps) {
    return untouched(steps.stream().filter(step -> !isLeaving(step) || step.stands()).toList());
  }

  /// None where the canaries never serve alone.
  static PlanView.@Nullable Alone view(ServiceDefinition service, List<Step> steps) {
    List<Step> leaving = steps.stream().filter(Alone::isLeaving).toList();
    if (leaving.isEmpty()) {
      return null;
    }
    int last = steps.size() - 1;
    while (steps.get(last).name() != StepName.SERVING) {
      last--;
    }
    return new PlanView.Alone(
        service.canaries().stream().map(Node::name).toList(),
        service.peers().stream().map(Node::name).toList(),
        service.aloneMinimum().orElseThrow(),
        service.traffic().getLast().window(),
        Deadlines.bound(service, steps.subList(steps.indexOf(leaving.getFirst()), last + 1)));
  }
}
