package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.woken;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import dev.serin.coordinator.saga.Decision.Ignored;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// What time alone does.
class TimeTest {
  private static final ServiceDefinition SERVICE = withoutWindow(canaryThenPeers("b2", "b1"));

  @Test
  void asksAgainAfterFiveSecondsAndThenLessOftenInTheSameWords() {
    rollout(SERVICE)
        .until("push b2")
        .then(story -> {
          var first = story.newest("push b2");
          story
              .after(Duration.ofMillis(4_999), sends(), tells())
              .after(Duration.ofMillis(1), sends("push b2"), tells())
              .then(it -> assertThat(Acts.steps(it.last())).containsExactly(first))
              .after(Duration.ofSeconds(13), sends("push b2", "push b2"), tells())
              .then(it -> assertThat(Acts.steps(it.last())).containsOnly(first))
              .then(it -> assertThat(it.last().states()).isEmpty())
              .on(done("push b2"), sends("restart b2"));
        });
  }

  @Test
  void asksAgainOnlyForTheChecksThatAreMissing() {
    rollout(SERVICE).on(done("inspect")).after(Duration.ofSeconds(5), sends("check-pool"));
  }

  @Test
  void isNotMovedByAWakeUpThatIsEarly() {
    rollout(SERVICE).ignores(woken(), Ignored.NOT_DUE);
    Story.of(SERVICE).ignores(woken(), Ignored.NOT_DUE);
  }

  @ParameterizedTest
  @EnumSource(
      value = StepName.class,
      mode = Mode.EXCLUDE,
      names = {"ANALYSE", "RESTORE", "SHIFT", "MAINT", "PAUSE", "CATCH_UP", "HOOK", "SMOKE"})
  void takesBackWhatIsNotAnsweredByItsDeadline(StepName name) {
    Duration deadline = Deadlines.deadline(SERVICE, Step.forward(name, "b2"));
    rollout(SERVICE)
        .until(name.shown() + " b2")
        .after(deadline.minusMillis(1), isIn(RolloutPhase.ROLLING))
        .after(Duration.ofMillis(1), isIn(RolloutPhase.ROLLING_BACK))
        .then(story -> assertThat(story.active().message()).contains("expected an answer of the"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void endsWithinThePlansBoundEvenIfNobodyEverAnswersAgain() {
    rollout(SERVICE)
        .until("health b2")
        .on(failsForGood("health b2"))
        .after(Plan.view(SERVICE).atMost())
        .endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.FAILED)
        .then(story ->
            assertThat(story.state("v2").message())
                .contains("b2 is left", "restore failed 5 times", "look whether it runs"));
  }

  @Test
  void acceptsAnAnswerThatComesBeforeAnybodyNoticedTheDeadline() {
    rollout(SERVICE)
        .until("keep b2")
        .then(story -> {
          var keep = story.newest("keep b2");
          Decision decision =
              Saga.decide(
                  story.ledger(),
                  new Input.Answered(
                      story.world().obey(keep, story.now()),
                      story.now().plus(Duration.ofHours(1))));
          assertThat(Acts.steps(decision)).hasSize(1);
          assertThat(Words.of(Acts.steps(decision).getFirst())).isEqualTo("push b2");
        });
  }

  @Test
  void givesEveryDeadlineTheTimeBackInWhichTheCoordinatorWasAway() {
    Duration deadline = Deadlines.deadline(SERVICE, Step.forward(StepName.KEEP, "b2"));
    rollout(SERVICE)
        .until("keep b2")
        .after(Duration.ofSeconds(60))
        .away(Duration.ofHours(2), sends("keep b2"), isIn(RolloutPhase.ROLLING))
        .after(deadline.minusSeconds(70), isIn(RolloutPhase.ROLLING))
        .after(Duration.ofSeconds(10), isIn(RolloutPhase.ROLLING_BACK));
  }
}
