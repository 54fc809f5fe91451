package dev.serin.sli.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.Comparing;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparedTest {
  private static final Comparing BY =
      new Comparing(
          new Comparing.Side("e{n='c'}", null, "r{n='c'}"),
          new Comparing.Side("e{n='b'}", null, "r{n='b'}"),
          0.001,
          0.01,
          20);
  private static final SliQuery SLI =
      new SliQuery("errors", "q", 0.5, null, null, 0, null, List.of(), null, BY);

  @Test
  void aWorseCanaryIsABreachThoughItsValueIsWithinItsLimit() {
    SliResult result = judge(0.01, side(51, 7200), side(274, 136_800));
    assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(result.detail())
        .startsWith("since the start 0.71 % of 7,200 requests were bad on the canary, 0.2 % of")
        .contains("0.51 points more");
    SliResult.Compared told = Objects.requireNonNull(result.compared());
    assertThat(told.canaryBad()).isEqualTo(51);
    assertThat(told.baselineAll()).isEqualTo(136_800);
    assertThat(told.low()).isBetween(0.001, told.difference());
    assertThat(told.pValue()).isLessThan(0.01);
  }

  @Test
  void aCanaryThatIsNotShownToBeWorsePasses() {
    SliResult result = judge(0.01, side(14, 7200), side(274, 136_800));
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    assertThat(result.detail())
        .startsWith("errors is 0.01, below the limit of 0.5; since the start 0.19 % of 7,200");
    assertThat(result.compared()).isNotNull();
  }

  @Test
  void whatIsRedByItsLimitStaysSo() {
    SliResult result = judge(0.7, side(0, 100_000), side(3000, 1_000_000));
    assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(result.detail()).isEqualTo("errors is 0.7, above the limit of 0.5");
  }

  @Test
  void fewRequestsAreNoData() {
    assertThat(judge(0.01, side(2, 2), side(0, 1000)).verdict()).isEqualTo(Verdict.NO_DATA);
    assertThat(judge(0.01, side(0, 1000), side(0, 2)).verdict()).isEqualTo(Verdict.NO_DATA);
  }

  @Test
  void aCountThatIsNotThereIsNoVerdict() {
    Compared.Side gone = new Compared.Side(new Reading.Number(0), false, new Reading.NoSeries());
    SliResult result = judge(0.01, side(0, 1000), gone);
    assertThat(result.verdict()).isEqualTo(Verdict.NO_DATA);
    assertThat(result.detail())
        .isEqualTo(
            "compare.all of errors of the baseline has no value: no series matches its query");
    Compared.Side refused =
        new Compared.Side(new Reading.Refused("parse error"), false, new Reading.Number(100));
    assertThat(judge(0.01, refused, side(0, 1000)).verdict()).isEqualTo(Verdict.ERROR);
  }

  @Test
  void aValueThatIsMissingIsNotMadeGreenByTheComparison() {
    Asked asked =
        new Asked(
            SLI,
            new Reading.NotANumber(),
            null,
            null,
            null,
            new Compared(BY, side(2, 1000), side(40, 20_000)));
    assertThat(result(asked).verdict()).isEqualTo(Verdict.NO_DATA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSideOfWhichNothingNewComesShowsNothing(boolean canary) {
    Compared.Side gone =
        new Compared.Side(
            new Reading.Number(2),
            false,
            new Reading.Old(1000, Duration.ofMinutes(4), Duration.ofSeconds(165)));
    SliResult result =
        canary ? judge(0.01, gone, side(40, 20_000)) : judge(0.01, side(2, 1000), gone);
    assertThat(result.verdict()).isEqualTo(Verdict.NO_DATA);
    assertThat(result.detail()).contains("compare.all of errors").contains("4m old");
  }

  @Test
  void countsTheBadOnesByTheGoodOnes() {
    Compared.Side good =
        new Compared.Side(new Reading.Number(7149), true, new Reading.Number(7200));
    SliResult.Compared told =
        Objects.requireNonNull(judge(0.01, good, side(274, 136_800)).compared());
    assertThat(told.canaryBad()).isEqualTo(51);
  }

  @Test
  void moreBadRequestsThanThereAreAreAllOfThem() {
    SliResult.Compared told =
        Objects.requireNonNull(judge(0.01, side(30.2, 30), side(0, 600)).compared());
    assertThat(told.canaryBad()).isEqualTo(30);
  }

  @Test
  void preflightTellsACounterThatPrometheusRefuses() {
    Compared.Side refused =
        new Compared.Side(new Reading.Refused("parse error"), false, new Reading.NoSeries());
    Asked asked =
        new Asked(
            SLI, new Reading.Number(0), null, null, null, new Compared(BY, refused, side(0, 1)));
    Preflight preflight = Preflight.of(List.of(asked));
    assertThat(preflight.problems())
        .containsExactly("compare of errors: Prometheus refused the query: parse error");
    assertThat(preflight.warnings())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("compare.all of errors");
  }

  private static Compared.Side side(double bad, double all) {
    return new Compared.Side(new Reading.Number(bad), false, new Reading.Number(all));
  }

  private static SliResult judge(double value, Compared.Side canary, Compared.Side baseline) {
    return result(
        new Asked(
            SLI, new Reading.Number(value), null, null, null, new Compared(BY, canary, baseline)));
  }

  private static SliResult result(Asked asked) {
    return Probe.of(1, Instant.EPOCH, Instant.EPOCH, List.of(asked)).results().getFirst();
  }
}
