package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.simulation.world.Instance;
import dev.serin.simulation.world.Unit;

/// I4: after a completed rollback every touched node runs what it ran before the rollout, in the
/// state and with the weight it had on every load balancer.
final class RollsBackToWhatWas implements Invariant {
  private final Truth truth;
  private final Snapshots snapshots;

  RollsBackToWhatWas(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.snapshots = new Snapshots(truth, circumstances);
  }

  @Override
  public String name() {
    return "I4";
  }

  @Override
  public void answered(AgentEvent event) {
    snapshots.answered(event);
  }

  @Override
  public void published(RolloutEvent event) {
    snapshots.published(event);
  }

  @Override
  public void reached(RolloutState state) {
    Snapshots.Fleet before = snapshots.atStart(state.rolloutId());
    if (state.phase() != RolloutPhase.ROLLED_BACK || before == null) {
      return;
    }
    for (Instance instance : truth.world().instances().values()) {
      if (!truth.wasTouchedSince(instance.name(), before.at())) {
        String was = before.digests().getOrDefault(instance.name(), "");
        if (!instance.installed().equals(was)) {
          throw broken(
              instance.name()
                  + " has "
                  + instance.installed().substring(0, 8)
                  + ", expected "
                  + was.substring(0, 8)
                  + " as before the rollout");
        }
        Unit.Life life = instance.unit().life();
        if (life != null
            && !life.sha256().equals(was)
            && !life.sha256().equals(before.running().get(instance.name()))) {
          throw broken(instance.name() + " still runs " + life.sha256().substring(0, 8));
        }
      }
    }
    for (Snapshots.Left left : snapshots.left(before)) {
      throw broken(
          left.name() + " is " + left.is() + ", expected " + left.was() + " as before the rollout");
    }
  }
}
