package dev.serin.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.simulation.service.Plants;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  private static final long SEEDS = 2_000;

  @Test
  void everyInvariantHoldsWhateverGoesWrong() throws InterruptedException {
    Campaign campaign = new Campaign(null).run(0, SEEDS, 1);
    System.out.println(campaign.report());
    campaign.firstBroken().ifPresent(broken -> fail(campaign.explain(broken)));
    assertThat(campaign.seeds()).isEqualTo(SEEDS);
    Set<RolloutPhase> reached =
        campaign.coverage().cells().keySet().stream()
            .flatMap(cell -> Stream.ofNullable(cell.phase()))
            .collect(Collectors.toSet());
    assertThat(reached).containsAll(Coverage.PHASES);
    // All cells need more seeds than these; but each event comes in its phase, and after most
    // faults.
    long wanted = Cells.wanted().count();
    assertThat(Cells.unreached(campaign.coverage()).size()).isLessThan((int) wanted / 20);
  }

  @Test
  void noCellIsWantedThatIsSaidToBeImpossible() {
    assertThat(Cells.wanted())
        .filteredOn(cell -> cell.phase() != null)
        .noneMatch(cell ->
            Cells.IMPOSSIBLE
                .getOrDefault(Objects.requireNonNull(cell.phase()), Map.of())
                .keySet()
                .stream()
                .anyMatch(events -> List.of(events.split(", ")).contains(cell.event())));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 7, 42})
  void theSameSeedTellsTheSameHistory(long seed) {
    List<String> once = new Simulation(seed, Plants.NONE, new Coverage()).run().history();
    List<String> again = new Simulation(seed, Plants.NONE, new Coverage()).run().history();
    assertThat(again).isEqualTo(once).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(Bug.class)
  void catchesThePlantedBug(Bug bug) {
    assertThat(Campaign.caught(bug, Simulate.SEEDS_FOR_A_BUG)).as("%s", bug).isPresent();
  }
}
