package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.freeze;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.promoteFully;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Acts.unfreeze;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.idOf;
import static dev.serin.coordinator.saga.Story.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import dev.serin.coordinator.saga.Story.Act;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every request in every phase does what `docs/steering.md` says of it.
class SteeringTableTest {
  private static final Path PAGE = Path.of("..", "docs", "steering.md");

  private static final ServiceDefinition PAUSING =
      with(
          canaryThenPeers("b2", "b1", "b3"),
          "{\"analysis\": {\"window\": \"0s\"}, \"pauses\": [{\"after\": \"canary\", \"for\":"
              + " \"60s\"}, {\"after\": \"peers\", \"for\": \"60s\"}]}");

  /// With a window to come beside the one that is under way.
  private static final ServiceDefinition SOAKING =
      with(canaryThenPeers("b2", "b1", "b3"), "{\"soak\": \"90s\"}");

  private static final ServiceDefinition FREEZING =
      with(canaryThenPeers("b2", "b1", "b3"), "{\"onFreeze\": \"wait\"}");

  private static final ServiceDefinition TWO_BALANCERS =
      with(
          canaryThenPeers("b2", "b1", "b3"),
          """
          {"loadBalancers": ["haproxy-1", "haproxy-2"], "onLoadBalancerDown": "go-on"}
          """);

  private static final ServiceDefinition BREACHED =
      with(canaryThenPeers("b2", "b1", "b3"), "{\"onBreach\": \"pause\", \"soak\": \"90s\"}");

  private static final ServiceDefinition HOOKED =
      with(
          canaryThenPeers("b2", "b1", "b3"),
          """
          {"analysis": {"window": "0s"}, "soak": "90s",
           "hooks": [{"name": "board", "at": "before-promotion", "url": "http://h.example/",
                      "onVeto": "pause"}]}
          """);

  private static final ServiceDefinition BLIND =
      with(
          canaryThenPeers("b2", "b1", "b3"),
          "{\"noData\": {\"then\": \"pause\"}, \"soak\": \"90s\"}");

  private static final ServiceDefinition PEER_ALONE =
      with(canaryThenPeers("b2", "b1", "b3"), "{\"onPeerFailure\": \"rollback-peer\"}");

  private static final ServiceDefinition SERVING_ALONE =
      with(
          canaryThenPeers("b2", "b1", "b3"),
          """
          {"strategy": "traffic-steps", "soak": "90s",
           "trafficSteps": [{"share": 50}, {"share": 100, "window": "90s", "minAvailable": 1}]}
          """);

  private static final String CANARIES_ALONE = "ANALYSING, the canaries alone";
  private static final String DOUBT = "ANALYSING, red and in doubt";
  private static final String PAUSED_DOUBT = "PAUSED, red and in doubt";
  private static final String NO_DATA = "PAUSED for missing data";
  private static final String ALONE = "ROLLING_BACK a peer alone";
  private static final String TURN = "QUEUED for a turn";
  private static final String FREEZE = "QUEUED for a freeze";

  private static final List<String> REQUESTS =
      List.of(
          "release",
          "release, `latest`",
          "release, `supersede`",
          "release, `reject`",
          "abort",
          "promote",
          "promote, `full`",
          "pause",
          "resume",
          "retry",
          "retry, `start`",
          "rollback",
          "hands-off",
          "hands-on",
          "freeze",
          "unfreeze");

  private static final List<String> PHASES =
      List.of(
          "QUEUED",
          "PREFLIGHT",
          "ROLLING",
          "ANALYSING",
          "PAUSED at a step",
          "PAUSED at the window",
          "PAUSED by the plan",
          "PAUSED by the plan, nothing watched",
          "ROLLING_BACK",
          "hands off",
          "none yet",
          "COMPLETED",
          "ROLLED_BACK",
          "REJECTED",
          "HALTED",
          "HALTED, the first",
          "ROLLBACK_FAILED",
          FREEZE,
          TURN,
          "PAUSED at `catch-up`",
          "PAUSED by a breach",
          "PAUSED by a hook",
          NO_DATA,
          ALONE,
          CANARIES_ALONE,
          "hands off, PREFLIGHT",
          "hands off, ANALYSING",
          "hands off, ROLLING_BACK",
          DOUBT,
          PAUSED_DOUBT);

  static Stream<Arguments> cells() throws IOException {
    List<Arguments> cells = new ArrayList<>();
    List<String> header = List.of();
    for (String line : Files.readAllLines(PAGE)) {
      if (!line.startsWith("|") || line.startsWith("|---")) {
        continue;
      }
      List<String> row =
          Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
              .map(String::strip)
              .toList();
      if (row.getFirst().equals("request")) {
        header = row;
        continue;
      }
      for (int column = 1; column < row.size(); column++) {
        cells.add(Arguments.of(row.getFirst(), header.get(column), row.get(column)));
      }
    }
    return cells.stream();
  }

  @Test
  void hasACellForEveryRequestInEveryPhase() throws IOException {
    List<String> expected =
        REQUESTS.stream()
            .flatMap(request -> PHASES.stream().map(phase -> request + " in " + phase))
            .toList();
    assertThat(cells().map(cell -> cell.get()[0] + " in " + cell.get()[1]))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest(name = "{0} in {1}: {2}")
  @MethodSource("cells")
  void doesWhatThePageSays(String request, String phase, String word) {
    Story story = in(phase);
    Ledger before = story.ledger();
    story.on(act(request, phase.equals("QUEUED")));
    follows(story, word, before);
    assertThat(story.last().events().getFirst().head().by())
        .as("who asked")
        .isEqualTo(asks(request, word));
    if (word.equals("skips")) {
      skips(story, request.equals("promote, `full`"));
    }
    waitsInItsPlace(story, request, word, before);
    watchesOn(story, request, word, before);
    keepsOnlyTheTurnOfWhoWaitsFirst(story, before);
    endsAll(story);
    if (word.equals("takes back")) {
      isTakenBack(story, request, phase);
    }
  }

  /// Alice releases, Bob steers; a release is refused by Serin.
  private static String asks(String request, String word) {
    if (!request.startsWith("release")) {
      return "bob";
    }
    return word.equals("refused") ? Draft.SERIN : "alice";
  }

  /// A release waits behind what waits; `latest` and `supersede` replace it. Who was replaced is
  /// told so, and only who waits still comes.
  private static void waitsInItsPlace(Story story, String request, String word, Ledger before) {
    if (!word.equals("waits")) {
      return;
    }
    List<String> waited = waiting(before);
    boolean replaces = request.endsWith("`latest`") || request.endsWith("`supersede`");
    List<String> expected = new ArrayList<>(replaces ? List.of() : waited);
    expected.add("v9");
    assertThat(waiting(story.ledger())).as("who waits").isEqualTo(expected);
    List<String> replaced =
        story.last().events().stream()
            .filter(event -> event.head().phase().isOver())
            .map(event -> event.head().version())
            .toList();
    assertThat(replaced).as("who was replaced").isEqualTo(replaces ? waited : List.of());
  }

  private static List<String> waiting(Ledger ledger) {
    return ledger.queue().stream().map(queued -> queued.request().version()).toList();
  }

  /// Where data was missing, `resume` goes on in the window that was under way, with the probes
  /// that it has; `retry` begins it anew.
  private static void watchesOn(Story story, String request, String word, Ledger before) {
    Watch stopped =
        before.active() != null && before.active().phase() instanceof Phase.Paused paused
            ? paused.watch()
            : null;
    if (stopped == null || !word.equals("goes on")) {
      return;
    }
    Watch watch = ((Phase.Watching) story.active().phase()).watch();
    if (request.equals("resume")) {
      assertThat(watch.id()).as("the same window").isEqualTo(stopped.id());
      assertThat(watch.verdicts()).as("with its probes").isNotEmpty().isEqualTo(stopped.verdicts());
    } else {
      assertThat(watch.id()).as("another window").isNotEqualTo(stopped.id());
      assertThat(watch.verdicts()).as("from its start").isEmpty();
    }
  }

  /// Who does not wait any more has given its turn back, and who waits in its place has asked for
  /// its own.
  private static void keepsOnlyTheTurnOfWhoWaitsFirst(Story story, Ledger before) {
    Turn had = before.turn();
    if (had == null) {
      assertThat(story.last().turns()).isEmpty();
      return;
    }
    List<String> wait =
        story.ledger().queue().stream()
            .map(queued -> RolloutIds.of(Services.NAME, queued.request().requestId()))
            .toList();
    boolean mayWait = story.ledger().handsOff() == null && !wait.isEmpty();
    String first = mayWait ? wait.getFirst() : null;
    Turn has = story.ledger().turn();
    assertThat(has == null ? null : has.rolloutId()).as("whose turn is awaited").isEqualTo(first);
    List<TurnWord> said = new ArrayList<>();
    if (!had.rolloutId().equals(first)) {
      said.add(new TurnWord.Returned(Services.NAME, had.rolloutId()));
      if (first != null) {
        said.add(new TurnWord.Wanted(Services.NAME, first, Map.of()));
      }
    }
    assertThat(story.last().turns()).as("what is said of turns").isEqualTo(said);
  }

  /// A step ends the wait that is under way, `full` leaves none.
  private static void skips(Story story, boolean full) {
    List<StepStatus> waits =
        story.active().steps().stream()
            .filter(step -> step.name() == StepName.ANALYSE)
            .map(Step::status)
            .filter(status -> status != StepStatus.FAILED)
            .toList();
    if (full) {
      assertThat(waits).isNotEmpty().containsOnly(StepStatus.SKIPPED);
    } else {
      assertThat(waits).containsExactly(StepStatus.SKIPPED, StepStatus.PENDING);
    }
  }

  /// As what it ends, and what comes after it: nothing, the release that wants its place, or the
  /// same one from its start.
  private static void isTakenBack(Story story, String request, String phase) {
    boolean aborted = request.equals("abort");
    // Bob goes on without the load balancer that is silent still.
    RolloutPhase end =
        phase.equals("PAUSED at `catch-up`")
            ? RolloutPhase.ROLLBACK_FAILED
            : RolloutPhase.ROLLED_BACK;
    story.endsIn("v2", end, aborted ? Outcome.ABORTED : Outcome.SUPERSEDED);
    String after = aborted ? "v1" : request.startsWith("retry") ? "v2" : "v9";
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.digest().equals(World.sha(after)));
  }

  /// Whoever is waited for does what brings it to its end.
  private static void endsAll(Story story) {
    if (story.ledger().handsOff() != null) {
      story.on(handsOn());
    }
    if (!story.ledger().freezes().isEmpty()) {
      story.on(unfreeze());
    }
    story.goesOn();
    for (int waits = 0; waits < 8; waits++) {
      if (story.ledger().active() == null) {
        if (story.ledger().turn() == null) {
          break;
        }
        story.on(SteeringTableTest::granted).goesOn();
        continue;
      }
      boolean wantsPromote = CatchingUp.isAwaited(story.active()) || Holds.isHeld(story.active());
      story.on(wantsPromote ? promote() : resume()).goesOn();
    }
    assertThat(story.ledger().active()).as("it all ends").isNull();
    assertThat(story.ledger().queue()).isEmpty();
  }

  private static Input granted(Story story) {
    String waits = Objects.requireNonNull(story.ledger().turn()).rolloutId();
    return new Input.Granted(waits, story.now());
  }

  private static Act act(String request, boolean queued) {
    String meant = queued ? idOf("v3") : null;
    return switch (request) {
      case "release" -> release("v9");
      case "release, `latest`" -> release("v9", IfBusy.LATEST);
      case "release, `supersede`" -> release("v9", IfBusy.SUPERSEDE);
      case "release, `reject`" -> release("v9", IfBusy.REJECT);
      case "abort" -> abort(meant);
      case "promote" -> queued ? promote(meant) : promote();
      case "promote, `full`" -> promoteFully(meant);
      case "pause" -> pause(meant);
      case "resume" -> resume(meant);
      case "retry" -> retry(From.STEP, meant);
      case "retry, `start`" -> retry(From.START, meant);
      case "rollback" -> takeBack();
      case "hands-off" -> handsOff();
      case "hands-on" -> handsOn();
      case "freeze" -> freeze(null);
      case "unfreeze" -> unfreeze();
      default -> throw new IllegalArgumentException(request);
    };
  }

  /// A service in this phase. Where one is over, another release had completed before, but for the
  /// first.
  private static Story in(String phase) {
    Story story = Story.of(SOAKING);
    return switch (phase) {
      case FREEZE -> Story.of(FREEZING).on(freeze(null)).on(release("v2"));
      case "PAUSED at `catch-up`" -> {
        Story alone = Story.of(TWO_BALANCERS);
        alone.world().silence("haproxy-2");
        yield alone.on(release("v2")).goesOn();
      }
      case "PAUSED by a breach" ->
          Story.of(BREACHED)
              .on(release("v2"))
              .until("watch 1-3")
              .on(probe(Verdict.FAIL))
              .on(Acts.done("drain b2"));
      case "PAUSED by a hook" ->
          Story.of(HOOKED).on(release("v2")).until("call-hook board").on(SteeringTableTest::vetoed);
      case TURN -> Story.of(SOAKING).underALimit().on(release("v2"));
      case NO_DATA ->
          Story.of(BLIND)
              .on(release("v2"))
              .until("watch 1-3")
              .on(probe(1, Verdict.PASS))
              .after(Duration.ofSeconds(190), Acts.isIn(RolloutPhase.PAUSED));
      case ALONE ->
          Story.of(PEER_ALONE).on(release("v2")).until("health b1").on(failsForGood("health b1"));
      case DOUBT -> inDoubt(story);
      case PAUSED_DOUBT -> inDoubt(story).on(pause());
      case CANARIES_ALONE -> Story.of(SERVING_ALONE).on(release("v2")).until("watch 1-3");
      case "hands off, PREFLIGHT" -> story.on(release("v2")).on(handsOff());
      case "hands off, ANALYSING" -> story.on(release("v2")).until("watch 1-3").on(handsOff());
      case "hands off, ROLLING_BACK" ->
          story
              .on(release("v2"))
              .until("watch 1-3")
              .on(probe(Verdict.FAIL))
              .until("restore b2")
              .on(handsOff());
      case "none yet" -> story;
      case "QUEUED" -> story.on(release("v2")).on(release("v3"));
      case "PREFLIGHT" -> story.on(release("v2"));
      case "ROLLING" -> story.on(release("v2")).until("push b2");
      case "ANALYSING" -> story.on(release("v2")).until("watch 1-3");
      case "PAUSED at a step" -> story.on(release("v2")).until("push b2").on(pause());
      case "PAUSED at the window" -> story.on(release("v2")).until("watch 1-3").on(pause());
      case "PAUSED by the plan" ->
          story.on(Acts.defined(PAUSING)).on(release("v2")).until("watch 1-2");
      case "PAUSED by the plan, nothing watched" -> waiting();
      case "ROLLING_BACK" ->
          story.on(release("v2")).until("watch 1-3").on(probe(Verdict.FAIL)).until("restore b2");
      case "hands off" -> story.on(release("v2")).until("push b2").on(handsOff());
      case "COMPLETED" -> story.on(release("v2")).goesOn().on(release("v3")).goesOn();
      case "ROLLED_BACK" ->
          story
              .on(release("v2"))
              .goesOn()
              .on(release("v3"))
              .until("watch 1-3")
              .on(probe(Verdict.FAIL))
              .goesOn();
      case "REJECTED" ->
          story
              .on(release("v2"))
              .goesOn()
              .on(release("v3"))
              .on(failsForGood("check-pool"))
              .goesOn();
      case "HALTED" ->
          story
              .on(release("v2"))
              .goesOn()
              .on(release("v3"))
              .until("health b1")
              .on(failsForGood("health b1"));
      case "HALTED, the first" ->
          story.on(release("v2")).until("health b1").on(failsForGood("health b1"));
      case "ROLLBACK_FAILED" -> rollbackFailed(story);
      default -> throw new IllegalArgumentException(phase);
    };
  }

  private static Story inDoubt(Story story) {
    return story.on(release("v2")).until("watch 1-3").nobodyLooks().on(probe(Verdict.FAIL));
  }

  private static Story waiting() {
    Story story = Story.of(with(PAUSING, "{\"slis\": null}")).on(release("v2"));
    while (!Holds.isHeld(story.active())) {
      story.goOn();
    }
    return story;
  }

  private static Input vetoed(Story story) {
    return Acts.answered(
        story,
        new HookAnswered(
            story.newest("call-hook board").head().answered(story.now()),
            "board",
            HookVerdict.VETO,
            "because of the sale",
            1,
            Duration.ofMillis(40)));
  }

  private static Story rollbackFailed(Story story) {
    story
        .on(release("v2"))
        .goesOn()
        .on(release("v3"))
        .until("watch 1-3")
        .on(probe(Verdict.FAIL))
        .until("restore b2");
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("restore b2")).after(Duration.ofSeconds(2L * attempt));
    }
    return story.goesOn().endsIn("v3", RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
  }

  private static void follows(Story story, String word, Ledger before) {
    List<String> told = story.last().events().stream().map(Words::of).toList();
    RolloutPhase was = phase(before);
    RolloutPhase now = phase(story.ledger());
    switch (word) {
      case "starts" -> {
        assertThat(told).containsExactly("rollout-started");
        assertThat(now).isEqualTo(RolloutPhase.PREFLIGHT);
      }
      case "waits" -> {
        assertThat(told).endsWith("rollout-queued");
        assertThat(now).isEqualTo(was);
        assertThat(story.ledger().queue()).isNotEmpty();
      }
      case "takes back" -> assertThat(told).contains("rollback-started");
      case "leaves the queue" -> {
        assertThat(told).containsExactly("rollback-completed");
        assertThat(story.ledger().queue()).isEmpty();
        assertThat(now).isEqualTo(was);
      }
      case "skips" -> assertThat(told).contains("rollout-promoted");
      case "pauses" -> {
        assertThat(told).containsExactly("rollout-paused");
        assertThat(now).isEqualTo(RolloutPhase.PAUSED);
      }
      case "goes on" -> {
        assertThat(told).startsWith("rollout-resumed");
        assertThat(now).isNotNull().isNotEqualTo(RolloutPhase.PAUSED);
      }
      case "noted" -> {
        assertThat(told).containsExactly("rollout-paused");
        assertThat(now).isEqualTo(was);
        assertThat(story.ledger().handsOff()).isNotNull();
      }
      case "ends it" -> {
        assertThat(told).startsWith("rollout-promoted").endsWith("rollout-halted");
        assertThat(now).isNull();
      }
      case "lifts" -> {
        assertThat(told).containsExactly("service-unfrozen", "rollout-started");
        assertThat(now).isEqualTo(RolloutPhase.PREFLIGHT);
      }
      case "freezes" -> {
        assertThat(told).containsExactly("service-frozen");
        assertThat(now).isEqualTo(was);
        assertThat(story.last().commands()).isEmpty();
        assertThat(story.ledger().freezes()).hasSizeGreaterThan(before.freezes().size());
      }
      case "freezes, refuses" -> {
        assertThat(told).containsExactly("service-frozen", "rollout-rejected");
        assertThat(story.ledger().queue()).isEmpty();
        assertThat(story.ledger().turn()).isNull();
      }
      case "refused" -> {
        assertThat(told).containsExactly("rollout-rejected");
        assertThat(story.last().commands()).isEmpty();
        assertThat(story.last().events().getFirst().head().why()).contains("expected", "found");
        // A release that was refused can be tried again; nothing else is any different.
        assertThat(story.ledger())
            .usingRecursiveComparison()
            .ignoringFields("refused")
            .isEqualTo(before);
      }
      default -> throw new IllegalArgumentException("no word of the page: " + word);
    }
  }

  private static @Nullable RolloutPhase phase(Ledger ledger) {
    Rollout active = ledger.active();
    return active == null ? null : active.phase().shown();
  }
}
