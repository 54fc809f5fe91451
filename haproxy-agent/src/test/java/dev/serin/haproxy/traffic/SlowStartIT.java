package dev.serin.haproxy.traffic;

import static dev.serin.haproxy.lab.Orders.head;
import static dev.serin.haproxy.lab.Orders.obey;
import static dev.serin.haproxy.lab.Orders.setting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerReady;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersWeighed;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.Backend;
import dev.serin.haproxy.lab.Eventually;
import dev.serin.haproxy.lab.RealHaproxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// HAProxy's `slowstart`: 8 s in `api_pool`, an hour in `endless_pool`.
@Tag("lab")
@Timeout(900)
class SlowStartIT {
  private static final Duration LONG = Duration.ofMinutes(5);
  private final Backend b1 = new Backend("b1");
  private final Backend b2 = new Backend("b2");
  private final Backend b3 = new Backend("b3");
  private RealHaproxy one;

  @BeforeEach
  void balance() {
    one = new RealHaproxy("one", List.of(b1, b2, b3), "/haproxy/slowstart.cfg");
  }

  @AfterEach
  void end() {
    one.close();
    List.of(b1, b2, b3).forEach(Backend::close);
  }

  private HaproxyEvent ready(String pool, int weight, Duration ramp) {
    return obey(
        one.fleet(),
        new ReadyServer(
            head(),
            List.of(setting("one", pool, weight, AdminState.READY)),
            LONG,
            List.of(),
            ramp));
  }

  private HaproxyEvent weigh(String pool, int weight, Duration ramp) {
    return obey(
        one.fleet(),
        new WeighServers(
            head(),
            List.of(new PoolServer("node-1", "b1")),
            List.of(setting("one", pool, weight, AdminState.READY)),
            List.of(),
            ramp));
  }

  private void beginARamp(String pool) {
    one.tell("set server " + pool + "/b1 state maint");
    one.tell("set server " + pool + "/b1 state ready");
    Eventually.until("the ramp has begun", () -> !one.stat(pool, "b1", "throttle").isEmpty());
  }

  @Test
  void aServerIsReadyOnlyOnceItGetsAllThatItsWeightSays() {
    one.tell("set server api_pool/b1 state maint");

    assertThat(ready("api_pool", 100, LONG)).isInstanceOf(ServerReady.class);

    assertThat(one.stat("api_pool", "b1", "weight")).isEqualTo("100");
    assertThat(one.stat("api_pool", "b1", "throttle")).isIn("", "100");
  }

  @Test
  void weightsAreThereOnlyOnceNoRampWithholdsThem() {
    beginARamp("api_pool");

    assertThat(weigh("api_pool", 200, LONG)).isInstanceOf(ServersWeighed.class);

    assertThat(one.stat("api_pool", "b1", "weight")).isEqualTo("200");
    assertThat(one.stat("api_pool", "b1", "throttle")).isIn("", "100");
  }

  @Test
  void onTheWayBackNoRampIsWaitedFor() {
    one.tell("set server endless_pool/b1 state maint");

    assertThat(ready("endless_pool", 100, Duration.ZERO)).isInstanceOf(ServerReady.class);
    assertThat(weigh("endless_pool", 200, Duration.ZERO)).isInstanceOf(ServersWeighed.class);

    assertThat(one.stat("endless_pool", "b1", "uweight")).isEqualTo("200");
    assertThat(one.stat("endless_pool", "b1", "throttle")).isNotIn("", "100");
  }

  @Test
  void aRampThatIsNotOverInTimeIsToldWithHowFarItIs() {
    beginARamp("endless_pool");
    ServersWeighed weighed = (ServersWeighed) weigh("endless_pool", 100, Duration.ofMillis(500));
    assertThat(weighed.ramping())
        .singleElement()
        .asString()
        .matches("endless_pool/b1 at \\d+ % of its weight on one");
    ServerReady ready =
        (ServerReady)
            obey(
                one.fleet(),
                new ReadyServer(
                    head(),
                    List.of(setting("one", "endless_pool", 100, AdminState.READY)),
                    Duration.ofSeconds(5),
                    List.of(),
                    Duration.ofMillis(500)));
    assertThat(ready.ramping())
        .singleElement()
        .asString()
        .matches("endless_pool/b1 at \\d+ % of its weight on one");
  }

  @Test
  void whatIsOverLeavesNothingToTell() {
    one.tell("set server api_pool/b1 state maint");
    assertThat(((ServerReady) ready("api_pool", 100, LONG)).ramping()).isEmpty();
  }
}
