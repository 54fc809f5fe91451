package dev.serin.simulation.world;

import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;

/// A process's way to one load balancer's runtime API.
public final class HaproxyWire implements RuntimeWire {
  private static final Duration LATENCY = Duration.ofMillis(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final VirtualProcess process;
  private final VirtualHaproxy haproxy;
  private final Troubles troubles;

  public HaproxyWire(VirtualProcess process, VirtualHaproxy haproxy, Troubles troubles) {
    this.process = process;
    this.haproxy = haproxy;
    this.troubles = troubles;
  }

  @Override
  public Reply execute(String line) {
    process.checkAlive();
    return new Exchange(process, LATENCY, TIMEOUT)
        .run(
            troubles.of(process, haproxy.name(), line.startsWith("show") ? "look" : line),
            () ->
                haproxy.isDown()
                    ? new Unanswered("Connection refused")
                    : new Answered(haproxy.execute(process.name(), line)),
            Unanswered::new);
  }
}
