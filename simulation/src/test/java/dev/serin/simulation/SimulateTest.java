package dev.serin.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// What whoever runs a campaign sees of a seed that breaks.
class SimulateTest {
  private static final long SEEDS = 20;

  private record Said(int exit, String out) {}

  private static Said simulate(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new Simulate()).setOut(new PrintWriter(out, true));
    return new Said(command.execute(arguments), out.toString());
  }

  @Test
  void aCampaignTellsTheHistoryOfItsFirstBrokenSeedAndHowToSeeItAgain() {
    Simulation.Result first = firstThatBreaks(Bug.I3);
    Said said = simulate("--bug", "I3", "--seeds", String.valueOf(SEEDS));

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out())
        .contains("seed " + first.seed() + " breaks " + first.broken())
        .contains(first.history())
        .endsWith(
            first.broken()
                + "\nreplay: java -jar simulation/target/simulation.jar --seed "
                + first.seed()
                + " --bug I3\n");
  }

  @Test
  void theReplayBreaksTheSame() {
    Simulation.Result first = firstThatBreaks(Bug.I3);
    Said said = simulate("--seed", String.valueOf(first.seed()), "--bug", "I3");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out()).contains(first.history()).endsWith(first.broken() + "\n");
  }

  @Test
  void withoutABugThereIsNoneInTheReplay() {
    Simulation.Result any = new Campaign(null).one(1, new Coverage());
    assertThat(new Campaign(null).replay(any))
        .isEqualTo("java -jar simulation/target/simulation.jar --seed 1");
  }

  private static Simulation.Result firstThatBreaks(Bug bug) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Simulation.Result result = new Campaign(bug).one(seed, new Coverage());
      if (result.broken() != null) {
        return result;
      }
    }
    throw new AssertionError("expected one of " + SEEDS + " seeds to break with " + bug);
  }
}
