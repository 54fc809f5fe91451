package dev.serin.sli.watch;

import dev.serin.contracts.agent.Alarms;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.sli.judge.Analysis;
import dev.serin.sli.judge.Probe;
import dev.serin.sli.prometheus.Prometheus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The analyses under way. Each goes on by itself: one step at a time, on a thread of its own while
/// it asks Prometheus, on none while it waits for its next slot.
///
/// A slot that could not be asked for is told as `ERROR` at once, so that the coordinator sees it
/// as not green; it is not asked again.
final class Watches {
  /// How many ended analyses are remembered.
  private static final int REMEMBERED = 1_000;

  private final Prometheus prometheus;
  private final Alarms alarms;
  private final SliMetrics metrics;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Watch> watches = new HashMap<>();

  /// The fence of the command that ended an analysis: commands without a node run beside each
  /// other, so an older renewal may come after the end.
  private final Map<String, Long> ended =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  /// One analysis, where its answers go, and what it does at the moment.
  private static final class Watch {
    private Analysis analysis;
    private Consumer<SliEvent> answers;
    private boolean asking;
    private @Nullable Instant alarm;

    Watch(Analysis analysis, Consumer<SliEvent> answers) {
      this.analysis = analysis;
      this.answers = answers;
    }
  }

  Watches(Prometheus prometheus, Alarms alarms, SliMetrics metrics) {
    this.prometheus = prometheus;
    this.alarms = alarms;
    this.metrics = metrics;
    metrics.countAnalyses(this::count);
  }

  private int count() {
    lock.lock();
    try {
      return watches.size();
    } finally {
      lock.unlock();
    }
  }

  /// Begins or renews an analysis, and returns at once. What the coordinator lacks by its own word
  /// is told again from memory.
  void watch(WatchSlis command, Consumer<SliEvent> answers) {
    String id = command.analysisId();
    Collection<Probe> untold = List.of();
    lock.lock();
    try {
      Long endedBy = ended.get(id);
      if (endedBy != null && command.head().fence() < endedBy) {
        return;
      }
      Watch watch = watches.get(id);
      if (watch == null) {
        watches.put(id, new Watch(Analysis.begin(command), answers));
      } else if (watch.analysis.outdates(command)) {
        return;
      } else {
        watch.analysis = watch.analysis.renewed(command);
        watch.answers = answers;
        untold = watch.analysis.untold();
      }
    } finally {
      lock.unlock();
    }
    untold.forEach(probe -> tell(command, answers, probe));
    alarms.at(alarms.now(), () -> step(id));
  }

  /// Ends an analysis; a question under way is answered to nobody.
  void stop(String id, long fence) {
    lock.lock();
    try {
      ended.merge(id, fence, Math::max);
      Watch watch = watches.get(id);
      if (watch != null && watch.analysis.command().head().fence() <= fence) {
        watches.remove(id);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Another watcher has the service's analyses from now on.
  void release(String service) {
    lock.lock();
    try {
      watches.values().removeIf(watch -> watch.analysis.command().head().service().equals(service));
    } finally {
      lock.unlock();
    }
  }

  /// Goes on until nothing is due. Harmless when it is called too often or too early.
  private void step(String id) throws InterruptedException {
    for (Due due = begin(id); due != null; due = begin(id)) {
      probe(id, due);
    }
  }

  /// A slot that is being asked for.
  private record Due(Watch watch, WatchSlis command, int slot, Instant slotAt) {}

  private @Nullable Due begin(String id) {
    lock.lock();
    try {
      Watch watch = watches.get(id);
      if (watch == null || watch.asking) {
        return null;
      }
      return switch (watch.analysis.next(alarms.now())) {
        case Analysis.Next.Ask(int slot, Instant slotAt) -> {
          watch.asking = true;
          yield new Due(watch, watch.analysis.command(), slot, slotAt);
        }
        case Analysis.Next.Wait(Instant until) -> {
          setAlarm(id, watch, until);
          yield null;
        }
        case Analysis.Next.Over _ -> {
          watches.remove(id);
          yield null;
        }
      };
    } finally {
      lock.unlock();
    }
  }

  /// Each renewal comes by here: an alarm that is set already, or an earlier one, is enough.
  private void setAlarm(String id, Watch watch, Instant until) {
    if (watch.alarm == null || until.isBefore(watch.alarm)) {
      watch.alarm = until;
      alarms.at(until, () -> rung(id, watch, until));
    }
  }

  private void rung(String id, Watch watch, Instant alarm) throws InterruptedException {
    lock.lock();
    try {
      if (alarm.equals(watch.alarm)) {
        watch.alarm = null;
      }
    } finally {
      lock.unlock();
    }
    step(id);
  }

  private void probe(String id, Due due) throws InterruptedException {
    Probe probe = null;
    try {
      Instant before = alarms.now();
      var asked = prometheus.ask(due.command().slis(), due.command().start(), due.slotAt());
      metrics.asked(Duration.between(before, alarms.now()));
      Instant seenAt = alarms.now().truncatedTo(ChronoUnit.MILLIS);
      probe = Probe.of(due.slot(), due.slotAt(), seenAt, asked);
    } finally {
      if (probe == null) {
        // A bug, or the watcher stops: the coordinator's next renewal begins anew.
        drop(id, due.watch());
      }
    }
    finish(id, due, probe);
  }

  private void drop(String id, Watch watch) {
    lock.lock();
    try {
      watches.remove(id, watch);
    } finally {
      lock.unlock();
    }
  }

  /// Tells the probe as an answer to the newest command; unless the analysis was stopped, or asks
  /// something else by now.
  private void finish(String id, Due due, Probe probe) {
    Watch watch = due.watch();
    WatchSlis newest;
    Consumer<SliEvent> answers;
    lock.lock();
    try {
      watch.asking = false;
      if (watches.get(id) != watch || !watch.analysis.asksTheSameAs(due.command())) {
        return;
      }
      watch.analysis = watch.analysis.probed(probe);
      newest = watch.analysis.command();
      answers = watch.answers;
    } finally {
      lock.unlock();
    }
    metrics.probed(probe.verdict());
    tell(newest, answers, probe);
  }

  private static void tell(WatchSlis command, Consumer<SliEvent> answers, Probe probe) {
    answers.accept(
        new SlotProbed(
            command.head().answered(probe.seenAt()),
            command.analysisId(),
            probe.slot(),
            probe.slotAt(),
            probe.verdict(),
            probe.results()));
  }
}
