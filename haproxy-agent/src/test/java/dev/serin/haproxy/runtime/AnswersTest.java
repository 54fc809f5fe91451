package dev.serin.haproxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswersTest {
  @Test
  void findsTheSessionsOfOneServer() throws Garbled {
    assertThat(Sessions.on("api", "b1", Recorded.answer("2.6/show-sess.txt")))
        .containsExactly(
            new Sessions.Session("0x55e07cb395c0", true),
            new Sessions.Session("0x7ff1c40460a0", false));
    assertThat(Sessions.on("api", "b2", Recorded.answer("2.6/show-sess.txt"))).isEmpty();
  }

  @Test
  void tellsTunnelsFromRequests() {
    assertThat(Sessions.tunnels(Recorded.answer("2.6/show-sess-details.txt")))
        .containsExactly("0x55e07cb395c0");
    assertThat(Sessions.tunnels("Session not found.\n\n")).isEmpty();
  }

  @Test
  void findsOldWorkers() {
    assertThat(OldWorkers.read(Recorded.answer("2.6/show-proc.txt")).orElseThrow())
        .containsExactly(28173L);
    assertThat(OldWorkers.read("Unknown command\n")).isEmpty();
  }

  @Test
  void readsMaps() throws Garbled {
    assertThat(MapEntries.keys(Recorded.answer("2.6/show-map.txt")).orElseThrow())
        .containsExactly("c1");
    assertThat(MapEntries.keys("\n").orElseThrow()).isEmpty();
    assertThat(MapEntries.keys("Unknown map identifier. Please use #<id> or <file>.\n\n"))
        .isEmpty();
    assertThat(MapEntries.files(Recorded.answer("2.6/show-maps.txt")))
        .containsExactly("/run/haproxy/leaving.map");
  }
}
