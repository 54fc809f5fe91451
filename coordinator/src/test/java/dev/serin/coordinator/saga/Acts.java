package dev.serin.coordinator.saga;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.SilentLoadBalancer;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstancesChangedByHand;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.saga.Story.Act;
import dev.serin.coordinator.saga.Story.Follows;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What can happen in a story, and what can follow.
final class Acts {
  private static final Failure DOWN =
      new Failure(Failure.Reason.UNREACHABLE, "an answer", "connection refused", "start it", true);

  private Acts() {}

  static Act asked(Request request) {
    return story -> new Input.Asked(request, story.isKnown(request), story.now());
  }

  /// A release of `v2` with these overrides.
  static Request withOverrides(String overrides) {
    return by(null, overrides);
  }

  /// A release of `v2` by this strategy, or by the service's own, with these overrides.
  static Request by(@Nullable String strategy, String overrides) {
    return by("v2", strategy, overrides);
  }

  static Request by(String version, @Nullable String strategy, String overrides) {
    Request.ReleaseRequested it = Story.releaseOf(version, Request.IfBusy.QUEUE);
    return new Request.ReleaseRequested(
        it.requestId(),
        it.service(),
        it.requestedBy(),
        it.reason(),
        it.version(),
        it.artifact(),
        null,
        strategy,
        Json.mapper().readTree(overrides),
        List.of(),
        false,
        it.ifBusy(),
        it.labels());
  }

  /// A node by the guard as it would be sent now: one that has not changed is not sent again.
  static GuardedServer guarded(Story story, String node) {
    return Objects.requireNonNull(Guarding.of(story.active())).servers().stream()
        .filter(server -> server.node().equals(node))
        .findFirst()
        .orElseThrow();
  }

  static Act defined(@Nullable ServiceDefinition service) {
    return story -> new Input.Defined(service, story.now());
  }

  static Act woken() {
    return story -> new Input.Woken(story.now());
  }

  /// A healthy agent's answer to the newest command of these words.
  static Act done(String words) {
    return story ->
        new Input.Answered(story.world().obey(story.newest(words), story.now()), story.now());
  }

  /// The answer of an agent that could not do it and may when it is asked again.
  static Act fails(String words) {
    return fails(words, DOWN);
  }

  /// The answer of an agent that cannot do it at all.
  static Act failsForGood(String words) {
    return fails(
        words,
        new Failure(Failure.Reason.REFUSED, "that it works", "that it does not", "mend it", false));
  }

  static Act fails(String words, Failure failure) {
    return story -> answered(story, failed(story.newest(words), story, failure));
  }

  static Input answered(Story story, AgentEvent event) {
    return new Input.Answered(event, story.now());
  }

  static AgentEvent failed(AgentCommand command, Story story, Failure failure) {
    AnswerHead head = command.head().answered(story.now());
    return switch (command) {
      case HaproxyCommand haproxy -> new HaproxyEvent.Failed(head, failure);
      case IncusCommand incus -> new IncusEvent.Failed(head, failure);
      default -> new SliEvent.Failed(head, failure);
    };
  }

  /// A probe of the first slot that nobody has judged.
  static Act probe(Verdict verdict) {
    return story ->
        probe(
                story.active().phase() instanceof Phase.Watching(int step, Watch watch)
                    ? watch.firstOpenSlot()
                    : 1,
                verdict)
            .in(story);
  }

  static Act probe(int slot, Verdict verdict) {
    return story -> probed(story, story.active().rolloutId(), slot, verdict);
  }

  static Input probed(Story story, String rolloutId, int slot, Verdict verdict) {
    return answered(
        story,
        new SliEvent.SlotProbed(
            new AnswerHead(rolloutId + "/watch", rolloutId, Services.NAME, null, 1, story.now()),
            story.ledger().active() != null
                    && story.active().phase() instanceof Phase.Watching(int step, Watch watch)
                ? watch.id()
                : rolloutId + "/analysis",
            slot,
            story.now(),
            verdict,
            List.of(
                new SliResult(
                    "errors", "errors", 0.1, 0.005, null, null, verdict, "errors is 0.1", null))));
  }

  /// The answer to a look at the nodes.
  static Act looked(AgentCommand look, List<InstanceChange> changes) {
    return story ->
        answered(story, new InstancesChangedByHand(look.head().answered(story.now()), changes));
  }

  /// When the newest proof of watching runs out, so that the dead man's switch goes off.
  static Instant noProofSince(Story story) {
    Instant proven = story.active().provenUntil();
    return proven == null ? Story.NOON : proven;
  }

  static Act abort() {
    return abort(null);
  }

  static Act abort(@Nullable String rolloutId) {
    return asks(id -> new Request.AbortRequested(id, Services.NAME, "bob", "it smells", rolloutId));
  }

  /// A request under an id of its own.
  private static Act asks(Function<String, Request> request) {
    return story ->
        new Input.Asked(request.apply("asked-" + story.told().size()), false, story.now());
  }

  static Act promote() {
    return promote(null);
  }

  static Act promote(@Nullable String rolloutId) {
    return promote(rolloutId, Request.Scope.STEP);
  }

  static Act promoteFully() {
    return promoteFully(null);
  }

  static Act promoteFully(@Nullable String rolloutId) {
    return promote(rolloutId, Request.Scope.FULL);
  }

  private static Act promote(@Nullable String rolloutId, Request.Scope scope) {
    return promote(rolloutId, scope, List.of());
  }

  /// A promote with answers, each `question=answer`.
  static Act promote(Request.Scope scope, String... answers) {
    return promote(
        null,
        scope,
        java.util.Arrays.stream(answers)
            .map(answer -> answer.split("=", 2))
            .map(answer -> new Request.Answer(answer[0], answer[1]))
            .toList());
  }

  private static Act promote(
      @Nullable String rolloutId, Request.Scope scope, List<Request.Answer> answers) {
    return asks(id ->
        new Request.PromoteRequested(id, Services.NAME, "bob", "", rolloutId, scope, answers));
  }

  static Act retry(Request.From from) {
    return retry(from, null);
  }

  static Act retry(Request.From from, @Nullable String rolloutId) {
    return asks(id -> new Request.RetryRequested(id, Services.NAME, "bob", "", rolloutId, from));
  }

  static Act takeBack() {
    return takeBack(null);
  }

  static Act takeBack(@Nullable String rolloutId) {
    return asks(
        id -> new Request.RollbackRequested(id, Services.NAME, "bob", "it smells", rolloutId));
  }

  static Act resume() {
    return resume(null);
  }

  static Act resume(@Nullable String rolloutId) {
    return asks(id -> new Request.ResumeRequested(id, Services.NAME, "bob", "", rolloutId));
  }

  static Act pause() {
    return pause(null);
  }

  static Act pause(@Nullable String rolloutId) {
    return asks(id -> new Request.PauseRequested(id, Services.NAME, "bob", "lunch", rolloutId));
  }

  static Act handsOff() {
    return asks(id -> new Request.HandsOffRequested(id, Services.NAME, "bob", "I am at it"));
  }

  static Act handsOn() {
    return asks(id -> new Request.HandsOnRequested(id, Services.NAME, "bob", ""));
  }

  static Act freeze(@Nullable Instant until) {
    return freeze(null, until);
  }

  static Act freeze(@Nullable Instant from, @Nullable Instant until) {
    return asks(
        id -> new Request.FreezeRequested(id, Services.NAME, "bob", "game day", from, until));
  }

  static Act unfreeze() {
    return asks(Acts::unfreezing);
  }

  static Request unfreezing(String id) {
    return new Request.UnfreezeRequested(id, Services.NAME, "bob", "it is over");
  }

  // What follows.

  /// Exactly these commands, in this order; what guards is not counted.
  static Follows sends(String... words) {
    return story ->
        assertThat(steps(story.last()).stream().map(Words::of).toList()).containsExactly(words);
  }

  /// The commands that are about steps.
  static List<AgentCommand> steps(Decision decision) {
    return decision.commands().stream().filter(command -> !isGuard(command)).toList();
  }

  static boolean isGuard(AgentCommand command) {
    return command instanceof IncusCommand.LookAtInstances
        || command instanceof HaproxyCommand.GuardServers
        || command instanceof HaproxyCommand.StopGuardingServers;
  }

  /// Exactly these events, in this order.
  static Follows tells(String... words) {
    return story ->
        assertThat(story.last().events().stream().map(Words::of).toList()).containsExactly(words);
  }

  static Follows sendsNothing() {
    return sends();
  }

  static Follows isIn(RolloutPhase phase) {
    return story -> assertThat(story.active().phase().shown()).isEqualTo(phase);
  }

  /// That the request was refused, with these words in the reason. Why it is where it is.
  static Follows says(String message) {
    return story -> assertThat(story.active().message()).isEqualTo(message);
  }

  /// What the record says the release of `v2` was taken back for.
  static Follows isTakenBackFor(String reason) {
    return story -> {
      assertThat(story.state("v2").message()).isEqualTo(reason);
      assertThat(story.told())
          .filteredOn(RolloutEvent.RollbackCompleted.class::isInstance)
          .singleElement()
          .satisfies(completed -> assertThat(completed.head().why()).isEqualTo(reason));
    };
  }

  static Follows refuses(String... words) {
    return story -> {
      var event = story.last().events().getLast();
      assertThat(Words.of(event)).isEqualTo("rollout-rejected");
      assertThat(event.head().why()).contains(words);
    };
  }

  static Follows waitsFor(String waitingFor, String next) {
    return story -> {
      var state = View.active(story.ledger(), story.active(), story.now());
      assertThat(state.waitingFor()).isEqualTo(waitingFor);
      assertThat(state.next()).isEqualTo(next);
    };
  }

  /// The guard has these in rotation on every load balancer.
  static Story.Act sees(String... inRotation) {
    return sees(List.of(inRotation), List.of());
  }

  static Story.Act sees(List<String> inRotation, List<SilentLoadBalancer> silent) {
    return story ->
        answered(
            story,
            new TrafficObserved(
                new AnswerHead(
                    "guard", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                List.of(),
                List.of(),
                inRotation,
                silent));
  }
}
