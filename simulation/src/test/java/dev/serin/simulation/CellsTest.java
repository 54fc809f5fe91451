package dev.serin.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.simulation.fault.FaultKind;
import dev.serin.simulation.world.Mishap;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whether the list of cells leaves out no phase, no event and no fault.
class CellsTest {
  private static final Set<Coverage.Cell> WANTED = Cells.wanted().collect(Collectors.toSet());

  /// As the coverage counts them: a failure is named after its agent.
  private static Stream<String> events() {
    return Stream.of(HaproxyEvent.class, IncusEvent.class, SliEvent.class)
        .flatMap(agent ->
            Arrays.stream(agent.getPermittedSubclasses())
                .map(event -> event.getAnnotation(JsonTypeName.class).value())
                .map(type -> type.replace("-command-failed", "-failed")));
  }

  private static boolean isWanted(RolloutPhase phase, String event, String fault) {
    return WANTED.contains(new Coverage.Cell(phase, event, fault))
        || WANTED.contains(new Coverage.Cell(phase, event, Cells.WHATEVER));
  }

  @ParameterizedTest
  @EnumSource
  void eachEventIsWantedAfterEachFaultOrThereIsOneReasonWhyNot(RolloutPhase phase) {
    for (String event : events().toList()) {
      List<String> reasons = NotAwaited.reasons(phase, event);
      assertThat(reasons).as("%s in %s", event, phase).hasSizeLessThan(2);
      for (String fault : Cells.faults()) {
        assertThat(isWanted(phase, event, fault))
            .as("%s in %s after %s: wanted, or declared with a reason", event, phase, fault)
            .isEqualTo(reasons.isEmpty());
      }
    }
  }

  @Test
  void eachPhaseIsOneThatSomethingIsAwaitedInOrSaysWhyNot() {
    Set<RolloutPhase> all = new TreeSet<>(Coverage.PHASES);
    all.addAll(NotAwaited.NOT_UNDER_WAY.keySet());
    assertThat(all).containsExactlyInAnyOrder(RolloutPhase.values());
    assertThat(Coverage.PHASES).doesNotContainAnyElementsOf(NotAwaited.NOT_UNDER_WAY.keySet());
  }

  @Test
  void eachFaultIsAmongThem() {
    assertThat(Cells.faults())
        .containsAll(Arrays.stream(FaultKind.values()).map(Enum::name).toList())
        .containsAll(
            Arrays.stream(Mishap.Kind.values())
                .filter(kind -> kind != Mishap.Kind.NONE)
                .map(Enum::name)
                .toList());
  }

  @Test
  void noCellIsOfAnEventThatThereIsNot() {
    assertThat(WANTED.stream().map(Coverage.Cell::event)).isSubsetOf(events().toList());
  }
}
