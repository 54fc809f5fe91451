package dev.serin.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.coordinator.saga.Due;
import dev.serin.simulation.Coverage.Input;
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
    Input input = Cells.input(event);
    return WANTED.contains(new Coverage.Cell(input, phase, event, fault))
        || WANTED.contains(new Coverage.Cell(input, phase, event, Cells.WHATEVER));
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
    assertThat(
            WANTED.stream()
                .filter(cell -> cell.input() == Input.ANSWER || cell.input() == Input.TOLD)
                .map(Coverage.Cell::event))
        .isSubsetOf(events().toList());
  }

  /// Those of a sealed family, however deep.
  private static Stream<Class<?>> records(Class<?> family) {
    return family.isRecord()
        ? Stream.of(family)
        : Arrays.stream(family.getPermittedSubclasses()).flatMap(CellsTest::records);
  }

  @Test
  void eachRequestIsWantedInEachPhaseAndWithoutARollout() {
    assertThat(Cells.REQUESTS.stream().map(it -> it.split(" ", 2)[0]))
        .containsOnly(
            records(Request.class)
                .map(request -> request.getAnnotation(JsonTypeName.class).value())
                .toArray(String[]::new));
    int phases = Coverage.PHASES.size() + 1;
    assertThat(WANTED.stream().filter(cell -> cell.input() == Input.REQUEST))
        .hasSize(Cells.REQUESTS.size() * phases * 2);
  }

  @ParameterizedTest
  @EnumSource
  void eachWakeUpIsWantedWhereItIsPossible(Due due) {
    Set<RolloutPhase> wanted =
        WANTED.stream()
            .filter(cell -> cell.input() == Input.WAKE_UP && cell.event().equals(Cells.words(due)))
            .map(cell -> cell.phase() == null ? RolloutPhase.QUEUED : cell.phase())
            .collect(Collectors.toSet());
    assertThat(wanted)
        .isNotEmpty()
        .allMatch(
            phase -> WakeUps.reason(phase == RolloutPhase.QUEUED ? null : phase, due) == null);
  }

  @Test
  void somethingWentWrongIsAnythingButNothing() {
    Coverage.Cell disturbed =
        new Coverage.Cell(Input.WAKE_UP, null, Cells.words(Due.HELD), Cells.SOMETHING);
    Coverage coverage = new Coverage();
    coverage.woken(null, Due.HELD, Set.of());
    assertThat(coverage.isReached(disturbed)).isFalse();
    coverage.woken(null, Due.HELD, Set.of("SLOW"));
    assertThat(coverage.isReached(disturbed)).isTrue();
  }

  @Test
  void whatIsReachedThoughItCannotBeIsTold() {
    Coverage coverage = new Coverage();
    coverage.woken(null, Due.HELD, Set.of());
    assertThat(Cells.contradicted(coverage)).isEmpty();
    coverage.woken(null, Due.GUARD, Set.of("DISK_FULL", "SLOW"));
    assertThat(Cells.contradicted(coverage)).hasSize(2);
    assertThat(Cells.report(coverage)).contains("- reached, though it can't be: nothing under way");
  }
}
