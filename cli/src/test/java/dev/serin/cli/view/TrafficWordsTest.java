package dev.serin.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.NodeView.Traffic;
import dev.serin.contracts.rollout.RolloutEvent.TrafficShifted;
import dev.serin.contracts.rollout.RolloutPhase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Who takes traffic, and why that changed.
class TrafficWordsTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private static String line(String why) {
    EventHead head =
        new EventHead("api-1", "r-1", "api", "v2", NOON, 7, RolloutPhase.ANALYSING, "serin", why);
    return new EventSentence(Marks.of(true), ZoneOffset.UTC)
        .line(new TrafficShifted(head, List.of(node(true, null))), NOON)
        .plain();
  }

  private static NodeView node(boolean inRotation, @Nullable Traffic traffic) {
    return new NodeView("b2", "v2", inRotation, 100, traffic);
  }

  @Test
  void aStepTellsWhoTakesTraffic() {
    assertThat(line("b2 is in rotation")).endsWith("traffic: b2 in rotation, weight 100");
  }

  @Test
  void whatNoStepDidSaysWhy() {
    assertThat(line("haproxy-1 was reloaded and had forgotten what Serin asked"))
        .endsWith("traffic: haproxy-1 was reloaded and had forgotten what Serin asked");
  }

  @Test
  void aNodesShareIsWhatItGot() {
    assertThat(NodeLines.rotation(node(true, null))).isEqualTo("in rotation, weight 100");
    assertThat(NodeLines.rotation(node(true, new Traffic(33.33, 33.33, 32.6, 33.0))))
        .isEqualTo("in rotation, weight 100, 33 % of requests");
    assertThat(NodeLines.rotation(node(true, new Traffic(5.0, 5.0, 4.94, null))))
        .isEqualTo("in rotation, weight 100, 4.9 % of requests");
    assertThat(NodeLines.rotation(node(false, new Traffic(0, 0.0, null, null))))
        .isEqualTo("OUT OF ROTATION, weight 100");
  }

  @Test
  void newSessionsAreSaidWhereUsersFollowTheirCookie() {
    assertThat(NodeLines.rotation(node(true, new Traffic(5.0, 5.0, 0.8, 5.1))))
        .isEqualTo("in rotation, weight 100, 0.8 % of requests, 5.1 % of new sessions");
  }

  @Test
  void whatWasAskedIsSaidWhereTheLoadBalancersHaveSomethingElse() {
    assertThat(NodeLines.rotation(node(true, new Traffic(10, 33.3, 33.0, 33.1))))
        .isEqualTo("in rotation, weight 100, 33 % of requests (asked 10 %)");
  }
}
