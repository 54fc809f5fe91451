package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.ERROR;
import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An SLI may have a consequence of its own, and what only warns decides nothing.
class OwnConsequenceTest {
  private static String sli(String name) {
    String own = name.equals("errors") ? "" : ", \"onBreach\": \"" + name + "\"";
    return "{\"name\": \"" + name + "\", \"query\": \"q{n=~'$canary'}\", \"max\": 1" + own + "}";
  }

  /// SLIs named after what they come to; `errors` has none of its own.
  private static ServiceDefinition service(String... slis) {
    return with(
        canaryThenPeers("b2", "b1"),
        "{\"slis\": ["
            + String.join(", ", List.of(slis).stream().map(it -> sli(it)).toList())
            + "]}");
  }

  private static SliResult is(String name, Verdict verdict) {
    return new SliResult(name, "q", 2.0, 1.0, null, null, verdict, name + " is 2", null);
  }

  /// What the watcher tells: of a probe it knows the worst alone.
  private static Story.Act probe(SliResult... results) {
    return story -> {
      Watch watch = ((Phase.Watching) story.active().phase()).watch();
      String id = story.active().rolloutId();
      return Acts.answered(
          story,
          new SliEvent.SlotProbed(
              new AnswerHead(id + "/watch", id, Services.NAME, null, 1, story.now()),
              watch.id(),
              watch.firstOpenSlot(),
              story.now(),
              Verdict.worst(List.of(results).stream().map(SliResult::verdict).toList()),
              List.of(results)));
    };
  }

  private static ProbeView newest(Story story) {
    return Objects.requireNonNull(story.active().lastProbe());
  }

  private static Instant switchGoesOff(Story story) {
    return story.last().commands().stream()
        .filter(GuardServers.class::isInstance)
        .map(guard -> Objects.requireNonNull(((GuardServers) guard).deadMan()).expiresAt())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatOnlyWarnsIsToldAndTheReleaseGoesOn() {
    Story story = rollout(service("errors", "warn")).until("watch 1-3");
    story.on(probe(is("errors", PASS), is("warn", FAIL)), tells("sli-probed PASS"), sends());
    assertThat(newest(story).warnings()).containsExactly("warn is 2");
    assertThat(newest(story).results())
        .extracting(SliResult::verdict)
        .as("each SLI's own verdict stays what it is")
        .containsExactly(PASS, FAIL);
    assertThat(story.last().events().getFirst().head().why())
        .isEqualTo("probe 1 is PASS: errors is 2; only a warning: warn is 2");
    story.on(probe(is("errors", PASS), is("warn", FAIL)));
    assertThat(switchGoesOff(story))
        .as("somebody watches: a warning is proof of it")
        .isEqualTo(
            ((Phase.Watching) story.active().phase()).watch().dueAt(2).plus(Duration.ofMinutes(2)));
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aWarningMakesNoRedProbeMilderAndIsNoPartOfItsReason() {
    Story story = rollout(service("errors", "warn")).until("watch 1-3");
    story.on(
        probe(is("errors", FAIL), is("warn", FAIL)),
        tells("sli-probed FAIL", "rollback-started", "step-started undo-drain b2"));
    assertThat(story.active().message())
        .isEqualTo(
            "the SLIs are breached: probe 1 is FAIL: errors is 2; only a warning: warn is 2");
  }

  /// I8: a probe of nothing but warnings is green by values alone.
  @ParameterizedTest
  @CsvSource({"FAIL, PASS", "PASS, PASS", "NO_DATA, NO_DATA", "ERROR, ERROR"})
  void whereAllOnlyWarnAProbeIsGreenByValuesAlone(Verdict said, Verdict comesTo) {
    Story story = rollout(service("warn")).until("watch 1-3").on(probe(is("warn", said)));
    assertThat(newest(story).verdict()).isEqualTo(comesTo);
    assertThat(newest(story).warnings()).hasSize(said == FAIL ? 1 : 0);
  }

  /// It says that what it was not able to ask for is green.
  @Test
  void aWatcherThatKnowsOfNoComparisonShowsNothingByIt() {
    Story story =
        rollout(
                with(
                    canaryThenPeers("b2", "b1"),
                    """
                    {"slis": [{"name": "errors", "query": "q", "compare":
                      {"bad": "e{n=~'$canary'}", "all": "r{n=~'$canary'}"}}]}
                    """))
            .until("watch 1-3")
            .on(
                probe(
                    new SliResult("errors", "q", 0.0, null, null, null, PASS, "errors is 0", null)),
                tells("sli-probed ERROR"));
    assertThat(newest(story).results().getFirst().detail())
        .contains("older than the coordinator", "upgrade it");
  }

  /// Who asks for a warning alone does not want the release to wait for it either.
  @Test
  void whatOnlyWarnsHoldsNothingUpWhenItHasNoValue() {
    Story story = rollout(service("errors", "warn")).until("watch 1-3");
    for (Verdict without : List.of(NO_DATA, ERROR)) {
      story.on(probe(is("errors", PASS), is("warn", without)), tells("sli-probed PASS"));
      assertThat(newest(story).warnings()).isEmpty();
    }
    story.on(probe(is("errors", NO_DATA), is("warn", PASS)), tells("sli-probed NO_DATA"));
  }

  @ParameterizedTest
  @CsvSource({
    "rollback warn pause hold, ROLLING_BACK",
    "errors warn hold pause, ROLLING_BACK",
    "warn pause hold, ROLLING",
    "warn hold, PAUSED"
  })
  void ofSeveralThatAreRedTheMostSevereCounts(String slis, RolloutPhase phase) {
    List<String> names = new ArrayList<>(List.of(slis.split(" ", -1)));
    Story story =
        rollout(service(names.toArray(String[]::new)))
            .until("watch 1-3")
            .on(
                probe(names.stream().map(name -> is(name, FAIL)).toArray(SliResult[]::new)),
                isIn(phase));
    boolean drains = names.contains("pause") || phase == RolloutPhase.ROLLING_BACK;
    assertThat(Acts.steps(story.last()).stream().map(Words::of))
        .as("hold leaves the canary where it is")
        .matches(sent -> drains == sent.contains("drain b2"));
  }

  @Test
  void onlyWhatIsRedHasAConsequence() {
    rollout(service("rollback", "hold"))
        .until("watch 1-3")
        .on(
            probe(is("rollback", PASS), is("hold", FAIL)),
            sends("stop-watching", "watch 1-3"),
            isIn(RolloutPhase.PAUSED));
  }

  @Test
  void aServiceMayOnlyWantToBeTold() {
    ServiceDefinition told = with(service("errors"), "{\"onBreach\": \"warn\"}");
    Story story = rollout(told).until("watch 1-3").on(probe(is("errors", FAIL)));
    assertThat(newest(story).warnings()).containsExactly("errors is 2");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }
}
