package dev.serin.contracts.agent;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What becomes of an agent's work when its partitions go to another process:
/// 1. once they are taken away, commands under way end: the coordinator asks their new owner;
/// 2. once it is known that they have not come back, guards and analyses end too. Not before: a
///    broker that was away takes everything from everybody for a moment, and a dead man's switch
///    has to outlive that.
public final class Handover {
  private static final Logger log = LoggerFactory.getLogger(Handover.class);

  private final CommandDesk<?, ?> desk;
  private final ReentrantLock lock = new ReentrantLock();

  /// The services that commands have come for, each with its partition.
  private final Map<String, Integer> services = new HashMap<>();

  private final Set<Integer> gone = new HashSet<>();

  public Handover(CommandDesk<?, ?> desk) {
    this.desk = desk;
  }

  /// A command for the service has come.
  public void commanded(String service, int partition) {
    lock.lock();
    try {
      services.put(service, partition);
    } finally {
      lock.unlock();
    }
  }

  public void takenAway(Collection<Integer> partitions) {
    lock.lock();
    try {
      gone.addAll(partitions);
      services.forEach((service, its) -> {
        if (partitions.contains(its)) {
          desk.suspend(service);
        }
      });
    } finally {
      lock.unlock();
    }
  }

  /// What this process has from now on, where it had less before: what was taken away and is not
  /// among it, another has.
  public void given(Collection<Integer> partitions) {
    lock.lock();
    try {
      gone.removeAll(Set.copyOf(partitions));
      services.forEach((service, partition) -> {
        if (gone.contains(partition)) {
          log.atInfo()
              .addKeyValue("service", service)
              .log("another process has this service's work from now on");
          desk.release(service);
        }
      });
      services.values().removeAll(gone);
      gone.clear();
    } finally {
      lock.unlock();
    }
  }
}
