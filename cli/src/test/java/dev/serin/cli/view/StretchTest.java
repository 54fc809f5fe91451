package dev.serin.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
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

  @Test
  void keepsTheStepsOfEachNodeTogetherThoughABatchGoesNameByName() {
    List<StepView> steps =
        Stream.of("drain b1", "drain b3", "keep b1", "keep b3", "undo-drain b1", "undo-drain b3")
            .map(step -> step.split(" "))
            .map(step ->
                new StepView(
                    step[0], step[1], StepStatus.RUNNING, null, null, null, null, List.of(), 1))
            .toList();
    assertThat(Stretch.of(steps))
        .extracting(it -> it.node() + " " + it.steps().size() + " " + it.back())
        .containsExactly("b1 2 false", "b3 2 false", "b1 1 true", "b3 1 true");
  }
}
