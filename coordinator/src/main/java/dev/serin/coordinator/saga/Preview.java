package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.ReleasePlan.NodeNow;
import dev.serin.contracts.rollout.ReleasePlan.PlannedFile;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.service.OnFreeze;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a release would do, and what stands against it: the checks of a rollout's start, asked and
/// judged by the same code, without a rollout. Nothing of it is kept.
///
/// The answers of agents for it reach the saga too, which awaits none of them.
public final class Preview {
  private final Ledger ledger;
  private final ReleaseRequested release;
  private final ServiceDefinition service;

  private Preview(Ledger ledger, ReleaseRequested release, ServiceDefinition service) {
    this.ledger = ledger;
    this.release = release;
    this.service = service;
  }

  /// @param definition the service as it is defined now
  public static Parsed<Preview> of(
      Ledger ledger, ServiceDefinition definition, ReleaseRequested release) {
    return switch (Returns.merged(new Draft(ledger, Instant.EPOCH), definition, release)) {
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
          new Parsed.Invalid<>(problems);
      case Parsed.Valid<ServiceDefinition>(ServiceDefinition merged) ->
          new Parsed.Valid<>(
              new Preview(ledger, release, Plan.leftOutFirst(merged, ledger.leftOut().keySet())));
    };
  }

  /// Of taking back what completed last: the release that it would be, or why there is none.
  ///
  /// @param definition the service as it is defined now
  public static Parsed<Preview> of(
      Ledger ledger, ServiceDefinition definition, Request.RollbackRequested back) {
    Draft draft = new Draft(ledger, Instant.EPOCH);
    draft.definition = definition;
    return switch (Returns.release(draft, back)) {
      case Parsed.Invalid<ReleaseRequested>(List<String> problems) ->
          new Parsed.Invalid<>(problems);
      case Parsed.Valid<ReleaseRequested>(ReleaseRequested release) ->
          of(ledger, definition, release);
    };
  }

  /// What the agents are asked: none of it has a node, so that it waits for nothing, ends nothing
  /// and fences nothing.
  ///
  /// @param planId in place of a rollout's id
  public List<AgentCommand> questions(String planId, Instant at) {
    return Preflights.asked(service, Incidents.isUrgent(service, release)).stream()
        .map(agent -> question(null, agent, planId, agent.shown(), at))
        .toList();
  }

  /// What is asked over once the load balancers have told who serves, in place of what was asked of
  /// the same agent; empty where that changes nothing.
  ///
  /// @param answers at most one of each agent
  public List<AgentCommand> askedOver(
      List<? extends AgentEvent> answers, String planId, Instant at) {
    return answers.stream()
        .filter(PoolChecked.class::isInstance)
        .map(PoolChecked.class::cast)
        .filter(
            pool -> BeforeTheStart.isOfOthers(service, release, ledger.leftOut().keySet(), pool))
        .map(pool -> question(pool, Agent.SLI, planId, Agent.SLI.shown() + "/over", at))
        .toList();
  }

  /// Both together: who was asked over is known by its newest answer.
  ///
  /// @param first at most one of each agent
  /// @param over the answers to what was asked over
  public static List<AgentEvent> answered(
      List<? extends AgentEvent> first, List<? extends AgentEvent> over) {
    return Stream.concat(
            first.stream().filter(answer -> !(answer instanceof SliEvent)), over.stream())
        .toList();
  }

  private AgentCommand question(
      @Nullable PoolChecked pool, Agent agent, String planId, String name, Instant at) {
    return Commands.check(
        ledger,
        service,
        release,
        pool,
        agent,
        new CommandHead(
            planId + "/" + name, planId, service.service(), null, at.toEpochMilli(), at));
  }

  /// @param answers at most one of each agent
  /// @param within how long the agents had
  /// @param at when it would start
  public ReleasePlan judged(List<? extends AgentEvent> answers, Duration within, Instant at) {
    Phase.Preflight found = new Phase.Preflight(null, null, null, List.of(), List.of());
    List<Agent> silent =
        new ArrayList<>(Preflights.asked(service, Incidents.isUrgent(service, release)));
    for (AgentEvent answer : answers) {
      Agent agent =
          switch (answer) {
            case HaproxyEvent haproxy -> Agent.HAPROXY;
            case IncusEvent incus -> Agent.INCUS;
            case SliEvent sli -> Agent.SLI;
            default -> throw new IllegalArgumentException("expected an agent's, was " + answer);
          };
      found = Preflights.with(found, agent, answer);
      silent.remove(agent);
    }
    for (Agent agent : silent) {
      found = Preflights.without(found, agent, within);
    }
    Preflights.Judgement judged = Preflights.judgement(service, release, ledger, found, at);
    Checks checks = new Checks(service, release, found, judged);
    checks.ofTheAgents();
    Migrating migrating = judged.migrating();
    checks.add("migrations", migrating.problems(), migrating.words());
    hands(checks);
    List<String> overridden = freezes(checks, at);
    turn(checks, at);
    return new ReleasePlan(
        service.service(),
        release.version(),
        Plan.view(judged.service()),
        Plan.rollback(judged.service()),
        nodes(judged.service(), found),
        checks.results(),
        checks.problems(),
        Stream.of(
                overridden,
                warnings(judged),
                FileRecords.unbrought(judged.service(), release, ledger.lastKnownGood()))
            .flatMap(List::stream)
            .toList(),
        Optional.ofNullable(ledger.active()).map(Rollout::rolloutId).orElse(null),
        files(judged.service(), found),
        service.isWatched() ? PlannedSlis.of(judged.service()) : List.of(),
        BeforeTheStart.told(found.slis()),
        BeforeTheStart.power(found.slis()));
  }

  private List<PlannedFile> files(ServiceDefinition judged, Phase.Preflight found) {
    Set<String> installing =
        Plan.compile(judged).stream()
            .filter(step -> step.name() == StepName.PUSH)
            .map(Step::node)
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    return FileRecords.planned(
        release, found.instances() == null ? List.of() : found.instances().instances(), installing);
  }

  private void hands(Checks checks) {
    Ledger.HandsOff off = ledger.handsOff();
    checks.add(
        "hands",
        off == null ? List.of() : List.of(Hands.expected(service.service(), off)),
        "Serin has its hands on the service");
  }

  /// @return what it would start in all the same
  private List<String> freezes(Checks checks, Instant at) {
    Draft draft = new Draft(ledger, at);
    Freezes.Met met = Freezes.meets(draft, service, at);
    boolean passes = Freezes.passes(draft, release);
    if (met == null || passes || service.onFreeze() == OnFreeze.WAIT) {
      checks.add(
          "freezes",
          List.of(),
          met == null
              ? "no freeze is in the way"
              : passes
                  ? Freezes.passing(draft, release, met)
                  : "it would wait for the end of " + met.sentence());
      return met != null && passes ? List.of(Freezes.passing(draft, release, met)) : List.of();
    }
    checks.add("freezes", List.of(Freezes.problem(draft, service, met)), "");
    return List.of();
  }

  private void turn(Checks checks, Instant at) {
    Draft draft = new Draft(ledger, at);
    boolean waits = Freezes.inTheWay(draft, service, release) != null;
    Rollout active = ledger.active();
    if (active == null) {
      free(checks, draft, waits);
      return;
    }
    String other =
        active.rolloutId()
            + " of "
            + active.request().version()
            + " ("
            + active.phase().shown()
            + ")";
    int waiting = ledger.queue().size();
    boolean full = waiting >= Requests.LONGEST_QUEUE;
    switch (release.ifBusy()) {
      case QUEUE ->
          checks.add(
              "turn",
              full ? List.of(Requests.full()) : List.of(),
              "it would wait for "
                  + other
                  + (waiting == 0 ? "" : " and " + waiting + " before it"));
      case LATEST -> checks.add("turn", List.of(), "it would wait for " + other + instead(waiting));
      case SUPERSEDE ->
          checks.add(
              "turn",
              List.of(),
              waits
                  ? "it would wait for "
                      + other
                      + ", which is not taken back for it in a freeze"
                      + instead(waiting)
                  : "it would take back " + other + " first" + instead(waiting));
      case REJECT ->
          checks.add(
              "turn", List.of("expected no active rollout (ifBusy: reject), found " + other), "");
    }
  }

  /// No rollout is active: what a release would come to then, as [Requests] has it.
  ///
  /// @param frozen whether a freeze keeps it from starting now
  private void free(Checks checks, Draft draft, boolean frozen) {
    int waiting = ledger.queue().size();
    boolean replaces =
        release.ifBusy() == Request.IfBusy.LATEST || release.ifBusy() == Request.IfBusy.SUPERSEDE;
    if (waiting > 0 && !replaces && !Requests.goesAhead(draft, release)) {
      boolean rejects = release.ifBusy() == Request.IfBusy.REJECT;
      checks.add(
          "turn",
          rejects
              ? List.of(Requests.waits(draft))
              : waiting >= Requests.LONGEST_QUEUE ? List.of(Requests.full()) : List.of(),
          "no other rollout is active, but " + waiting + " wait: it would start after them");
      return;
    }
    boolean needsTurn = ledger.limited() && !TakingTurns.needsNone(draft, release);
    checks.add(
        "turn",
        List.of(),
        (needsTurn
                ? "no other rollout is active; it would start when it has " + TakingTurns.sentence()
                : frozen
                    ? "no other rollout is active: it would start when the freeze is over"
                    : "no other rollout is active: it would start at once")
            + (replaces ? instead(waiting) : ""));
  }

  private static String instead(int waiting) {
    return waiting == 0 ? "" : ", in place of " + waiting + " that wait";
  }

  private List<String> warnings(Preflights.Judgement judged) {
    List<String> warnings = new ArrayList<>();
    Rollout active = ledger.active();
    if (active != null) {
      warnings.add(
          "checked while "
              + active.rolloutId()
              + " is at work on the service: what it has changed is found as it is now");
    }
    boolean urgent = Incidents.isUrgent(service, release);
    service
        .hooksAt(Hook.At.PREFLIGHT)
        .forEach(hook ->
            warnings.add(
                urgent
                    ? Hooking.told(hook)
                    : "hook " + hook.name() + " may veto it, and is asked only by a release"));
    warnings.addAll(judged.warnings());
    warnings.addAll(PlannedSlis.tooShort(judged.service()));
    return warnings;
  }

  private List<NodeNow> nodes(ServiceDefinition judged, Phase.Preflight found) {
    Map<String, InstanceSeen> instances = new LinkedHashMap<>();
    if (found.instances() != null) {
      found.instances().instances().forEach(seen -> instances.put(seen.node(), seen));
    }
    return judged.nodes().stream()
        .map(node -> node(node, instances.get(node.name()), servers(found.pool(), node)))
        .toList();
  }

  private static List<ServerSeen> servers(@Nullable PoolChecked pool, Node node) {
    return pool == null
        ? List.of()
        : pool.servers().stream().filter(seen -> seen.node().equals(node.name())).toList();
  }

  private NodeNow node(Node node, @Nullable InstanceSeen instance, List<ServerSeen> servers) {
    String sha256 = instance == null ? null : instance.sha256();
    boolean unseen = servers.isEmpty();
    return new NodeNow(
        node.name(),
        node.canary(),
        ledger.leftOut().containsKey(node.name()),
        sha256,
        sha256 == null ? null : ledger.versionOf(sha256),
        unseen
            ? null
            : servers.stream()
                .map(seen -> seen.setting().state())
                .distinct()
                .sorted()
                .map(state -> state.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")),
        unseen
            ? null
            : servers.stream()
                .map(ServerSeen::setting)
                .mapToInt(ServerSetting::weight)
                .min()
                .orElseThrow(),
        unseen ? null : servers.stream().allMatch(ServerSeen::inRotation),
        instance == null ? null : instance.rollbackSha256());
  }
}
