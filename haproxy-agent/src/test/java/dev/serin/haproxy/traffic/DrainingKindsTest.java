package dev.serin.haproxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.OnTimeout;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerDrained;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.VirtualHaproxy;
import dev.serin.haproxy.runtime.RuntimeWire;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Drains of a pool without a leaving map, and beside old workers.
class DrainingKindsTest {
  private final TrafficBed bed = new TrafficBed();

  /// A minute for requests.
  private void drains() throws Turn.Preempted {
    DrainServer drain =
        new DrainServer(
            bed.head(),
            List.of(VirtualHaproxy.POOL),
            List.of("one", "two"),
            "b1",
            List.of(),
            0,
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            OnTimeout.FAIL,
            Purpose.FORWARD,
            Duration.ZERO,
            bed.onBoth(1, AdminState.READY),
            List.of());
    assertThat(bed.obey(drain)).isInstanceOf(ServerDrained.class);
  }

  @Test
  void aPoolThatPinsUsersAndHasNoLeavingMapEndsInMaintenance() throws Turn.Preempted {
    bed.one = bed.one.withoutMap();
    bed.one.begin("b1", false);
    bed.at(
        20,
        () -> {
          assertThat(bed.one.now("b1").state())
              .as("while it has requests")
              .isEqualTo(AdminState.DRAIN);
          bed.one.endAll();
        });

    drains();
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.MAINT);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void withoutTheMasterAProcessThatBeganLatelyMayHaveAnOldWorkerForTheWholeTime()
      throws Turn.Preempted {
    bed.one.reload();

    drains();
    assertThat(bed.seconds()).isBetween(60.0, 61.0);
  }

  @Test
  void whereTheMasterTellsOfNoOldWorkerNoneIsWaitedFor() throws Turn.Preempted {
    RuntimeWire master =
        _ -> new RuntimeWire.Answered("#<PID> <type>\n1 master 0\n# workers\n8 worker 0\n\n");
    bed.one = new VirtualHaproxy("one", bed.time::now, bed.writes, master);
    bed.one.reload();

    drains();
    assertThat(bed.seconds()).isLessThan(1);
  }

  @Test
  void anOldWorkerWhoseLoadNobodyCanCountHasTheWholeTime() throws Turn.Preempted {
    RuntimeWire master =
        line ->
            line.startsWith("show proc")
                ? new RuntimeWire.Answered("1 master 0\n# old workers\n7 worker 1\n\n")
                : new RuntimeWire.Unanswered("it has ended");
    bed.one = new VirtualHaproxy("one", bed.time::now, bed.writes, master);

    drains();
    assertThat(bed.seconds()).isBetween(60.0, 61.0);
  }
}
