package dev.serin.simulation.world;

import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.sli.hook.HookWire;
import java.time.Duration;
import java.util.Random;

/// A process's way to whoever a service asks or tells. What they answer is drawn from the call's
/// `Idempotency-Key`, so that a repeat has the same answer: mostly a pass, at times a veto, HTTP
/// 503, an answer that means nothing, or none.
public final class HookCalls implements HookWire {
  private static final Duration LATENCY = Duration.ofMillis(20);

  private final VirtualProcess process;
  private final Troubles troubles;

  public HookCalls(VirtualProcess process, Troubles troubles) {
    this.process = process;
    this.troubles = troubles;
  }

  @Override
  public Reply post(Post post) {
    process.checkAlive();
    int chance =
        new Random(post.headers().getOrDefault("Idempotency-Key", "").hashCode()).nextInt(20);
    if (chance == 0) {
      process.sleep(post.timeout());
      return new Reply.TimedOut(post.timeout());
    }
    return new Exchange(process, LATENCY, post.timeout())
        .run(
            troubles.of(process, "hook", "call"),
            () -> answer(chance),
            why ->
                why.startsWith("no answer")
                    ? new Reply.TimedOut(post.timeout())
                    : new Reply.NotReached(why));
  }

  private static Reply answer(int chance) {
    return switch (chance) {
      case 1, 2 ->
          new Reply.Answered(
              200, "application/json", "{\"allow\": false, \"reason\": \"not today\"}");
      case 3 -> new Reply.Answered(503, "text/plain", "starting");
      case 4 -> new Reply.Answered(200, "application/json", "{\"allow\": \"perhaps\"}");
      default -> new Reply.Answered(204, "", "");
    };
  }
}
