package dev.serin.sli.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreflightTest {
  private static final SliQuery P95 = new SliQuery("p95", "q1", 0.5, null, null, 0, null);
  private static final SliQuery RATE = new SliQuery("rate", "q2", 0.005, null, "n", 20, null);

  @Test
  void findsNothingWrongWithNumbersWhateverTheLimitsSay() {
    Preflight preflight =
        Preflight.of(
            List.of(
                new Asked(P95, new Reading.Number(99), null, null),
                new Asked(RATE, new Reading.Number(0), new Reading.Number(1), null)));

    assertThat(preflight.problems()).isEmpty();
    assertThat(preflight.warnings()).isEmpty();
    assertThat(preflight.results())
        .extracting(SliResult::verdict)
        .containsExactly(Verdict.PASS, Verdict.PASS);
    assertThat(preflight.results().getFirst().detail()).isEqualTo("p95 is 99");
  }

  @Test
  void saysOnceThatPrometheusIsAway() {
    Reading away = new Reading.Unavailable("Prometheus at x cannot be reached");

    Preflight preflight =
        Preflight.of(List.of(new Asked(P95, away, null, null), new Asked(RATE, away, away, null)));

    assertThat(preflight.problems()).containsExactly("Prometheus at x cannot be reached");
    assertThat(preflight.results())
        .extracting(SliResult::verdict)
        .containsExactly(Verdict.ERROR, Verdict.ERROR);
  }

  @Test
  void namesEachQueryThatDoesNotAnswerWithOneNumber() {
    Preflight preflight =
        Preflight.of(
            List.of(
                new Asked(P95, new Reading.Refused("1:8: parse error"), null, null),
                new Asked(
                    RATE, new Reading.NotOneNumber("3 series"), new Reading.NoSeries(), null)));

    assertThat(preflight.problems())
        .containsExactly(
            "p95: Prometheus refused the query: 1:8: parse error",
            "rate: expected one number, found 3 series; aggregate with sum(…), max(…) or the like");
    assertThat(preflight.warnings())
        .singleElement()
        .asString()
        .startsWith("minRequests of rate: no series matches now");
  }

  @Test
  void warnsOfWhatMatchesNothingAndOfNaN() {
    Preflight preflight =
        Preflight.of(
            List.of(
                new Asked(P95, new Reading.NotANumber(), null, null),
                new Asked(RATE, new Reading.NoSeries(), new Reading.Number(0), null)));

    assertThat(preflight.problems()).isEmpty();
    assertThat(preflight.warnings())
        .containsExactly(
            "p95: gives NaN now, as a division of 0 by 0 does; without requests it stays so",
            "rate: no series matches now; where that means 0, as for 5xx answers that never came,"
                + " write (… or vector(0))");
    assertThat(preflight.results())
        .extracting(SliResult::verdict)
        .containsExactly(Verdict.NO_DATA, Verdict.NO_DATA);
  }

  @Test
  void warnsOfAValueThatNothingNewStandsBehind() {
    Reading old = new Reading.Old(0.1, Duration.ofMinutes(4), Duration.ofSeconds(150));

    Preflight preflight = Preflight.of(List.of(new Asked(P95, old, null, null)));

    assertThat(preflight.problems()).isEmpty();
    assertThat(preflight.warnings())
        .containsExactly(
            "p95: has a value, but the newest sample behind it is 4m old, and one counts for 2m30s:"
                + " nothing scrapes it any more, or its target is gone (one that is scraped as"
                + " seldom needs a maxAge)");
  }

  @Test
  void warnsOfAValueOfWhichNobodyKnowsHowOldItIs() {
    Preflight preflight =
        Preflight.of(
            List.of(new Asked(P95, new Reading.Undated(0.1, "no answer in time"), null, null)));

    assertThat(preflight.problems()).isEmpty();
    assertThat(preflight.warnings())
        .containsExactly("p95: has a value, but how old it is is not known: no answer in time");
  }
}
