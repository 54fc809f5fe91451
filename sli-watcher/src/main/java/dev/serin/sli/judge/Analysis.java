package dev.serin.sli.judge;

import dev.serin.contracts.sli.SliCommand.WatchSlis;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/// One analysis as its watcher knows it: the newest command, and the probes made that the
/// coordinator may not have yet. It is a lease: the coordinator's renewals keep it alive, and all
/// that a restarted or a second watcher needs is in the next one.
///
/// @param command the newest command of this analysis
/// @param probes what was probed from the command's `fromSlot` on, by slot
public record Analysis(WatchSlis command, Map<Integer, Probe> probes) {

  public Analysis {
    probes = Map.copyOf(probes);
  }

  public static Analysis begin(WatchSlis command) {
    return new Analysis(command, Map.of());
  }

  /// The analysis under a newer command. Probes that the coordinator has are forgotten; so are all
  /// where start, interval or queries are others than before, since they answer another question.
  public Analysis renewed(WatchSlis newer) {
    Map<Integer, Probe> kept = new TreeMap<>();
    if (asksTheSameAs(newer)) {
      probes.forEach((slot, probe) -> {
        if (slot >= newer.fromSlot()) {
          kept.put(slot, probe);
        }
      });
    }
    return new Analysis(newer, kept);
  }

  /// Whether a slot means the same under both commands.
  public boolean asksTheSameAs(WatchSlis other) {
    return other.start().equals(command.start())
        && other.interval().equals(command.interval())
        && other.slis().equals(command.slis());
  }

  /// Whether the command is older than the one that this analysis follows.
  public boolean outdates(WatchSlis other) {
    return other.head().fence() < command.head().fence();
  }

  /// The analysis with one more slot probed. A slot that the coordinator has is not remembered.
  public Analysis probed(Probe probe) {
    if (probe.slot() < command.fromSlot()) {
      return this;
    }
    Map<Integer, Probe> more = new TreeMap<>(probes);
    more.put(probe.slot(), probe);
    return new Analysis(command, more);
  }

  /// Probes that the coordinator lacks by its own word, oldest first: to be told again.
  public Collection<Probe> untold() {
    return new TreeMap<>(probes).values();
  }

  /// What is to be done next.
  public sealed interface Next {
    /// Ask for this slot, as of `slotAt`.
    record Ask(int slot, Instant slotAt) implements Next {}

    /// Nothing is due before `until`.
    record Wait(Instant until) implements Next {}

    /// The lease has ended.
    record Over() implements Next {}
  }

  /// What is to be done next, at `now`: the oldest slot wanted, due and not yet probed comes first,
  /// so that a catch-up loses none.
  public Next next(Instant now) {
    if (!now.isBefore(command.leaseUntil())) {
      return new Next.Over();
    }
    long due = slotsUntil(now);
    long wanted = command.fromSlot();
    while (wanted <= command.lastSlot() && probes.containsKey((int) wanted)) {
      wanted++;
    }
    if (wanted > command.lastSlot() || wanted > slotsUntil(command.leaseUntil())) {
      return new Next.Wait(command.leaseUntil());
    }
    Instant slotAt = slotAt(wanted);
    return wanted <= due ? new Next.Ask((int) wanted, slotAt) : new Next.Wait(slotAt);
  }

  /// How many slots are due at the instant.
  private long slotsUntil(Instant instant) {
    Duration since = Duration.between(command.start(), instant);
    return since.isNegative() ? 0 : since.dividedBy(command.interval());
  }

  private Instant slotAt(long slot) {
    return command.start().plus(command.interval().multipliedBy(slot));
  }
}
