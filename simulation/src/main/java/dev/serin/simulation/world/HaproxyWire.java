package dev.serin.simulation.world;

import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;
import java.util.Random;

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
    Mishap mishap = troubles.of(process, haproxy.name(), line.startsWith("show") ? "look" : line);
    return new Exchange(process, LATENCY, TIMEOUT)
        .run(
            isLook(line) ? mishap.withEffect() : mishap,
            () -> answer(line),
            Unanswered::new,
            answer -> torn(answer, mishap.draws()));
  }

  /// What has no effect can break off in the middle of the answer whenever it breaks off.
  private static boolean isLook(String line) {
    for (String command : line.split(";", -1)) {
      boolean looks = command.startsWith("show ") || command.matches("@![0-9]+ show .*|quit");
      if (!looks) {
        return false;
      }
    }
    return true;
  }

  private Reply answer(String line) {
    return haproxy.isDown()
        ? new Unanswered("Connection refused")
        : new Answered(haproxy.execute(process.name(), line));
  }

  /// What there is of an answer whose connection breaks off: nothing, a beginning of it, or all of
  /// it with junk in its middle.
  static Reply torn(Reply answer, Random draws) {
    if (!(answer instanceof Answered(String whole)) || whole.isEmpty()) {
      return answer;
    }
    int at = draws.nextInt(whole.length());
    return switch (draws.nextInt(3)) {
      case 0 -> new Unanswered("Connection reset by peer");
      case 1 -> new Answered(whole.substring(0, at));
      default -> {
        int end = Math.min(whole.length(), at + 1 + draws.nextInt(4));
        yield new Answered(
            whole.substring(0, at) + "\uFFFD".repeat(end - at) + whole.substring(end));
      }
    };
  }
}
