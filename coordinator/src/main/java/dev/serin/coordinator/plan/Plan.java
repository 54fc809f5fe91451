package dev.serin.coordinator.plan;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.service.Pause;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Analysis;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.service.TrafficStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Compiles a service's strategy into steps, and gives every step a deadline (I6).
public final class Plan {
  private static final List<StepName> INSTALL =
      List.of(StepName.KEEP, StepName.PUSH, StepName.RESTART, StepName.HEALTH);

  static final List<StepName> RESTART = List.of(StepName.RESTART, StepName.HEALTH);

  private Plan() {}

  /// The service with the nodes first that an earlier rollout left out: they get the release while
  /// they are out of rotation anyway. They count as canaries, since they have the release before
  /// the window and what `$canary` watches must be all of them. Where nobody would be left to
  /// compare with, or to save, the service's own canaries come after the window. Of a blue-green
  /// service whole groups change ([BlueGreen]).
  public static ServiceDefinition leftOutFirst(ServiceDefinition service, Set<String> leftOut) {
    if (service.isBlueGreen()) {
      return BlueGreen.sided(service);
    }
    List<Node> others =
        service.nodes().stream().filter(node -> !leftOut.contains(node.name())).toList();
    if (!Strategies.installs(service.strategy())
        || others.isEmpty()
        || others.size() == service.nodes().size()) {
      return service;
    }
    ServiceDefinition first = leftOutFirst(service, leftOut, others, true);
    return Queries.problems(first).isEmpty()
        ? first
        : leftOutFirst(service, leftOut, others, false);
  }

  /// @param spare whether a peer is made of the other canaries where none is left; not where the
  ///   queries need a label that only they have
  private static ServiceDefinition leftOutFirst(
      ServiceDefinition service, Set<String> leftOut, List<Node> others, boolean spare) {
    boolean noPeer = spare && others.stream().allMatch(Node::canary);
    List<Node> nodes = new ArrayList<>();
    service.nodes().stream()
        .filter(node -> leftOut.contains(node.name()))
        .forEach(node -> nodes.add(withCanary(node, true)));
    others.forEach(node -> nodes.add(noPeer ? withCanary(node, false) : node));
    return with(service, nodes, service.analysis());
  }

  /// The service as an analysis watches it: with that step's window, and once every node has the
  /// release, with all of them as canaries. Of two groups only one has it ever.
  public static ServiceDefinition watched(ServiceDefinition service, Step step) {
    return with(
        service,
        isOnAll(step) && !service.isBlueGreen()
            ? service.nodes().stream().map(node -> withCanary(node, true)).toList()
            : service.nodes(),
        analysis(service, step));
  }

  /// The canary's share of the requests in that window, in per cent: what it is given, or where
  /// nodes have their own weights, the share of the nodes that are canaries.
  ///
  /// @param watched the service as that step watches it
  public static double shareOf(ServiceDefinition watched, Step step) {
    return step.share() == null
        ? 100.0 * watched.canaries().size() / watched.nodes().size()
        : step.share();
  }

  /// Whether an analysis watches what every node has that serves or is to serve: not while the
  /// canaries serve alone, where they are meant.
  public static boolean isOnAll(Step step) {
    return step.share() != null && step.share() == 100 && !step.alone();
  }

  /// The analyses of the plan in which SLIs are asked, its pauses with them: not one in the dark.
  static List<Step> analyses(ServiceDefinition service) {
    return compile(service).stream()
        .filter(step -> step.name() == StepName.ANALYSE)
        .filter(step -> step.share() == null || step.share() > 0)
        .toList();
  }

  /// Whether an SLI counts in that analysis, by the canary's share of the requests.
  static boolean counts(ServiceDefinition service, Sli sli, Step step) {
    return sli.countsAt(shareOf(watched(service, step), step));
  }

  /// Whether an SLI is watched at any time before every node has the release. Of two groups only
  /// one has it ever.
  public static boolean isWatchedInTime(ServiceDefinition service, Sli sli) {
    return analyses(service).stream()
        .filter(step -> service.isBlueGreen() || !isOnAll(step))
        .anyMatch(step -> counts(service, sli, step));
  }

  /// Whether others are compared with in an analysis: not where nobody serves any more without the
  /// release.
  public static boolean hasBaseline(Step step) {
    return step.share() == null || step.share() < 100;
  }

  static ServiceDefinition with(ServiceDefinition service, List<Node> nodes, Analysis analysis) {
    return new ServiceDefinition(
        service.service(),
        service.pool(),
        service.loadBalancers(),
        service.onLoadBalancerDown(),
        nodes,
        service.minAvailable(),
        service.install(),
        service.health(),
        service.loadBalancerHealth(),
        service.drain(),
        analysis,
        service.noData(),
        service.slis(),
        service.strategy(),
        service.trafficSteps(),
        service.batch(),
        service.onBreach(),
        service.onPeerFailure(),
        service.rollback(),
        service.smoke(),
        service.soak(),
        service.pauses(),
        service.hooks(),
        service.freezes(),
        service.onFreeze(),
        service.groups());
  }

  static Node withCanary(Node node, boolean canary) {
    return new Node(
        node.name(), canary, node.instance(), node.server(), node.host(), node.labels());
  }

  /// The forward steps: each canary, the analysis, the peers in batches, the soak. A strategy that
  /// takes several nodes at once by its name has the canaries in its batches too.
  public static List<Step> compile(ServiceDefinition service) {
    if (service.isBlueGreen()) {
      return BlueGreen.compile(BlueGreen.sided(service));
    }
    if (!service.traffic().isEmpty()) {
      return inShares(service);
    }
    if (service.strategy().equals(Strategies.ANALYSIS_ONLY)) {
      return List.of(Step.forward(StepName.ANALYSE, null));
    }
    if (Strategies.takesCanariesAlong(service.strategy())) {
      return withSoak(
          service,
          Batches.askingInBetween(
              inBatches(
                  service,
                  Stream.concat(service.canaries().stream(), service.peers().stream()).toList()),
              hooks(service, Hook.At.BEFORE_PROMOTION, false)));
    }
    List<Step> steps = new ArrayList<>();
    service.canaries().forEach(node -> steps.addAll(update(service, node)));
    if (!service.analysis().window().isZero()) {
      steps.add(Step.forward(StepName.ANALYSE, null));
    }
    pause(steps, service, Pause.CANARY, null);
    steps.addAll(hooks(service, Hook.At.BEFORE_PROMOTION, false));
    steps.addAll(inBatches(service, service.peers()));
    return withSoak(service, steps);
  }

  private static List<Step> withSoak(ServiceDefinition service, List<Step> done) {
    List<Step> steps = new ArrayList<>(done);
    pause(steps, service, Pause.PEERS, 100.0);
    watch(steps, new TrafficStep(100, service.soak()));
    steps.addAll(hooks(service, Hook.At.END, false));
    return List.copyOf(steps);
  }

  private static List<Step> inBatches(ServiceDefinition service, List<Node> nodes) {
    return Batches.of(service, nodes, node -> update(service, node), 1);
  }

  /// The forward steps of a strategy that shifts traffic:
  /// 1. the canaries, with the first share before the first of them is ready;
  /// 2. share after share, each watched for its window, and then asked about where there are hooks;
  /// 3. the nodes' own weights again, and each peer: then all requests get the new version;
  /// 4. what the last share, 100 %, is watched for, and the soak: one window, as both watch the
  ///    same.
  ///
  /// Where the canaries may serve alone, the last share comes before the peers ([Alone]), and only
  /// the soak after them.
  private static List<Step> inShares(ServiceDefinition service) {
    List<Step> steps = new ArrayList<>();
    String canary = service.canaries().getFirst().name();
    List<TrafficStep> shares = service.traffic().stream().filter(share -> !share.isAll()).toList();
    service.canaries().forEach(node -> steps.addAll(update(service, node)));
    for (TrafficStep share : shares) {
      Step shift = Step.shift(canary, share.share());
      if (share.equals(shares.getFirst())) {
        steps.add(steps.indexOf(Step.forward(StepName.READY, canary)), shift);
      } else {
        steps.add(shift);
      }
      watch(steps, share);
      if (share.equals(shares.getFirst())) {
        pause(steps, service, Pause.CANARY, share.share());
      }
      pause(steps, service, Quantities.shown(share.share()) + "%", share.share());
      steps.addAll(hooks(service, Hook.At.BEFORE_PROMOTION, false));
    }
    if (shares.isEmpty()) {
      pause(steps, service, Pause.CANARY, null);
      steps.addAll(hooks(service, Hook.At.BEFORE_PROMOTION, false));
    }
    if (service.aloneMinimum().isPresent()) {
      steps.addAll(Alone.compile(service, !shares.isEmpty()));
      return withSoak(service, steps);
    }
    if (!shares.isEmpty()) {
      steps.add(Step.shift(canary, null));
    }
    steps.addAll(inBatches(service, service.peers()));
    pause(steps, service, Pause.PEERS, 100.0);
    TrafficStep last = service.traffic().getLast();
    watch(steps, new TrafficStep(last.share(), last.window().plus(service.soak())));
    steps.addAll(hooks(service, Hook.At.END, false));
    return List.copyOf(steps);
  }

  static List<Step> hooks(ServiceDefinition service, Hook.At at, boolean undo) {
    return service.hooksAt(at).stream().map(hook -> Step.hook(hook.name(), undo)).toList();
  }

  /// Who is told once everything is taken back.
  public static List<Step> afterRollback(ServiceDefinition service) {
    return hooks(service, Hook.At.AFTER_ROLLBACK, true);
  }

  public static Optional<Hook> hook(ServiceDefinition service, String name) {
    return service.hooks().stream().filter(hook -> hook.name().equals(name)).findFirst();
  }

  /// The pauses that the plan has at this place.
  static void pause(
      List<Step> steps, ServiceDefinition service, String after, @Nullable Double share) {
    for (int index = 0; index < service.pauses().size(); index++) {
      Pause pause = service.pauses().get(index);
      if (pause.after().equals(after)) {
        Duration longest = pause.lasts() == null ? pause.expires() : pause.lasts();
        steps.add(Step.pause(index, share, longest));
      }
    }
  }

  static void watch(List<Step> steps, TrafficStep share) {
    if (!share.window().isZero()) {
      steps.add(Step.analyse(share.share(), share.window()));
    }
  }

  /// How long a step watches, and how.
  public static Analysis analysis(ServiceDefinition service, Step step) {
    Analysis own = service.analysis();
    return step.window() == null
        ? own
        : new Analysis(
            step.window(), own.interval(), own.initialDelay(), own.deadMan(), own.redBaseline());
  }

  static List<Step> update(ServiceDefinition service, Node node) {
    List<StepName> names =
        new ArrayList<>(Strategies.installs(service.strategy()) ? INSTALL : RESTART);
    if (!service.smoke().isEmpty()) {
      names.add(StepName.SMOKE);
    }
    if (!service.pool().isEmpty()) {
      names.addFirst(StepName.DRAIN);
      names.add(StepName.READY);
      names.add(StepName.SERVING);
    }
    return names.stream().map(name -> Step.forward(name, node.name())).toList();
  }

  /// The plan as everybody sees it.
  public static PlanView view(ServiceDefinition asDefined) {
    ServiceDefinition service = asDefined.isBlueGreen() ? BlueGreen.sided(asDefined) : asDefined;
    List<Step> steps = compile(service);
    Duration forward = Deadlines.preflight(service).plus(Deadlines.bound(service, steps));
    List<Step> begun = steps.stream().map(step -> step.begun(Instant.EPOCH)).toList();
    Duration back = Duration.ZERO;
    for (Step step : Undo.of(service, begun)) {
      back = back.plus(Deadlines.bound(service, step));
    }
    for (Step step : afterRollback(service)) {
      back = back.plus(Deadlines.bound(service, step));
    }
    Duration window = Duration.ZERO;
    Duration watched = Duration.ZERO;
    for (Step step : steps) {
      if (step.name() == StepName.ANALYSE && step.pause() == null) {
        window = window.plus(analysis(service, step).window());
        watched = watched.plus(service.analysis().initialDelay());
      }
    }
    watched = watched.plus(window).plus(waits(service, steps));
    return new PlanView(
        service.strategy(),
        steps.stream().map(step -> planned(service, step)).toList(),
        Alone.least(service),
        window,
        service.analysis().interval(),
        watched.plus(Duration.ofSeconds(3).multipliedBy(service.nodes().size())),
        forward.plus(back),
        service.isBlueGreen() ? BlueGreen.overlap(service, steps) : null,
        Alone.view(service, steps));
  }

  /// What a plan waits for besides its windows: its timed pauses, and the grace of the tunnels of
  /// each node, or of those that leave together. Nobody knows when a person promotes.
  private static Duration waits(ServiceDefinition service, List<Step> steps) {
    Duration waits = Duration.ZERO;
    for (int index = 0; index < steps.size(); index++) {
      Step step = steps.get(index);
      Integer pause = step.pause();
      Duration lasts = pause == null ? null : service.pauses().get(pause).lasts();
      if (lasts != null) {
        waits = waits.plus(lasts);
      }
      if (step.name() == StepName.DRAIN && Batches.together(steps, index).getFirst() == index) {
        waits = waits.plus(service.drain().tunnels());
      }
    }
    return waits;
  }

  private static PlanView.PlannedStep planned(ServiceDefinition service, Step step) {
    return new PlanView.PlannedStep(
        step.shown(),
        step.node() == null ? "" : step.node(),
        Deadlines.deadline(service, step),
        step.share(),
        step.name() == StepName.ANALYSE ? analysis(service, step).window() : null,
        step.batch(),
        step.hook());
  }

  /// The steps that would take everything back once all of it is done, as everybody sees them.
  public static List<PlanView.PlannedStep> rollback(ServiceDefinition service) {
    List<Step> begun = compile(service).stream().map(step -> step.begun(Instant.EPOCH)).toList();
    return Stream.concat(Undo.of(service, begun).stream(), afterRollback(service).stream())
        .map(step -> planned(service, step))
        .toList();
  }
}
