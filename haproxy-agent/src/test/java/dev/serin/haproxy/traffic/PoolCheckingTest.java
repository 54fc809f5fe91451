package dev.serin.haproxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.RuntimeAccess;
import dev.serin.haproxy.lab.VirtualHaproxy;
import dev.serin.haproxy.runtime.RuntimeWire;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The look before a rollout; on real load balancers it is `CheckIT`.
class PoolCheckingTest {
  private static final RuntimeWire.Reply PROCESSES =
      new RuntimeWire.Answered("1 master 0\n# workers\n8 worker 0\n\n");

  private final TrafficBed bed = new TrafficBed();
  private List<String> loadBalancers = List.of("one", "two");
  private boolean goesOnWithout;

  private PoolChecked checked() throws Turn.Preempted {
    CheckPool check =
        new CheckPool(
            bed.head(),
            List.of(VirtualHaproxy.POOL),
            loadBalancers,
            List.of(
                new PoolServer("node-1", "b1"),
                new PoolServer("node-2", "b2"),
                new PoolServer("node-3", "b3")),
            1,
            List.of(),
            false,
            goesOnWithout);
    return (PoolChecked) bed.obey(check);
  }

  @Test
  void changesNothingAndSaysWhatIsThereAndHowAPersonReachesIt() throws Turn.Preempted {
    PoolChecked checked = checked();

    assertThat(checked.problems()).isEmpty();
    assertThat(checked.servers()).hasSize(6).allMatch(it -> it.inRotation());
    assertThat(checked.access())
        .containsExactly(
            new RuntimeAccess("one", "socat", "/leaving.map"),
            new RuntimeAccess("two", "socat", "/leaving.map"));
    assertThat(bed.writes).isEmpty();
  }

  @Test
  void allThatIsWrongIsToldTogether() throws Turn.Preempted {
    loadBalancers = List.of("one", "two", "three", "one");
    bed.one.level("operator");
    bed.two.silent(true);

    PoolChecked checked = checked();

    assertThat(checked.problems())
        .hasSize(3)
        .anyMatch(it -> it.startsWith("one: ") && it.contains("found level operator"))
        .anyMatch(it -> it.startsWith("two: ") && it.contains("no socket"))
        .anyMatch(it -> it.startsWith("three: "));
    assertThat(checked.access()).hasSize(2);
  }

  @Test
  void oneThatIsSilentIsMissingWhereTheServiceGoesOnWithout() throws Turn.Preempted {
    goesOnWithout = true;
    bed.two.silent(true);

    PoolChecked checked = checked();

    assertThat(checked.problems()).isEmpty();
    assertThat(checked.missing()).containsExactly("two");
  }

  @Test
  void oneThatRefusesIsAProblemThoughTheServiceGoesOnWithoutWhoIsSilent() throws Turn.Preempted {
    goesOnWithout = true;
    bed.two.refuses("show servers");

    PoolChecked checked = checked();

    assertThat(checked.missing()).isEmpty();
    assertThat(checked.problems()).singleElement().asString().startsWith("two: ");
  }

  @Test
  void aMasterThatDoesNotAnswerIsAskedForAMomentAndThenAProblem() throws Turn.Preempted {
    bed.one =
        new VirtualHaproxy(
            "one", bed.time::now, bed.writes, _ -> new RuntimeWire.Unanswered("no master"));

    assertThat(checked().problems())
        .singleElement()
        .asString()
        .contains("one: expected the master's socket");
    assertThat(bed.seconds()).isBetween(0.5, 2.0);
  }

  @Test
  void aMasterThatAnswersAMomentLaterIsNone() throws Turn.Preempted {
    bed.one =
        new VirtualHaproxy(
            "one",
            bed.time::now,
            bed.writes,
            _ -> bed.seconds() < 0.4 ? new RuntimeWire.Unanswered("not yet") : PROCESSES);

    assertThat(checked().problems()).isEmpty();
  }
}
