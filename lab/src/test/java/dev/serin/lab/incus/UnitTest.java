package dev.serin.lab.incus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class UnitTest {

  private Unit unit = of("exec sleep 60");

  @AfterEach
  void kill() {
    unit.kill();
  }

  @Test
  void runsAndStops() throws Exception {
    assertThat(unit.start()).isTrue();
    assertThat(unit.status().active()).isEqualTo("active");
    assertThat(unit.status().mainPid()).isPositive();

    unit.stop().get(10, TimeUnit.SECONDS);

    assertThat(unit.status().active()).isEqualTo("inactive");
    assertThat(unit.status().mainPid()).isZero();
    assertThat(unit.status().result()).isEqualTo("success");
  }

  @Test
  void aRestartIsAnotherInvocation() throws Exception {
    unit.start();
    String before = unit.status().invocation();

    assertThat(unit.restart().get(10, TimeUnit.SECONDS)).isTrue();

    assertThat(unit.status().invocation()).isNotEqualTo(before);
    assertThat(unit.status().restarts()).isZero();
    assertThat(unit.status().job()).isZero();
  }

  @Test
  void startsACrashedProcessAgain() {
    unit.start();
    ProcessHandle.of(unit.status().mainPid()).orElseThrow().destroyForcibly();

    await(status -> status.restarts() == 1);

    assertThat(unit.status().active()).isEqualTo("active");
  }

  @Test
  void aCrashLoopRunsIntoTheStartLimitUntilItIsReset() throws Exception {
    unit = of("exit 3");
    unit.start();
    await(status -> status.active().equals("failed"));

    assertThat(unit.status().result()).isEqualTo("exit-code");
    assertThat(unit.status().status()).isEqualTo(3);
    assertThat(unit.restart().get(10, TimeUnit.SECONDS)).isFalse();
    unit.resetFailed();
    assertThat(unit.restart().get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aBinaryThatIsNoneFailsAsSystemdSays() {
    unit =
        new Unit(
            () -> {
              throw new IOException("Exec format error");
            },
            InstantSource.system());

    unit.start();

    assertThat(unit.status().sub()).isEqualTo("auto-restart");
    assertThat(unit.status().status()).isEqualTo(203);
  }

  private void await(Predicate<UnitStatus> condition) {
    while (!condition.test(unit.status())) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private static Unit of(String script) {
    List<String> command = List.of("sh", "-c", script);
    return new Unit(() -> new ProcessBuilder(command).start(), InstantSource.system());
  }
}
