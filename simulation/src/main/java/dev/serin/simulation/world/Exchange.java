package dev.serin.simulation.world;

import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// One exchange of a process with the outside, as the mishap has it.
///
/// @param process who asks
/// @param latency of a good exchange
/// @param timeout after which the process gives up
record Exchange(VirtualProcess process, Duration latency, Duration timeout) {
  /// How much later than the time-out a late effect comes.
  private static final Duration LATE = Duration.ofMillis(700);

  /// What is done at the other end, and its answer.
  interface Effect<T> {
    T have();
  }

  /// @param effect what is done there, and its answer
  /// @param broken what the process has when no answer comes, by the reason
  <T> T run(Mishap mishap, Effect<T> effect, Function<String, T> broken) {
    return run(mishap, effect, broken, answer -> broken.apply("Connection reset by peer"));
  }

  /// @param torn what the process has of an answer in whose middle the connection breaks
  <T> T run(Mishap mishap, Effect<T> effect, Function<String, T> broken, UnaryOperator<T> torn) {
    return switch (mishap.kind()) {
      case NONE -> answered(latency, effect);
      case SLOW -> answered(latency.plus(mishap.howLong()), effect);
      case KILLED_BEFORE -> {
        process.killFromWithin();
        throw new IllegalStateException("it is dead");
      }
      case KILLED_AFTER -> {
        process.sleep(latency);
        effect.have();
        process.killFromWithin();
        throw new IllegalStateException("it is dead");
      }
      case FROZEN -> {
        process.freeze(mishap.howLong());
        process.passFreeze();
        yield answered(latency, effect);
      }
      case SILENT -> {
        process.sleep(timeout);
        yield broken.apply("no answer within " + timeout.toMillis() + " ms");
      }
      case SILENT_AFTER -> {
        process.sleep(latency);
        effect.have();
        process.sleep(timeout.minus(latency));
        yield broken.apply("no answer within " + timeout.toMillis() + " ms");
      }
      case LATE -> {
        process.loop().after(timeout.plus(LATE), () -> effect.have());
        process.sleep(timeout);
        yield broken.apply("no answer within " + timeout.toMillis() + " ms");
      }
      case CUT -> {
        process.sleep(latency);
        yield broken.apply("Connection reset by peer");
      }
      case CUT_AFTER -> {
        process.sleep(latency);
        yield torn.apply(effect.have());
      }
    };
  }

  private <T> T answered(Duration takes, Effect<T> effect) {
    if (takes.compareTo(timeout) > 0) {
      throw new IllegalArgumentException("expected less than the time-out, was " + takes);
    }
    process.sleep(takes);
    return effect.have();
  }
}
