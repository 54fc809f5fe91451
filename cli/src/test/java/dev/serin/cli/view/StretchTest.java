package dev.serin.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StretchTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "shift, 10.0, shift 10 %",
        "analyse, 2.5, analyse 2.5 %",
        "shift, -, shift home",
        "undo-shift, -, shift home",
        "undo-drain, -, drain",
        "analyse, -, analyse"
      })
  void namesAStepWithTheShareThatItIsAbout(String name, @Nullable Double share, String shown) {
    StepView step = new StepView(name, "b1", StepStatus.PENDING, null, null, null, share);
    assertThat(Stretch.name(step)).isEqualTo(shown);
  }
}
