package dev.serin.sli.judge;

import static dev.serin.sli.Commands.COMPARED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.PlannedWindow;
import dev.serin.contracts.sli.SliPower;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProspectTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private static Reading number(double value) {
    return new Reading.Number(value);
  }

  private static Asked counted(Reading canaryAll, Reading baselineAll, double baselineBad) {
    return new Asked(
        COMPARED,
        number(0),
        null,
        null,
        null,
        new Compared(
            Objects.requireNonNull(COMPARED.comparing()),
            new Compared.Side(number(0), false, canaryAll),
            new Compared.Side(number(baselineBad), false, baselineAll)));
  }

  private static PlannedWindow window(@Nullable Double share, Duration lasts) {
    return new PlannedWindow(share, lasts, List.of("errors"));
  }

  private static SliPower only(Asked asked, PlannedWindow window) {
    List<SliPower> all = Prospect.of(List.of(asked), List.of(window), HOUR);
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  /// 144,000 requests in the hour: 40 a second, of which 0.2 % were bad.
  @Test
  void tellsWhatAWindowFindsAtItsShareOfTheLastHoursRequests() {
    Asked asked = counted(number(48_000), number(96_000), 288);
    SliPower atFive = only(asked, window(5.0, Duration.ofHours(4)));
    assertThat(atFive.sentence())
        .startsWith("at 5 % of 40 requests/s, +0.5 points is found in about ")
        .contains("; a window of 4 h can't find less than +");
    assertThat(atFive)
        .returns("errors", SliPower::name)
        .returns(5.0, SliPower::share)
        .returns(Duration.ofHours(4), SliPower::window)
        .returns(true, SliPower::suffices);
  }

  @Test
  void withoutAShareItIsThatOfTheCanarysNodes() {
    assertThat(only(counted(number(48_000), number(96_000), 288), window(null, HOUR)).sentence())
        .startsWith("at 33.33 % of 40 requests/s");
  }

  /// It finds half a point at 5 % only after many minutes.
  @Test
  void aWindowThatFindsNothingWorthFindingIsTooShort() {
    SliPower power =
        only(counted(number(48_000), number(96_000), 288), window(5.0, Duration.ofMinutes(1)));
    assertThat(power.suffices()).isFalse();
    assertThat(power.sentence()).contains("a window of 60 s can't find less than +");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          0   ; 0   ; 0  ; no requests in the last hour
          0   ; 100 ; 0  ; no requests to the canary's nodes in the last hour
          100 ; 0   ; 0  ; no requests to the baseline's nodes in the last hour
          0   ; 100 ; 100; no requests to the canary's nodes in the last hour
          """)
  void saysWhereNobodyKnows(double canary, double baseline, double bad, String why) {
    SliPower power = only(counted(number(canary), number(baseline), bad), window(null, HOUR));
    assertThat(power.suffices()).isFalse();
    assertThat(power.sentence()).isEqualTo(why + ", so what the window can find is not known");
  }

  @Test
  void saysThatEveryRequestWasBad() {
    Asked asked =
        new Asked(
            COMPARED,
            number(0),
            null,
            null,
            null,
            new Compared(
                Objects.requireNonNull(COMPARED.comparing()),
                new Compared.Side(number(50), false, number(50)),
                new Compared.Side(number(50), false, number(50))));
    assertThat(only(asked, window(5.0, HOUR)).sentence())
        .isEqualTo(
            "every request of the last hour was bad, so what the window can find is not known");
  }

  @Test
  void saysWhatIsNotThere() {
    SliPower power = only(counted(new Reading.NoSeries(), number(10), 0), window(5.0, HOUR));
    assertThat(power.suffices()).isFalse();
    assertThat(power.sentence())
        .isEqualTo(
            "compare.all of errors has no value: no series matches its query, so what the window"
                + " can find is not known");
  }

  @Test
  void anSliThatIsNotComparedInAWindowIsNotTold() {
    Asked asked = counted(number(10), number(10), 0);
    assertThat(
            Prospect.of(
                List.of(asked), List.of(new PlannedWindow(5.0, HOUR, List.of("others"))), HOUR))
        .isEmpty();
    Asked alone = new Asked(COMPARED, number(0), null, null);
    assertThat(Prospect.of(List.of(alone), List.of(window(5.0, HOUR)), HOUR)).isEmpty();
  }
}
