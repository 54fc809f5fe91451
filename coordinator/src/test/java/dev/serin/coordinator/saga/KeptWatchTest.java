package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A pause that no person asked for, and in which the canary takes requests: what would take the
/// release back is asked on.
class KeptWatchTest {
  private static final String SLIS =
      """
      {"slis": [{"name": "errors", "query": "e{n=~'$canary'}", "max": 1},
                {"name": "slow", "query": "s{n=~'$canary'}", "max": 1, "onBreach": "hold"}]}
      """;
  private static final ServiceDefinition HOLDS = with(canaryThenPeers("b2", "b1"), SLIS);
  private static final ServiceDefinition ALONE = Services.servesAlone();

  private static SliResult is(String name, Verdict verdict) {
    return new SliResult(name, "q", 2.0, 1.0, null, null, verdict, name + " is 2", null);
  }

  private static Watch watch(Story story) {
    return switch (story.active().phase()) {
      case Phase.Watching watching -> watching.watch();
      case Phase.Paused paused -> Objects.requireNonNull(paused.watch(), "nobody watches");
      default -> throw new AssertionError(story.active().phase());
    };
  }

  /// Of the first slot that nobody has judged.
  private static Story.Act probe(Verdict errors, Verdict slow) {
    return story -> {
      String id = story.active().rolloutId();
      return Acts.answered(
          story,
          new SlotProbed(
              new AnswerHead(id + "/watch", id, Services.NAME, null, 1, story.now()),
              watch(story).id(),
              watch(story).firstOpenSlot(),
              story.now(),
              Verdict.worst(List.of(errors, slow)),
              List.of(is("errors", errors), is("slow", slow))));
    };
  }

  private static Story held() {
    return rollout(HOLDS)
        .until("watch 1-3")
        .on(probe(PASS, FAIL), sends("stop-watching", "watch 1-3"), isIn(RolloutPhase.PAUSED));
  }

  private static @Nullable DeadMan deadMan(Story story) {
    return Objects.requireNonNull(Guarding.of(story.active())).deadMan();
  }

  @Test
  void whatWouldTakeTheReleaseBackDoesSoWhileAMilderOneHoldsIt() {
    held()
        .on(probe(PASS, FAIL), tells("sli-probed FAIL"), isIn(RolloutPhase.PAUSED))
        .on(probe(FAIL, FAIL), sends("stop-watching", "drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void greenProbesEndNoPauseHoweverLongNobodyComes() {
    Story story = held();
    String first = watch(story).id();
    for (int slot = 0; slot < 50; slot++) {
      story.after(Duration.ofSeconds(30)).on(probe(PASS, slot % 2 == 0 ? FAIL : PASS));
      assertThat(story.active().phase().shown()).isEqualTo(RolloutPhase.PAUSED);
      assertThat(Objects.requireNonNull(deadMan(story)).expiresAt())
          .as("somebody watches")
          .isAfter(story.now());
    }
    assertThat(watch(story).id()).as("another one after each window").isNotEqualTo(first);
    assertThat(watch(story).verdicts()).hasSizeLessThan(3);
    assertThat(story.active().message()).startsWith("the SLIs are breached: probe 1 is FAIL");
  }

  @Test
  void theSwitchGoesByTheNewestProbe() {
    Story story = held().after(Duration.ofSeconds(60)).on(probe(PASS, FAIL)).on(probe(PASS, FAIL));
    assertThat(Objects.requireNonNull(deadMan(story)).expiresAt())
        .isEqualTo(watch(story).dueAt(2).plus(Duration.ofMinutes(2)));
  }

  @Test
  void theLeaseIsRenewedAndMissingDataIsMissingData() {
    held().after(Duration.ofSeconds(10), sends("watch 1-3", "watch 1-3"));
    held()
        .after(Duration.ofMinutes(4))
        .then(isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    rollout(with(HOLDS, "{\"noData\": {\"then\": \"pause\"}}"))
        .until("watch 1-3")
        .on(probe(PASS, FAIL))
        .on(probe(NO_DATA, NO_DATA))
        .after(Duration.ofHours(2))
        .then(isIn(RolloutPhase.PAUSED));
  }

  @Test
  void endsWithThePause() {
    held()
        .on(resume(), sends("stop-watching", "watch 1-3"))
        .then(story -> assertThat(watch(story).isKept()).isFalse())
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    held().on(retry(From.STEP), sends("stop-watching", "watch 1-3"));
    held().on(promote(), sends("stop-watching", "drain b1"));
    held().on(abort(), sends("stop-watching", "drain b2"));
    held()
        .on(handsOff())
        .then(story -> assertThat(KeptWatch.in(story.active())).isNull())
        .after(Duration.ofHours(1), sends());
  }

  private static Story.Act changedByHand(String node) {
    return story ->
        Acts.answered(
            story,
            new ServersChangedByHand(
                new AnswerHead(
                    "guard", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                List.of(
                    new Drift(
                        node,
                        asked(story, node),
                        new ServerSetting("haproxy-1", "api_pool", node, 100, AdminState.MAINT),
                        false,
                        false,
                        "MAINT"))));
  }

  private static Story alone() {
    return rollout(ALONE).until("watch 1-2").until("watch 1-3");
  }

  @Test
  void whileTheCanaryServesAloneItIsWatchedOnWhateverStopsSerin() {
    Story story = alone().on(changedByHand("b3"), sends("stop-watching", "watch 1-3"));
    assertThat(story.active().phase().shown()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(deadMan(story)).as("the switch stays armed").isNotNull();
    assertThat(((WatchSlis) Acts.steps(story.last()).getLast()).slis().getFirst().query())
        .isEqualTo("errors{node=~\"b2\"}");
    story.on(Acts.probe(PASS)).on(probe(FAIL, PASS));
    assertThat(Acts.steps(story.last()).stream().map(Words::of))
        .containsExactly("stop-watching", "ready b3", "ready b1");
  }

  private static ServerSetting asked(Story story, String node) {
    return Objects.requireNonNull(story.active().nodes().get(node)).asked().getFirst();
  }

  @Test
  void whoIsAtWorkOnTheCanaryHasTheWheel() {
    Story story =
        alone().on(changedByHand("b2"), sends("stop-watching"), isIn(RolloutPhase.PAUSED));
    assertThat(deadMan(story)).isNull();
    story =
        alone()
            .on(changedByHand("b3"), sends("stop-watching", "watch 1-3"))
            .on(changedByHand("b2"), sends("stop-watching"), isIn(RolloutPhase.PAUSED));
    assertThat(deadMan(story)).isNull();
  }

  @Test
  void whoPausesHimselfHasTheWheel() {
    Story story = alone().on(pause(), sends("stop-watching"));
    assertThat(deadMan(story)).isNull();
    story = rollout(HOLDS).until("watch 1-3").on(pause(), sends("stop-watching"));
    assertThat(deadMan(story)).isNull();
  }
}
