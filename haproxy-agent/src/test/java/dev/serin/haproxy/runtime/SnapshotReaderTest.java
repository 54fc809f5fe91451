package dev.serin.haproxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotReaderTest {
  private static final Set<String> API = Set.of("api");

  private static Snapshot read(@Nullable Set<String> pools, String name) {
    try {
      return SnapshotReader.read(pools, Recorded.answer(name));
    } catch (Garbled garbled) {
      throw new AssertionError(garbled);
    }
  }

  @Test
  void readsServersAndPoolsOf26() {
    Snapshot seen = read(Set.of("api", "uri", "none"), "2.6/snapshot.txt");

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
    assertThat(read(null, "2.6/snapshot-all.txt").poolNames()).containsExactly("api", "uri");
  }

  @Test
  void readsColumnsByNameWhereverAVersionPutsThem() {
    Snapshot seen = read(API, "3.x/snapshot.txt");
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
    assertThatThrownBy(() -> SnapshotReader.read(Set.of(), answer)).isInstanceOf(Garbled.class);
    assertThatThrownBy(() -> SnapshotReader.read(null, answer)).isInstanceOf(Garbled.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // A server that one of the tables has not, a table that is missing, another pool's message.
        "3 api 1 b1 .*\n",
        "api/b1 .*\n",
        "api,b1,.*\n",
        "api,b1,.*\n(api,b2,.*\n)",
        "api,BACKEND.*\n",
        "(?s)1\n# be_id.*?\n\n",
        "(?s)# bkname.*?\n\n",
        "(?s)# pxname.*?\n\n",
        "(?s)Name: .*?\n\n",
        "Pid: 8\n",
        // What is shorter than it should be.
        "fd00::11 2 8 ",
        "DRAIN,",
        ",b1,1"
      })
  void readsNothingWhereAPartIsMissing(String part) {
    String whole = Recorded.answer("3.x/snapshot.txt");
    String less = whole.replaceFirst(part, "");
    assertThat(less).isNotEqualTo(whole);
    assertThatThrownBy(() -> SnapshotReader.read(API, less)).isInstanceOf(Garbled.class);
    assertThatThrownBy(() -> SnapshotReader.read(null, less)).isInstanceOf(Garbled.class);
  }

  @Test
  void readsNothingOutOfTheAnswerToAnotherQuestion() {
    String whole = Recorded.answer("3.x/snapshot.txt");
    assertThatThrownBy(() -> SnapshotReader.read(Set.of("api", "uri"), whole))
        .isInstanceOf(Garbled.class);
  }

  /// Each number that is read, each name and each header: a character of it that is none.
  @Test
  void readsNothingWhereWhatItReadsIsGarbled() throws Garbled {
    String whole = Recorded.answer("3.x/snapshot.txt");
    Snapshot seen = SnapshotReader.read(API, whole);
    for (int at = 0; at < whole.length(); at++) {
      String garbled = whole.substring(0, at) + '\uFFFD' + whole.substring(at + 1);
      Snapshot read;
      try {
        read = SnapshotReader.read(API, garbled);
      } catch (Garbled expected) {
        continue;
      }
      assertThat(read).as("garbled at %d", at).isEqualTo(seen);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'fd00::11 2 8 100 100','fd00::11 2 z 100 100'",
    "'fd00::12 2 0 100 100','fd00::12 2 0 1z0 100'",
    "'5000 2 3 9 1','5000 2 3z 9 1'",
    "'api,b1,1,0,0,2,9','api,b1,1,0,0,2z,9'",
    "'DRAIN,100,1','DRIN,100,1'",
    "'Uptime_sec: 125','Uptime_sec: 1z5'"
  })
  void aNumberOrAWordThatIsNoneIsNotTakenForZero(String right, String wrong) {
    String whole = Recorded.answer("3.x/snapshot.txt");
    assertThat(whole).contains(right);
    assertThatThrownBy(() -> SnapshotReader.read(API, whole.replace(right, wrong)))
        .isInstanceOf(Garbled.class);
  }

  @Test
  void aBackendThatIsSwitchedOffInTheFileIsNotThere() throws Garbled {
    String whole = Recorded.answer("3.x/snapshot.txt").replaceAll("api,.*\n", "");
    assertThat(SnapshotReader.read(API, whole).pools()).isEmpty();
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
            "api",
            "b1",
            "UP",
            bits,
            1,
            1,
            null,
            null,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            false,
            false,
            AgentCheck.NONE,
            100);
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
            "api",
            "b1",
            status,
            0,
            1,
            1,
            null,
            null,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            false,
            false,
            AgentCheck.NONE,
            100);
    assertThat(view.inRotation()).isEqualTo(inRotation);
    assertThat(view.confirmedInRotation()).isEqualTo(confirmed);
  }

  @ParameterizedTest
  @CsvSource({"0,NONE", "16,NONE", "18,OFF", "19,OFF", "22,ON", "23,ON"})
  void knowsWhetherAnAgentCheckMaySetTheWeight(int state, AgentCheck agent) throws Garbled {
    String recorded = Recorded.answer("3.x/snapshot.txt");
    String asked = recorded.replace(" 15 3 4 6 0 ", " 15 3 4 6 " + state + " ");
    assertThat(asked.equals(recorded)).isEqualTo(state == 0);
    assertThat(SnapshotReader.read(API, asked).server("api", "b2").orElseThrow().agent())
        .isEqualTo(agent);
  }

  @Test
  void knowsAnotherProcessByItsPidOrItsShorterLife() {
    ProcessSeen before = new ProcessSeen(8, 100);
    assertThat(new ProcessSeen(8, 100).replaced(before)).isFalse();
    assertThat(new ProcessSeen(9, 100).replaced(before)).isTrue();
    assertThat(new ProcessSeen(8, 2).replaced(before)).isTrue();
  }
}
