package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Acts.defined;
import static dev.serin.coordinator.saga.Acts.freeze;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.unfreeze;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.NOON;
import static dev.serin.coordinator.saga.Story.idOf;
import static dev.serin.coordinator.saga.Story.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Freeze;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class FreezesTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");
  private static final ServiceDefinition WAITS = with(SERVICE, "{\"onFreeze\": \"wait\"}");
  private static final Instant IN_AN_HOUR = NOON.plus(Duration.ofHours(1));

  private static Story.Act overriding(String version) {
    ReleaseRequested it = Story.releaseOf(version, IfBusy.QUEUE);
    return asked(
        new ReleaseRequested(
            it.requestId(),
            it.service(),
            it.requestedBy(),
            it.reason(),
            it.version(),
            it.artifact(),
            null,
            null,
            null,
            List.of(),
            false,
            it.ifBusy(),
            it.labels(),
            true));
  }

  private static ServiceDefinition frozen(ServiceDefinition service, String... windows) {
    return with(service, "{\"freezes\": [" + String.join(",", windows) + "]}");
  }

  @Test
  void aFreezeRefusesAReleaseAndNamesItselfItsEndAndWhatToDo() {
    Story.of(SERVICE)
        .on(freeze(IN_AN_HOUR), sends(), tells("service-frozen"))
        .on(
            release("v2"),
            sends(),
            refuses(
                "expected no freeze from 2026-11-20T12:00:00Z",
                "a freeze of api until 2026-11-20T13:00:00Z, by bob: game day",
                "onFreeze: wait",
                "--override-freeze"))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
  }

  @Test
  void aReleaseWaitsForTheEndAndStartsByItself() {
    Story.of(WAITS)
        .on(freeze(IN_AN_HOUR))
        .on(release("v2"), sends(), tells("rollout-queued"))
        .then(story -> {
          var state = story.state("v2");
          assertThat(state.phase()).isEqualTo(RolloutPhase.QUEUED);
          assertThat(state.waitingFor())
              .isEqualTo("the end of a freeze of api until 2026-11-20T13:00:00Z, by bob: game day");
          assertThat(state.nextAt()).isEqualTo(IN_AN_HOUR);
        })
        .after(Duration.ofMinutes(59), tells())
        .after(Duration.ofMinutes(1), tells("rollout-started"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aReleaseMayWaitThoughItsServiceRefuses() {
    Story.of(SERVICE)
        .on(freeze(IN_AN_HOUR))
        .on(asked(Acts.withOverrides("{\"onFreeze\": \"wait\"}")), tells("rollout-queued"))
        .on(unfreeze(), tells("service-unfrozen", "rollout-started"));
  }

  @Test
  void aFreezeWithoutAnEndIsLiftedByHand() {
    Story.of(WAITS)
        .on(freeze(null))
        .on(release("v2"), tells("rollout-queued"))
        .then(story -> assertThat(story.state("v2").nextAt()).isNull())
        .after(Duration.ofDays(40), tells())
        .on(unfreeze(), tells("service-unfrozen", "rollout-started"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aRolloutThatWouldReachIntoAComingFreezeMeetsIt() {
    Instant soon = NOON.plus(Duration.ofSeconds(100));
    Story.of(SERVICE)
        .on(freeze(soon, IN_AN_HOUR), tells("service-frozen"))
        .on(release("v2"), refuses("a freeze of api from 2026-11-20T12:01:40Z until"));
    Story.of(SERVICE)
        .on(freeze(NOON.plus(Duration.ofHours(2)), NOON.plus(Duration.ofHours(3))))
        .on(release("v2"), tells("rollout-started"));
  }

  @Test
  void theCalendarFreezesByTheClockOfItsZone() {
    String friday =
        "{\"cron\": \"0 13 * * FRI\", \"for\": \"2h\", \"zone\": \"Europe/Berlin\","
            + " \"reason\": \"the weekend is near\"}";
    // 12:00 UTC on a Friday in November: 13:00 in Berlin.
    Story.of(frozen(SERVICE, friday))
        .on(
            release("v2"),
            refuses("until 2026-11-20T14:00:00Z, by its calendar: the weekend is near"));
    Story.of(frozen(WAITS, friday))
        .on(release("v2"), tells("rollout-queued"))
        .after(Duration.ofHours(2), tells("rollout-started"));
  }

  @Test
  void waitsThroughFreezesThatFollowEachOther() {
    Story.of(frozen(WAITS, "{\"from\": \"2026-11-20T12:30\", \"until\": \"2026-11-20T14:00\"}"))
        .on(freeze(NOON.plus(Duration.ofMinutes(30))))
        .on(release("v2"), tells("rollout-queued"))
        .after(Duration.ofMinutes(30), tells())
        .then(story ->
            assertThat(story.state("v2").nextAt()).isEqualTo(Instant.parse("2026-11-20T14:00:00Z")))
        .after(Duration.ofMinutes(90), tells("rollout-started"));
  }

  @Test
  void aDefinitionWithoutTheFreezeStartsWhatWaits() {
    Story.of(frozen(WAITS, "{\"from\": \"2026-11-20T11:00\", \"until\": \"2026-11-20T14:00\"}"))
        .on(release("v2"), tells("rollout-queued"))
        .on(defined(WAITS), tells("rollout-started"));
  }

  @Test
  void anOverrideStartsAndStaysInTheRecord() {
    String overridden =
        "a freeze of api until 2026-11-20T13:00:00Z, by bob: game day, overridden by alice because"
            + " because";
    Story.of(SERVICE)
        .on(freeze(IN_AN_HOUR))
        .on(overriding("v2"), tells("rollout-started"))
        .then(story ->
            assertThat(story.told().getLast().head().why()).isEqualTo("because; " + overridden))
        .until("drain b2")
        .then(story ->
            assertThat(story.told())
                .filteredOn(RolloutEvent.PreflightPassed.class::isInstance)
                .singleElement()
                .satisfies(event ->
                    assertThat(((RolloutEvent.PreflightPassed) event).warnings())
                        .contains(overridden)))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void anOverridePassesWhatWaitsAndThatStillWaitsAfterwards() {
    Story.of(WAITS)
        .on(freeze(null))
        .on(release("v2"), tells("rollout-queued"))
        .on(overriding("v3"), tells("rollout-started"))
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story -> assertThat(story.state("v2").phase()).isEqualTo(RolloutPhase.QUEUED))
        .on(unfreeze(), tells("service-unfrozen", "rollout-started"));
  }

  @Test
  void anOverrideThatWaitedBehindARolloutPassesWhatHoldsForTheFreeze() {
    Story.of(WAITS)
        .on(release("v2"))
        .until("watch 1-3")
        .on(release("v3"))
        .on(overriding("v4"), tells("rollout-queued"))
        .on(freeze(IN_AN_HOUR))
        .goesOn()
        .endsIn("v4", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(it -> assertThat(it.state("v3").phase()).isEqualTo(RolloutPhase.QUEUED));
  }

  @Test
  void whatIsAskedForWhileAnotherWaitsIsBehindItOrReplacesIt() {
    Story.of(WAITS)
        .on(freeze(null))
        .on(release("v2"), tells("rollout-queued"))
        .on(release("v3"), tells("rollout-queued"))
        .on(release("v4", IfBusy.REJECT), refuses("expected nothing to wait", idOf("v2")))
        .on(
            release("v5", IfBusy.SUPERSEDE),
            tells("rollback-completed", "rollback-completed", "rollout-queued"))
        .endsIn("v2", RolloutPhase.ROLLED_BACK, Outcome.SUPERSEDED)
        .on(unfreeze(), tells("service-unfrozen", "rollout-started"))
        .then(story -> assertThat(story.active().request().version()).isEqualTo("v5"));
  }

  @Test
  void whatWaitsCanBeAborted() {
    Story.of(WAITS)
        .on(freeze(IN_AN_HOUR))
        .on(release("v2"))
        .on(release("v3"))
        .on(abort(idOf("v2")), tells("rollback-completed"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED)
        .then(story -> assertThat(story.state("v3").waitingFor()).startsWith("the end of a freeze"))
        .on(abort(idOf("v3")), tells("rollback-completed"))
        .after(Duration.ofHours(2), tells());
  }

  @Test
  void theOnlyOneThatWaitsNeedsNoNameToBeAborted() {
    Story.of(WAITS)
        .on(freeze(IN_AN_HOUR))
        .on(release("v2"))
        .on(release("v3"))
        .on(abort(), refuses("found none; these wait, name one: ", idOf("v2"), idOf("v3")))
        .on(abort(idOf("v3")), tells("rollback-completed"))
        .on(abort(), tells("rollback-completed"))
        .endsIn("v2", RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aFreezeStopsNoRolloutThatRunsAndNoWayBack() {
    Story.of(SERVICE)
        .on(release("v2"))
        .goesOn()
        .on(release("v3"))
        .until("push b2")
        .on(freeze(null), sends(), tells("service-frozen"), isIn(RolloutPhase.ROLLING))
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .on(takeBack(), tells("rollout-started"))
        .then(story ->
            assertThat(story.told().getLast().head().why()).contains("which no way back waits for"))
        .goesOn()
        .then(story -> assertThat(story.ledger().active()).isNull());
  }

  @Test
  void anAbortTakesBackInAFreeze() {
    Story.of(SERVICE)
        .on(release("v2"))
        .until("push b2")
        .on(freeze(null))
        .on(abort())
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void nothingIsTakenBackForAReleaseThatAFreezeRefuses() {
    Story.of(SERVICE)
        .on(release("v2"))
        .until("watch 1-3")
        .on(freeze(IN_AN_HOUR))
        .on(
            release("v3", IfBusy.SUPERSEDE),
            sends(),
            refuses("expected no freeze"),
            isIn(RolloutPhase.ANALYSING))
        .goesOn()
        .endsIn("v2", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .endsIn("v3", RolloutPhase.REJECTED, Outcome.REJECTED);
  }

  @Test
  void nothingIsTakenBackForAReleaseThatWaitsForTheEndOfAFreeze() {
    Story.of(WAITS)
        .on(release("v2"))
        .until("watch 1-3")
        .on(release("v3"))
        .on(freeze(IN_AN_HOUR))
        .on(
            release("v4", IfBusy.SUPERSEDE),
            sends(),
            tells("rollback-completed", "rollout-queued"),
            isIn(RolloutPhase.ANALYSING))
        .goesOn()
        .endsIn("v2", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story -> assertThat(story.state("v4").waitingFor()).contains("the end of a freeze"))
        .after(Duration.ofHours(1), tells("rollout-started"));
  }

  @Test
  void nothingIsTakenBackForARetryThatAFreezeRefuses() {
    Story.of(SERVICE)
        .on(release("v2"))
        .until("watch 1-3")
        .on(Acts.pause())
        .on(freeze(null))
        .on(
            Acts.retry(Request.From.START),
            sends(),
            refuses("expected no freeze"),
            isIn(RolloutPhase.PAUSED))
        .on(Acts.retry(Request.From.STEP), tells("rollout-resumed", "step-started analyse"));
  }

  @Test
  void aTimedPauseCountsAmongWhatARolloutTakes() {
    Story.of(with(SERVICE, "{\"pauses\": [{\"after\": \"canary\", \"for\": \"4h\"}]}"))
        .on(freeze(NOON.plus(Duration.ofHours(3)), NOON.plus(Duration.ofHours(60))))
        .on(release("v2"), sends(), refuses("expected no freeze", "takes about 4h"));
  }

  @Test
  void requestsOfTheSameSecondCountInTheirOrder() {
    Story.of(SERVICE)
        .on(freeze(null), tells("service-frozen"))
        .on(unfreeze(), tells("service-unfrozen"))
        .on(unfreeze(), refuses("expected a freeze that was asked for, found none"))
        .on(release("v2"), tells("rollout-started"));
    Story.of(SERVICE)
        .on(unfreeze(), refuses("found none"))
        .on(freeze(null), tells("service-frozen"))
        .on(release("v2"), refuses("a freeze of api until it is lifted"));
  }

  @Test
  void anUnfreezeLiftsAllThatWasAskedForButNotTheCalendar() {
    Story.of(frozen(SERVICE, "{\"from\": \"2026-11-20T11:00\", \"until\": \"2026-11-20T14:00\"}"))
        .on(freeze(IN_AN_HOUR))
        .on(freeze(null))
        .on(unfreeze(), tells("service-unfrozen"))
        .then(story ->
            assertThat(((RolloutEvent.ServiceUnfrozen) story.told().getLast()).lifted()).hasSize(2))
        .on(release("v2"), refuses("by its calendar"))
        .on(unfreeze(), refuses("those of the calendar are in the definition"));
  }

  @Test
  void refusesAnEndThatIsOverAndMoreThanAreOfUse() {
    Story story =
        Story.of(SERVICE)
            .on(freeze(NOON), refuses("until: expected an instant after now, 2026-11-20T12:00:00Z"))
            .on(freeze(IN_AN_HOUR, IN_AN_HOUR), refuses("until: expected an instant after from"));
    for (int i = 0; i < Freezes.MOST; i++) {
      story.on(freeze(IN_AN_HOUR), tells("service-frozen"));
    }
    story
        .on(freeze(IN_AN_HOUR), refuses("expected at most 20 freezes", "serin unfreeze api"))
        .after(Duration.ofHours(1))
        .on(freeze(null), tells("service-frozen"))
        .then(it -> assertThat(it.ledger().freezes()).hasSize(1));
  }

  @Test
  void handsOffComesBeforeAFreeze() {
    Story.of(WAITS)
        .on(freeze(IN_AN_HOUR))
        .on(release("v2"), tells("rollout-queued"))
        .on(handsOff(), tells("rollout-paused"))
        .after(Duration.ofHours(2), tells())
        .then(story -> assertThat(story.state("v2").waitingFor()).contains("serin hands-on api"))
        .on(handsOn(), tells("rollout-resumed", "rollout-started"));
  }

  @Test
  void aFreezeOfAllServicesMeetsEveryRelease() {
    Freeze all = new Freeze("7", "carol", "black friday", NOON, IN_AN_HOUR);
    Ledger ledger =
        Saga.decide(Ledger.empty("api"), new Input.Defined(SERVICE, NOON))
            .next()
            .under(List.of(all), false);
    Decision refused =
        Saga.decide(
            ledger,
            new Input.Asked(Story.releaseOf("v2", IfBusy.QUEUE), false, NOON.plusMillis(1)));
    assertThat(refused.events().getFirst().head().why())
        .contains("a freeze of all services until 2026-11-20T13:00:00Z, by carol: black friday");
    Decision lifted =
        Saga.decide(ledger, new Input.Asked(Acts.unfreezing("8"), false, NOON.plusMillis(1)));
    assertThat(lifted.events().getFirst().head().why()).contains("serin unfreeze --all");
  }

  @Test
  void aLedgerOfBeforeHasNoFreezes() {
    ObjectNode old = Json.mapper().valueToTree(Ledger.empty("api"));
    old.remove(List.of("freezes", "everywhere", "held"));
    assertThat(Json.mapper().treeToValue(old, Ledger.class)).isEqualTo(Ledger.empty("api"));
  }
}
