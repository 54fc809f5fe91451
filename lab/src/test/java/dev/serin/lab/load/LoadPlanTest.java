package dev.serin.lab.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadPlanTest {

  private static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 18080);

  @Test
  void takesALoopbackTarget() {
    assertThat(LoadPlan.addressOf(URI.create("http://127.0.0.1:18080"))).isEqualTo(LOOPBACK);
    assertThat(LoadPlan.steady(LOOPBACK, Duration.ofSeconds(1)).webSockets()).isEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://192.0.2.1:80", "http://10.0.0.11:8080", "http://0.0.0.0:80"})
  void refusesATargetBeyondThisMachine(String url) {
    assertThatThrownBy(
            () -> LoadPlan.steady(LoadPlan.addressOf(URI.create(url)), Duration.ofSeconds(1)))
        .hasMessageContaining("expected a loopback target");
  }

  @Test
  void boundsRateAndTime() {
    assertThatThrownBy(() ->
            new LoadPlan(LOOPBACK, 1e6, 2, Duration.ZERO, Duration.ZERO, 0, Duration.ofSeconds(1)))
        .hasMessageContaining("expected a rate a second from 1 to 20,000");
    assertThatThrownBy(() -> LoadPlan.steady(LOOPBACK, Duration.ofDays(2)))
        .hasMessageContaining("expected a time up to a day");
  }
}
