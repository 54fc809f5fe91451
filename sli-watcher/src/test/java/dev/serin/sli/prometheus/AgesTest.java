package dev.serin.sli.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.sli.judge.Reading;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgesTest {
  private static final Reading GREEN = new Reading.Number(0.001);
  private static final Reading NONE = new Reading.NoSeries();
  private static final Reading AWAY = new Reading.Unavailable("no answer");

  /// Both may be 30 s old.
  private static final String TWO = "sum(rate(errors[1m])) / sum(rate(total[1m]))";

  private static Reading judge(String query, Reading... ages) {
    return Ages.of(query).judge(GREEN, List.of(ages).iterator());
  }

  private static Reading age(double seconds) {
    return new Reading.Number(seconds);
  }

  private static Reading old(int age, int limit) {
    return new Reading.Old(0.001, Duration.ofSeconds(age), Duration.ofSeconds(limit));
  }

  @Test
  void aValueWithAFreshSampleIsAsItIs() {
    assertThat(judge("errors", age(149.9))).isEqualTo(GREEN);
    assertThat(judge(TWO, age(12), age(12))).isEqualTo(GREEN);
  }

  @Test
  void aValueWithoutOneIsOld() {
    assertThat(judge("errors", age(151))).isEqualTo(old(151, 150));
    assertThat(judge(TWO, age(45), age(40))).isEqualTo(old(40, 30));
  }

  @Test
  void errorsThatNoLongerComeAreNoneOfTheTotals() {
    assertThat(judge(TWO, age(45), age(1))).isEqualTo(GREEN);
    assertThat(judge(TWO, NONE, age(1))).isEqualTo(GREEN);
    assertThat(judge(TWO, NONE, age(45))).isEqualTo(old(45, 30));
  }

  @Test
  void whatIsOlderThanTheRangeHasNoPartInTheValue() {
    assertThat(judge("sum(rate(errors[1m])) or vector(0)", age(200))).isEqualTo(GREEN);
  }

  @Test
  void whoHasNoSamplesAtAllProvesNothing() {
    assertThat(judge(TWO, NONE, NONE)).isEqualTo(GREEN);
    assertThat(judge("vector(0)")).isEqualTo(GREEN);
    assertThat(judge("errors", new Reading.Refused("too many samples"))).isEqualTo(GREEN);
  }

  @Test
  void nobodyKnowsWhatAPrometheusDoesNotAnswer() {
    assertThat(judge(TWO, AWAY, NONE)).isEqualTo(AWAY);
    assertThat(judge(TWO, AWAY, age(45))).isEqualTo(AWAY);
    assertThat(judge(TWO, AWAY, age(1))).isEqualTo(GREEN);
  }

  @Test
  void aLackStaysALack() {
    assertThat(Ages.of("errors").judge(NONE, List.of(age(200)).iterator())).isEqualTo(NONE);
  }

  @Test
  void takesAsManyAnswersAsItAsks() {
    var readings = Stream.of(age(1), age(45), GREEN).iterator();
    Ages ages = Ages.of(TWO);
    ages.judge(GREEN, readings);
    assertThat(ages.queries()).hasSize(2);
    assertThat(readings.next()).isEqualTo(GREEN);
  }

  @Test
  void aQueryOfVeryManySeriesIsNotAsked() {
    assertThat(Ages.of("a + b + c + d + e + f + g + h + i + j").queries()).hasSize(10);
    assertThat(Ages.of("a + b + c + d + e + f + g + h + i + j + k").queries()).isEmpty();
  }
}
