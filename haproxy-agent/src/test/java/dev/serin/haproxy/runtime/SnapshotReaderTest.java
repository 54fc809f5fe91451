package dev.serin.haproxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotReaderTest {
  private static Snapshot read(String name) {
    return SnapshotReader.read(Recorded.answer(name)).orElseThrow();
  }

  @Test
  void readsServersAndPoolsOf26() {
    Snapshot seen = read("2.6/snapshot.txt");

    assertThat(seen.poolNames()).containsExactly("api", "uri");
    PoolView api = java.util.Objects.requireNonNull(seen.pools().get("api"));
    assertThat(api.algorithm()).isEqualTo("roundrobin");
    assertThat(api.cookie()).isEqualTo("SERVERID");
    assertThat(api.serverNames()).containsExactly("b1", "b2", "b3");

    ServerView b1 = api.server("b1").orElseThrow();
    assertThat(b1.status()).isEqualTo("DRAIN");
    assertThat(b1.adminState()).isEqualTo(AdminState.DRAIN);
    assertThat(b1.address()).isEqualTo("127.0.0.1:28101");
    assertThat(b1.cookie()).isEqualTo("c1");
    assertThat(b1.sessions()).isEqualTo(2);
    assertThat(b1.busyConnections()).isEqualTo(2);
    assertThat(b1.inRotation()).isFalse();
    assertThat(b1.idle()).isFalse();

    ServerView b2 = api.server("b2").orElseThrow();
    assertThat(b2.weight()).isEqualTo(7);
    assertThat(b2.initialWeight()).isEqualTo(1);
    assertThat(b2.inRotation()).isTrue();
    assertThat(b2.confirmedInRotation()).isTrue();
    assertThat(b2.idle()).isTrue();

    ServerView b3 = api.server("b3").orElseThrow();
    assertThat(b3.adminState()).isEqualTo(AdminState.MAINT);

    PoolView uri = java.util.Objects.requireNonNull(seen.pools().get("uri"));
    assertThat(uri.cookie()).isNull();
    assertThat(uri.server("b2").orElseThrow().weight()).isEqualTo(50);
    assertThat(uri.server("b2").orElseThrow().status()).isEqualTo("no check");
    assertThat(uri.server("b2").orElseThrow().confirmedInRotation()).isTrue();
  }

  @Test
  void readsEverythingAtLevelOperatorToo() {
    assertThat(read("2.6/snapshot-all.txt").poolNames()).containsExactly("api", "uri");
  }

  @Test
  void readsColumnsByNameWhereverAVersionPutsThem() {
    Snapshot seen = read("3.x/snapshot.txt");
    assertThat(seen.process()).isEqualTo(new ProcessSeen(8, 125));
    ServerView b1 = seen.server("api", "b1").orElseThrow();
    assertThat(b1.sessions()).isEqualTo(2);
    assertThat(b1.busyConnections()).as("less the check that is under way").isEqualTo(2);
    assertThat(b1.answersTotal()).isEqualTo(33);
    assertThat(b1.address()).isEqualTo("[fd00::11]:8080");
    ServerView b2 = seen.server("api", "b2").orElseThrow();
    assertThat(b2.weight()).as("the configured, not the ramping one").isEqualTo(100);
    assertThat(b2.rampPercent()).isEqualTo(7);
    assertThat(b2.ramping()).isTrue();
    assertThat(b1.ramping()).as("no slow start is under way").isFalse();
    assertThat(b2.inRotation()).isTrue();
    assertThat(b2.confirmedInRotation()).as("admitted, not checked yet").isFalse();
    assertThat(b2.queued()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "HTTP/1.1 400 Bad request\n\n<html>",
        "Unknown command, but maybe one of the following ones is a better match:\n  quit\n",
        "Name: HAProxy\nUptime_sec: 3\n",
        "Name: HAProxy\nPid: x\nUptime_sec: 3\n",
        "\u0000\u0001\u0002# pxname,"
      })
  void readsNothingOutOfWhatIsNoHaproxys(String answer) {
    assertThat(SnapshotReader.read(answer)).isEmpty();
  }

  @Test
  void leavesOutAServerOfWhichHalfIsMissing() {
    String cut = Recorded.answer("2.6/snapshot.txt").replaceFirst("3 api 1 b1 .*\n", "");
    assertThat(SnapshotReader.read(cut).orElseThrow().server("api", "b1")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0,READY,true",
    "1,MAINT,false",
    "5,MAINT,false",
    "4,READY,true",
    "8,DRAIN,false",
    "2,READY,false",
    "16,READY,false",
    "32,READY,false",
    "10,DRAIN,false"
  })
  void testsTheBitsOfTheAdministrativeState(int bits, AdminState state, boolean admitted) {
    ServerView view =
        new ServerView(
            "api", "b1", "UP", bits, 1, 1, null, null, 0, 0, 0, 0, 0, 0, 0, false, false, 100);
    assertThat(view.adminState()).isEqualTo(state);
    assertThat(view.admitted()).isEqualTo(admitted);
  }

  @ParameterizedTest
  @CsvSource({
    "UP,true,true",
    "UP 1/3,true,false",
    "no check,true,true",
    "DOWN,false,false",
    "DOWN 1/2,false,false",
    "NOLB,false,false",
    "MAINT (via b/s),false,false",
    "MAINT (resolution),false,false",
    "DRAIN (agent),false,false"
  })
  void knowsHaproxysWordsForTheStatus(String status, boolean inRotation, boolean confirmed) {
    ServerView view =
        new ServerView(
            "api", "b1", status, 0, 1, 1, null, null, 0, 0, 0, 0, 0, 0, 0, false, false, 100);
    assertThat(view.inRotation()).isEqualTo(inRotation);
    assertThat(view.confirmedInRotation()).isEqualTo(confirmed);
  }

  @Test
  void knowsAnotherProcessByItsPidOrItsShorterLife() {
    ProcessSeen before = new ProcessSeen(8, 100);
    assertThat(new ProcessSeen(8, 100).replaced(before)).isFalse();
    assertThat(new ProcessSeen(9, 100).replaced(before)).isTrue();
    assertThat(new ProcessSeen(8, 2).replaced(before)).isTrue();
  }
}
