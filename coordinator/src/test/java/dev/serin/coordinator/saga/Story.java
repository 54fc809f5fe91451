package dev.serin.coordinator.saga;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.incus.IncusCommand.LookAtInstances;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.StopWatching;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.rescue.Rescue;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One service's story: what happens, act by act, and what the saga makes of it. The clock stands
/// still but for [#after], which wakes the saga whenever it wants to be woken, as the shell does.
final class Story {
  static final Path STORE = Path.of("/var/lib/serin/artifact-store");

  static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private final Invariants invariants = new Invariants();
  private final ServiceDefinition service;
  private final World world;
  private final List<AgentCommand> sent = new ArrayList<>();
  private final List<RolloutEvent> told = new ArrayList<>();
  private final Set<String> requestsSeen = new HashSet<>();
  private Instant now = NOON;
  private Ledger ledger = Ledger.empty(Services.NAME);
  private boolean limited;
  private boolean looks = true;
  private Decision last;

  private Story(ServiceDefinition service) {
    this.service = service;
    world = new World(service);
    last = decide(new Input.Defined(service, now));
  }

  /// A service, and nothing asked of it yet.
  static Story of(ServiceDefinition service) {
    return new Story(service);
  }

  /// A release of `v2`, whose checks are being made.
  static Story rollout(ServiceDefinition service) {
    return of(service).on(release("v2"), Acts.isIn(RolloutPhase.PREFLIGHT));
  }

  /// From now on the store has something else: what an earlier version wrote, say.
  Story finds(UnaryOperator<Ledger> stored) {
    ledger = stored.apply(ledger);
    return this;
  }

  /// What happens.
  interface Act {
    Input in(Story story);
  }

  /// What follows from it.
  interface Follows extends Consumer<Story> {}

  /// From now on only so many rollouts may run at once, of all services.
  Story underALimit() {
    limited = true;
    return this;
  }

  Story on(Act act, Follows... follows) {
    last = decide(act.in(this));
    List.of(follows).forEach(it -> it.accept(this));
    return this;
  }

  /// Something that changes nothing.
  Story ignores(Act act, Decision.Ignored reason) {
    Ledger before = ledger;
    last = decide(act.in(this));
    assertThat(last.ignored()).isEqualTo(reason);
    assertThat(last.commands()).isEmpty();
    assertThat(last.events()).isEmpty();
    assertThat(last.states()).isEmpty();
    assertThat(last.next()).isEqualTo(before);
    return this;
  }

  /// Time passes; the saga is woken whenever it wants to be.
  Story after(Duration time, Follows... follows) {
    Instant until = now.plus(time);
    List<AgentCommand> commands = new ArrayList<>();
    List<RolloutEvent> events = new ArrayList<>();
    List<RolloutState> states = new ArrayList<>();
    for (Instant wake = last.wakeAt(); wake != null && !wake.isAfter(until); wake = last.wakeAt()) {
      now = wake.isAfter(now) ? wake : now;
      last = decide(new Input.Woken(now));
      commands.addAll(last.commands());
      events.addAll(last.events());
      states.addAll(last.states());
    }
    now = until;
    last = new Decision(ledger, commands, events, states, List.of(), last.wakeAt(), last.ignored());
    List.of(follows).forEach(it -> it.accept(this));
    return this;
  }

  /// Time passes while the coordinator is down; then it is woken once.
  Story away(Duration time, Follows... follows) {
    now = now.plus(time);
    last = decide(new Input.Woken(now));
    List.of(follows).forEach(it -> it.accept(this));
    return this;
  }

  /// Healthy agents answer, green probes come, until this command is sent.
  Story until(String command) {
    for (int acts = 0; acts < 500; acts++) {
      if (last.commands().stream().anyMatch(it -> Words.of(it).equals(command))) {
        return this;
      }
      assertThat(goOn()).as("%s is never sent", command).isTrue();
    }
    throw new AssertionError(command + " is never sent");
  }

  /// Healthy agents answer until nothing is left to be done, or a person is waited for.
  Story goesOn() {
    int acts = 0;
    while (goOn()) {
      assertThat(acts++).as("it ends").isLessThan(2_000);
    }
    return this;
  }

  /// One healthy answer, or a green probe; none where nothing is awaited.
  boolean goOn() {
    return goOn(0);
  }

  /// @param which of the commands that wait is answered, where several do
  boolean goOn(int which) {
    Rollout rollout = ledger.active();
    if (rollout != null && rollout.doubt() != null) {
      after(Duration.between(now, rollout.doubt().deadline()));
      return true;
    }
    if (rollout == null || rollout.phase() instanceof Phase.Paused) {
      return false;
    }
    if (rollout.phase() instanceof Phase.Watching) {
      on(Acts.probe(Verdict.PASS));
      return true;
    }
    Pending pending = rollout.pending().get(which % rollout.pending().size());
    if (sentAs(pending) == null) {
      after(pending.askAt().isAfter(now) ? Duration.between(now, pending.askAt()) : Duration.ZERO);
    }
    AgentCommand command = sentAs(pending);
    if (command == null) {
      // Meanwhile something beside it had come to its end, and it is not wanted any more.
      Rollout active = ledger.active();
      assertThat(active == null ? List.of() : active.pending()).doesNotContain(pending);
      return true;
    }
    on(story -> new Input.Answered(world.obey(command, now), now));
    return true;
  }

  private @Nullable AgentCommand sentAs(Pending pending) {
    return sent.stream()
        .filter(it -> it.head().commandId().equals(pending.head().commandId()))
        .findFirst()
        .orElse(null);
  }

  /// From now on nobody answers a look at the nodes, as where Incus is away.
  Story nobodyLooks() {
    looks = false;
    return this;
  }

  /// What follows, and what follows from an agent's answer to a look, which comes at once.
  private Decision decide(Input input) {
    Decision first = decideOn(input);
    AgentCommand look =
        first.commands().stream()
            .filter(it -> looks && it instanceof LookAtInstances(_, _, _, boolean always) && always)
            .findFirst()
            .orElse(null);
    if (look == null) {
      return first;
    }
    Decision then = decideOn(Acts.looked(look, List.of()).in(this));
    return new Decision(
        then.next(),
        both(first.commands(), then.commands()),
        both(first.events(), then.events()),
        both(first.states(), then.states()),
        both(first.turns(), then.turns()),
        then.wakeAt(),
        null);
  }

  private static <T> List<T> both(List<T> one, List<T> other) {
    return Stream.of(one, other).flatMap(List::stream).toList();
  }

  private Decision decideOn(Input input) {
    Decision decision = Saga.decide(limited ? ledger.under(List.of(), true) : ledger, input);
    decision.commands().stream()
        .filter(it -> !(it instanceof WatchSlis) && !(it instanceof StopWatching))
        .filter(it -> !Acts.isGuard(it))
        .forEach(sent::add);
    told.addAll(decision.events());
    ledger = decision.next();
    invariants.check(input, decision, world);
    return decision;
  }

  /// The newest command of these words.
  AgentCommand newest(String words) {
    return sent.reversed().stream()
        .filter(it -> Words.of(it).equals(words))
        .findFirst()
        .orElseThrow(() ->
            new AssertionError(
                words + " was never sent, but " + sent.stream().map(Words::of).toList()));
  }

  /// The oldest command that is sent and not answered.
  Optional<AgentCommand> awaited() {
    return Optional.ofNullable(ledger.active())
        .flatMap(rollout -> rollout.pending().stream().findFirst())
        .flatMap(pending -> Optional.ofNullable(sentAs(pending)));
  }

  /// Everything that is sent and not answered.
  List<AgentCommand> allAwaited() {
    List<AgentCommand> awaited = new ArrayList<>();
    Rollout rollout = ledger.active();
    for (Pending pending : rollout == null ? List.<Pending>of() : rollout.pending()) {
      AgentCommand command = sentAs(pending);
      if (command != null) {
        awaited.add(command);
      }
    }
    return awaited;
  }

  boolean isPending(AgentCommand command) {
    return ledger.active() != null
        && ledger.active().pending().stream()
            .anyMatch(it -> it.head().commandId().equals(command.head().commandId()));
  }

  List<AgentCommand> sent() {
    return sent;
  }

  List<RolloutPhase> phases() {
    return invariants.phases();
  }

  ServiceDefinition service() {
    return service;
  }

  Ledger ledger() {
    return ledger;
  }

  /// The rescue sheet of the active rollout.
  String sheet() {
    return Rescue.of(ledger, STORE).orElseThrow();
  }

  Decision last() {
    return last;
  }

  World world() {
    return world;
  }

  Instant now() {
    return now;
  }

  List<RolloutEvent> told() {
    return told;
  }

  Rollout active() {
    return Objects.requireNonNull(ledger.active(), "no rollout is active");
  }

  /// The newest state of the release of a version.
  RolloutState state(String version) {
    return invariants.state(idOf(version));
  }

  static String idOf(String version) {
    return RolloutIds.of(Services.NAME, "release-" + version);
  }

  /// Whether a request's id is new; it is known from now on.
  boolean isKnown(Request request) {
    return !requestsSeen.add(request.requestId());
  }

  static ReleaseRequested releaseOf(String version, Request.IfBusy ifBusy) {
    return new ReleaseRequested(
        "release-" + version,
        Services.NAME,
        "alice",
        "because",
        version,
        new Artifact("file:/artifacts/" + version, World.sha(version)),
        null,
        null,
        null,
        List.of(),
        false,
        ifBusy,
        Map.of());
  }

  static Act release(String version) {
    return Acts.asked(releaseOf(version, Request.IfBusy.QUEUE));
  }

  static Act release(String version, Request.IfBusy ifBusy) {
    return Acts.asked(releaseOf(version, ifBusy));
  }

  /// The end of the release of `v2`.
  Story endsIn(RolloutPhase phase, Outcome outcome) {
    return endsIn("v2", phase, outcome);
  }

  Story endsIn(String version, RolloutPhase phase, Outcome outcome) {
    RolloutState state = state(version);
    assertThat(state.phase()).as("%s", state).isEqualTo(phase);
    assertThat(state.outcome()).isEqualTo(outcome);
    return this;
  }

  Story then(Follows follows) {
    follows.accept(this);
    return this;
  }
}
