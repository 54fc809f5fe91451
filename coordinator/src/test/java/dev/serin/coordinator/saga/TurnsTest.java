package dev.serin.coordinator.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How many rollouts may run at once.
class TurnsTest {
  private Turns turns = Turns.NONE;
  private List<Limit> limits = List.of();

  private static TurnWord.Wanted wanted(String service, Map<String, String> labels) {
    return new TurnWord.Wanted(service, service + "-1", labels);
  }

  private List<String> hear(TurnWord word) {
    Turns.Next next = turns.hear(word, limits);
    turns = next.turns();
    return next.granted().stream().map(TurnWord.Granted::service).toList();
  }

  private List<String> want(String service) {
    return hear(wanted(service, Map.of()));
  }

  private List<String> end(String service) {
    return hear(new TurnWord.Returned(service, service + "-1"));
  }

  @Test
  void soManyStartAndTheNextWhenOneIsOver() {
    limits = List.of(Limit.of(2, null));
    assertThat(want("a")).containsExactly("a");
    assertThat(want("b")).containsExactly("b");
    assertThat(want("c")).isEmpty();
    assertThat(want("d")).isEmpty();
    assertThat(end("b")).as("the one that asked first").containsExactly("c");
    assertThat(end("a")).containsExactly("d");
  }

  @Test
  void whatIsSaidTwiceCountsOnce() {
    limits = List.of(Limit.of(1, null));
    assertThat(want("a")).containsExactly("a");
    assertThat(want("a")).as("so is the answer").containsExactly("a");
    assertThat(want("b")).isEmpty();
    assertThat(want("b")).isEmpty();
    assertThat(end("a")).containsExactly("b");
    assertThat(end("a")).isEmpty();
    assertThat(turns.running()).hasSize(1);
  }

  /// After a restart everybody says it again.
  @Test
  void whoSaysItAgainKeepsTheirPlace() {
    limits = List.of(Limit.of(1, null));
    want("a");
    want("b");
    want("c");
    want("b");
    assertThat(end("a")).containsExactly("b");
    assertThat(end("b")).containsExactly("c");
  }

  @Test
  void aLabelsValuesAreCountedEachByItself() {
    limits = List.of(Limit.of(1, "database"));
    assertThat(hear(wanted("a", Map.of("database", "one")))).containsExactly("a");
    assertThat(hear(wanted("b", Map.of("database", "one")))).isEmpty();
    assertThat(hear(wanted("c", Map.of("database", "two")))).containsExactly("c");
    assertThat(want("d")).as("without the label nothing limits it").containsExactly("d");
    assertThat(end("a")).containsExactly("b");
  }

  @Test
  void aLabelWithAValueLimitsOnlyThat() {
    limits = List.of(Limit.of(1, "tier=db"), Limit.of(3, null));
    assertThat(hear(wanted("a", Map.of("tier", "db")))).containsExactly("a");
    assertThat(hear(wanted("b", Map.of("tier", "db")))).isEmpty();
    assertThat(hear(wanted("c", Map.of("tier", "web")))).containsExactly("c");
    assertThat(hear(wanted("d", Map.of("tier", "web"))))
        .as("the third place is kept for the one that asked before")
        .isEmpty();
    assertThat(end("c")).containsExactly("d");
    assertThat(end("a")).containsExactly("b");
  }

  @Test
  void whoeverGivesUpWaitingIsPassedOver() {
    limits = List.of(Limit.of(1, null));
    want("a");
    want("b");
    want("c");
    assertThat(end("b")).isEmpty();
    assertThat(end("a")).containsExactly("c");
  }

  @Test
  void otherLimitsHoldFromTheNextWordOn() {
    limits = List.of(Limit.of(1, null));
    want("a");
    want("b");
    assertThat(turns.again(List.of()).granted())
        .extracting(TurnWord.Granted::service)
        .containsExactly("b");
    assertThat(turns.again(limits).granted()).isEmpty();
  }

  @Test
  void whatLimitsNothingIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Limit.of(0, null))
        .withMessageContaining("at-most to be 1 or more, found 0");
    for (String label : List.of("=x", "x=", "=")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Limit.of(1, label))
          .withMessageContaining("KEY or KEY=VALUE");
    }
  }
}
