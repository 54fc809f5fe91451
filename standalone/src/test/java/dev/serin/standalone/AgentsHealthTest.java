package dev.serin.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class AgentsHealthTest {
  @Test
  void oneThatWaitsTakesAllOutOfServiceAndSaysForWhat() {
    Health health =
        new AgentsHealth(
                Map.of("haproxy", () -> Optional.of("the newest commands"), "sli", Optional::empty))
            .health();

    assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
    assertThat(health.getDetails())
        .isEqualTo(Map.of("haproxy", "waits for the newest commands", "sli", "obeys"));
  }

  @Test
  void isUpWhereNoneWaits() {
    Health health = new AgentsHealth(Map.of("haproxy", Optional::empty)).health();

    assertThat(health.getStatus()).isEqualTo(Status.UP);
  }
}
