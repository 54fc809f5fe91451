package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.SliBefore;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The checks before anything is touched: asked all at once, told all at once.
final class Preflights {
  /// How what the watcher says begins.
  private static final String WATCHER = Agent.SLI.shown() + ": ";

  private Preflights() {}

  static void start(Draft draft) {
    ServiceDefinition service = draft.rollout().service();
    Duration within = Deadlines.preflight(service);
    boolean urgent = Incidents.isUrgent(service, draft.request());
    asked(service, urgent).forEach(agent -> draft.ask(agent, null, within));
    for (Hook hook : service.hooksAt(Hook.At.PREFLIGHT)) {
      if (urgent) {
        Hooking.tell(draft, hook);
      } else {
        draft.askHook(hook.name(), within);
      }
    }
  }

  /// Who has something to check.
  static List<Agent> asked(ServiceDefinition service, boolean urgent) {
    List<Agent> agents = new ArrayList<>();
    if (!service.pool().isEmpty()) {
      agents.add(Agent.HAPROXY);
    }
    if (!service.strategy().equals(Strategies.ANALYSIS_ONLY)) {
      agents.add(Agent.INCUS);
    }
    boolean signs =
        signing(service, urgent).stream()
            .anyMatch(hook -> hook.secret() != null && hook.isNeeded());
    if (service.isWatched() || signs) {
      agents.add(Agent.SLI);
    }
    return agents;
  }

  /// The hooks whose secrets have to be there: those that the rollout may ask. In an incident it
  /// asks none, so what would sign a call stands against nothing.
  static List<Hook> signing(ServiceDefinition service, boolean urgent) {
    if (urgent) {
      return List.of();
    }
    Set<String> steps =
        Plan.compile(service).stream()
            .map(Step::hook)
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    return service.hooks().stream()
        .filter(hook -> hook.at() != Hook.At.BEFORE_PROMOTION || steps.contains(hook.name()))
        .toList();
  }

  static void answered(Draft draft, Phase.Preflight preflight, Pending pending, AgentEvent event) {
    Phase.Preflight next =
        pending.hook() == null
            ? with(preflight, pending.agent(), event)
            : Hooking.checked(preflight, Hooking.of(draft.rollout(), pending.hook()), event);
    draft.enter(next);
    if (event instanceof PoolChecked pool
        && BeforeTheStart.isOfOthers(
            draft.rollout().service(), draft.request(), draft.leftOut.keySet(), pool)) {
      draft.askOver(Agent.SLI, pending.postponed(draft.absence(pending.askAt())).deadline());
    }
    if (draft.rollout().pending().isEmpty()) {
      judge(draft, next);
    }
  }

  /// What is known with one more answer.
  static Phase.Preflight with(Phase.Preflight preflight, Agent agent, AgentEvent event) {
    return switch (event) {
      case PoolChecked pool ->
          new Phase.Preflight(
              pool,
              preflight.instances(),
              preflight.slis(),
              preflight.problems(),
              preflight.warnings());
      case InstancesInspected instances ->
          new Phase.Preflight(
              preflight.pool(),
              instances,
              preflight.slis(),
              preflight.problems(),
              preflight.warnings());
      case SlisChecked slis ->
          new Phase.Preflight(
              preflight.pool(),
              preflight.instances(),
              slis,
              // Asked over, it has failed before.
              preflight.problems().stream().filter(it -> !it.startsWith(WATCHER)).toList(),
              preflight.warnings());
      case HaproxyEvent.Failed(var head, Failure failure) ->
          withProblem(preflight, "haproxy-agent: " + failure.sentence());
      case IncusEvent.Failed(var head, Failure failure) ->
          withProblem(preflight, "incus-agent: " + failure.sentence());
      case SliEvent.Failed(var head, Failure failure) ->
          withProblem(preflight, WATCHER + failure.sentence());
      default ->
          withProblem(
              preflight,
              "expected the answer to a check from "
                  + agent
                  + ", found "
                  + event.getClass().getSimpleName());
    };
  }

  private static Phase.Preflight withProblem(Phase.Preflight preflight, String problem) {
    List<String> problems = new ArrayList<>(preflight.problems());
    problems.add(problem);
    return new Phase.Preflight(
        preflight.pool(), preflight.instances(), preflight.slis(), problems, preflight.warnings());
  }

  /// Whoever has not answered in time is a problem of its own.
  static void late(Draft draft, Phase.Preflight preflight) {
    Phase.Preflight next = preflight;
    for (Pending pending : draft.rollout().pending()) {
      next = late(draft.rollout(), next, pending);
    }
    draft.forgetPending();
    draft.enter(next);
    judge(draft, next);
  }

  private static Phase.Preflight late(Rollout rollout, Phase.Preflight preflight, Pending pending) {
    if (pending.hook() != null) {
      return Hooking.unanswered(preflight, Hooking.of(rollout, pending.hook()), pending);
    }
    SlisChecked first = preflight.slis();
    return first != null && pending.agent() == Agent.SLI
        ? notAskedOver(preflight, first)
        : without(preflight, pending.agent(), Deadlines.preflight(rollout.service()));
  }

  /// The watcher has answered of those that were supposed to serve, and was silent when it was
  /// asked of those that do: nothing is known of these, which stops no release.
  private static Phase.Preflight notAskedOver(Phase.Preflight preflight, SlisChecked first) {
    List<String> warnings = new ArrayList<>(preflight.warnings());
    warnings.add(BeforeTheStart.NOT_ASKED_OVER);
    return new Phase.Preflight(
        preflight.pool(),
        preflight.instances(),
        new SlisChecked(
            first.head(),
            first.results(),
            first.problems(),
            first.warnings(),
            List.of(),
            first.power()),
        preflight.problems(),
        warnings);
  }

  /// What is known of an agent that said nothing.
  static Phase.Preflight without(Phase.Preflight preflight, Agent agent, Duration within) {
    return withProblem(
        preflight,
        agent.shown()
            + ": expected an answer within "
            + View.shown(within)
            + ", found none; is it running?");
  }

  private static void judge(Draft draft, Phase.Preflight found) {
    Judgement judged =
        judgement(draft.rollout().service(), draft.request(), draft.ledger(), found, draft.at);
    List<String> warnings = new ArrayList<>(Freezes.warnings(draft));
    warnings.addAll(judged.warnings());
    warnings.addAll(FileRecords.unbrought(judged.service(), draft.request(), draft.lastKnownGood));
    if (Incidents.isUrgent(judged.service(), draft.request())) {
      judged.service().hooksAt(Hook.At.PREFLIGHT).stream()
          .map(Hooking::told)
          .forEach(warnings::add);
    }
    if (judged.problems().isEmpty()) {
      pass(draft, found, judged, warnings);
    } else {
      fail(draft, found, judged.problems(), warnings);
    }
  }

  /// What the answers come to.
  ///
  /// @param service as it was found: which of two groups comes
  /// @param nodes what each node has, by name; those that it could be found out of
  /// @param problems what stands against the rollout
  record Judgement(
      ServiceDefinition service,
      Map<String, NodeRecord> nodes,
      List<String> problems,
      List<String> warnings,
      Migrating migrating) {}

  /// The same for a rollout and for a plan of one.
  ///
  /// @param ledger what is known of earlier rollouts
  static Judgement judgement(
      ServiceDefinition asked,
      ReleaseRequested request,
      Ledger ledger,
      Phase.Preflight found,
      Instant at) {
    Map<String, List<ServerSetting>> leftOut = ledger.leftOut();
    List<String> problems = new ArrayList<>(found.problems());
    List<String> warnings = new ArrayList<>(found.warnings());
    if (found.pool() != null) {
      problems.addAll(found.pool().problems());
      warnings.addAll(found.pool().warnings());
    }
    boolean urgent = Incidents.isUrgent(asked, request);
    (urgent ? warnings : problems).addAll(ClocksApart.found(found, Deadlines.preflight(asked), at));
    Map<String, String> ill = urgent ? Incidents.ill(asked, found) : Map.of();
    ServiceDefinition service =
        Switching.sided(asked, leftOut.keySet(), ill.keySet(), found.pool(), problems);
    if (!service.isBlueGreen() && !ill.isEmpty()) {
      service = Plan.leftOutFirst(service, Incidents.first(leftOut.keySet(), ill));
    }
    if (urgent) {
      warnings.addAll(Incidents.warnings(service, ill, leftOut.keySet(), found));
    }
    if (found.instances() != null) {
      problems.addAll(found.instances().problems());
      for (InstanceSeen seen : found.instances().instances()) {
        // What an earlier rollout left behind is what this one is there to mend.
        boolean isMended = leftOut.containsKey(seen.node()) && seen.sha256() != null;
        List<String> relevant = Switching.relevant(service, seen);
        List<String> mended =
            isMended
                ? relevant
                : ill.containsKey(seen.node()) ? Incidents.ofTheNode(service, seen) : List.of();
        relevant.forEach(it -> (mended.contains(it) ? warnings : problems).add(it));
      }
      warnings.addAll(found.instances().warnings());
      problems.addAll(FileRecords.problems(request, found.instances().instances()));
    }
    if (found.slis() != null) {
      problems.addAll(found.slis().problems());
      warnings.addAll(found.slis().warnings());
      BeforeTheStart before = BeforeTheStart.of(service, request, ledger, found, at);
      problems.addAll(before.problems());
      warnings.addAll(before.warnings());
    }
    problems.addAll(Restarts.problems(service, leftOut.keySet()));
    problems.addAll(strangers(service, found));
    Map<String, NodeRecord> nodes =
        Switching.exchanged(service, records(service, leftOut, found, problems));
    if (problems.isEmpty()) {
      problems.addAll(Switching.problems(service, nodes));
      problems.addAll(Shifting.problems(service, nodes));
      problems.addAll(Leaving.problems(service, nodes, urgent));
      problems.addAll(FileRecords.ofTheOtherGroup(service, request));
    }
    Migrating migrating = Migrating.of(request);
    problems.addAll(migrating.problems());
    warnings.addAll(migrating.warnings());
    return new Judgement(service, nodes, each(problems), each(warnings), migrating);
  }

  /// What several nodes say alike is said once.
  private static List<String> each(List<String> sentences) {
    return sentences.stream().distinct().toList();
  }

  private static void pass(
      Draft draft, Phase.Preflight found, Judgement judged, List<String> warnings) {
    Map<String, NodeRecord> nodes = judged.nodes();
    draft.nodes(nodes);
    ServiceDefinition service = judged.service();
    boolean sided = service.isBlueGreen();
    boolean replanned = sided || !service.equals(draft.rollout().service());
    if (replanned) {
      draft.change(it -> it.planned(service, Switching.steps(it, service)));
    }
    draft.change(it -> it.reachedBy(found.pool() == null ? List.of() : found.pool().access()));
    draft.change(it -> it.without(found.pool() == null ? List.of() : found.pool().missing()));
    // What a person has put back into rotation since is no longer left out.
    draft.leftOut.entrySet().removeIf(left -> isBack(left.getValue(), nodes.get(left.getKey())));
    String how =
        "every check is green; "
            + (sided ? Switching.sentence(service) + "; " : "")
            + judged.migrating().words()
            + (warnings.isEmpty() ? "" : "; warned: " + String.join("; ", warnings));
    draft.enter(new Phase.Rolling(0), how);
    draft.emit(
        Draft.SERIN,
        how,
        head ->
            new RolloutEvent.PreflightPassed(
                head,
                draft.nodeViews(),
                warnings,
                replanned ? Plan.view(service) : null,
                BeforeTheStart.told(found.slis()),
                BeforeTheStart.power(found.slis())));
    Rolling.begin(draft, 0);
  }

  /// @param before what it had before an earlier rollout left it out
  /// @param now none for a node that the service has no more
  private static boolean isBack(List<ServerSetting> before, @Nullable NodeRecord now) {
    return now != null
        && !now.settings().isEmpty()
        && (!NodeRecord.areOut(now.settings()) || now.settings().equals(before));
  }

  private static void fail(
      Draft draft, Phase.Preflight found, List<String> problems, List<String> warnings) {
    String why = String.join("; ", problems);
    List<SliBefore> before = BeforeTheStart.told(found.slis());
    draft.emit(
        Draft.SERIN,
        why,
        head -> new RolloutEvent.PreflightFailed(head, problems, warnings, before));
    draft.emit(
        RolloutPhase.REJECTED,
        Draft.SERIN,
        why,
        head -> new RolloutEvent.RolloutRejected(head, problems));
    Rolling.skipPending(draft);
    draft.close(
        View.over(
            draft.ledger(),
            draft.rollout(),
            RolloutPhase.REJECTED,
            Outcome.REJECTED,
            why,
            problems,
            draft.at));
    Requests.startNext(draft);
  }

  /// A server line whose address is another instance's would drain one node and restart another.
  private static List<String> strangers(ServiceDefinition service, Phase.Preflight found) {
    List<String> problems = new ArrayList<>();
    PoolChecked pool = found.pool();
    InstancesInspected inspected = found.instances();
    if (pool == null || inspected == null) {
      return problems;
    }
    for (ServerSeen seen : pool.servers()) {
      Node node = service.node(seen.node()).orElse(null);
      String owner = owner(inspected.owners(), seen.address());
      if (node != null && owner != null && !owner.equals(node.instance())) {
        String problem =
            "node "
                + node.name()
                + ": expected server "
                + seen.setting().server()
                + " to be instance "
                + node.instance()
                + ", found its address "
                + seen.address()
                + " to be instance "
                + owner
                + "'s; draining one would restart the other";
        if (!problems.contains(problem)) {
          problems.add(problem);
        }
      }
    }
    return problems;
  }

  private static @Nullable String owner(Map<String, String> owners, @Nullable String address) {
    if (address == null) {
      return null;
    }
    String exact = owners.get(address);
    int port = address.lastIndexOf(':');
    return exact != null || port < 0 ? exact : owners.get(address.substring(0, port));
  }

  private static Map<String, NodeRecord> records(
      ServiceDefinition service,
      Map<String, List<ServerSetting>> leftOut,
      Phase.Preflight found,
      List<String> problems) {
    Map<String, NodeRecord> records = new HashMap<>();
    InstancesInspected inspected = found.instances();
    if (inspected == null) {
      return records;
    }
    for (Node node : service.nodes()) {
      Optional<InstanceSeen> seen =
          inspected.instances().stream().filter(it -> it.node().equals(node.name())).findFirst();
      String digest = seen.map(InstanceSeen::sha256).orElse(null);
      if (seen.isPresent() && digest != null) {
        records.put(node.name(), record(service, leftOut, found.pool(), node, digest, seen.get()));
      } else if (!isExplained(inspected, node)) {
        problems.add("node " + node.name() + ": expected a binary to go back to, found none");
      }
    }
    if (found.pool() != null) {
      unseen(service, found.pool(), problems);
    }
    return records;
  }

  /// Whether the incus-agent says itself why it found no binary.
  private static boolean isExplained(InstancesInspected inspected, Node node) {
    return !inspected.problems().isEmpty()
        || inspected.instances().stream()
            .anyMatch(seen -> seen.node().equals(node.name()) && !seen.problems().isEmpty());
  }

  /// A server whose state was not recorded could not be put back.
  private static void unseen(ServiceDefinition service, PoolChecked pool, List<String> problems) {
    if (!pool.problems().isEmpty()) {
      return;
    }
    int places = service.pool().size() * (service.loadBalancers().size() - pool.missing().size());
    for (Node node : service.nodes()) {
      long seen = pool.servers().stream().filter(it -> it.node().equals(node.name())).count();
      if (seen != places) {
        problems.add(
            "node "
                + node.name()
                + ": expected server "
                + node.server()
                + " in "
                + places
                + " places (each pool on each load balancer), found it in "
                + seen);
      }
    }
  }

  private static NodeRecord record(
      ServiceDefinition service,
      Map<String, List<ServerSetting>> leftOut,
      @Nullable PoolChecked pool,
      Node node,
      String digest,
      InstanceSeen instance) {
    List<ServerSeen> seen =
        pool == null
            ? List.of()
            : pool.servers().stream().filter(it -> it.node().equals(node.name())).toList();
    List<ServerSetting> settings =
        CatchingUp.assumed(
            service,
            pool == null ? List.of() : pool.missing(),
            seen.stream().map(ServerSeen::setting).toList());
    List<ServerSetting> goal = leftOut.get(node.name());
    return new NodeRecord(
        node.name(),
        digest,
        settings,
        goal != null && NodeRecord.areOut(settings) ? goal : settings,
        settings,
        false,
        digest,
        seen.isEmpty() ? null : seen.stream().allMatch(ServerSeen::inRotation),
        seen.isEmpty()
            ? null
            : seen.stream().mapToInt(it -> it.setting().weight()).min().orElseThrow(),
        NodeRecord.InstanceRecord.of(instance),
        null,
        List.of(),
        seen.stream().map(ServerSeen::cookie).filter(Objects::nonNull).findFirst().orElse(null));
  }
}
