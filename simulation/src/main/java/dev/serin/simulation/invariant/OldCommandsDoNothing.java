package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.RolloutState;
import dev.serin.simulation.world.Instance;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// I10: a command older than one obeyed for the same node has no effect in its container; on a load
/// balancer, which can't compare, a stale write is put right: what a rollout left at its end is
/// what stays.
final class OldCommandsDoNothing implements Invariant {
  /// What came late just before the end is put right just after it.
  private static final Duration PUT_RIGHT_WITHIN = Duration.ofSeconds(5);

  private final Map<String, Long> obeyed = new HashMap<>();
  private final Truth truth;
  private final Snapshots snapshots;
  private Snapshots.@Nullable Fleet atTheEnd;

  OldCommandsDoNothing(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.snapshots = new Snapshots(truth, circumstances);
  }

  @Override
  public String name() {
    return "I10";
  }

  @Override
  public void inInstance(Instance instance, String script, long fence, String what) {
    long newest = obeyed.getOrDefault(instance.name(), 0L);
    if (fence < newest) {
      throw broken(
          script
              + " with fence "
              + fence
              + " had an effect in "
              + instance.name()
              + " after one with "
              + newest);
    }
    obeyed.put(instance.name(), fence);
  }

  @Override
  public void reached(RolloutState state) {
    atTheEnd = state.phase().isOver() ? snapshots.now() : null;
  }

  @Override
  public void ended() {
    Snapshots.Fleet end = atTheEnd;
    if (end == null || !truth.isQuiet()) {
      return;
    }
    Snapshots.Fleet now = snapshots.now();
    end.lines()
        .forEach((line, was) -> {
          String haproxy = line.substring(0, line.indexOf('/'));
          Snapshots.Line is = now.lines().get(line);
          if (!was.equals(is)
              && !truth.wasTouchedSince(line, end.at())
              && !truth.wasTouchedSince(haproxy, end.at().minus(PUT_RIGHT_WITHIN))) {
            throw broken(
                line + " is " + is + " though " + was + " was left when the last rollout ended");
          }
        });
  }
}
