package dev.serin.simulation;

import dev.serin.simulation.service.Plants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Many seeds, on all cores.
final class Campaign {
  private final @Nullable Bug planted;
  private final Coverage coverage = new Coverage();
  private final Map<String, Integer> faults = new TreeMap<>();
  private final List<Simulation.Result> broken = new ArrayList<>();
  private @Nullable RuntimeException bug;
  private long seeds;
  private double seconds;

  /// @param planted none to test the production code as it is
  Campaign(@Nullable Bug planted) {
    this.planted = planted;
  }

  /// The first of so many seeds in which the planted bug is caught by its own name; none where it
  /// is not.
  static OptionalLong caught(Bug bug, long seeds) {
    Campaign campaign = new Campaign(bug);
    for (long seed = 0; seed < seeds; seed++) {
      var broken = campaign.one(seed, new Coverage()).broken();
      // Other invariants may break first.
      if (broken != null && broken.invariant().equals(bug.invariant())) {
        return OptionalLong.of(seed);
      }
    }
    return OptionalLong.empty();
  }

  /// The same of each bug, several of them at a time.
  static Map<Bug, OptionalLong> caught(List<Bug> bugs, long seeds) throws InterruptedException {
    Map<Bug, OptionalLong> caught = new EnumMap<>(Bug.class);
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      Map<Bug, Future<OptionalLong>> all = new EnumMap<>(Bug.class);
      bugs.forEach(bug -> all.put(bug, threads.submit(() -> caught(bug, seeds))));
      for (var one : all.entrySet()) {
        caught.put(one.getKey(), one.getValue().get());
      }
    } catch (ExecutionException unexpected) {
      throw new IllegalStateException(unexpected.getCause());
    }
    return caught;
  }

  /// One seed as this campaign runs it.
  Simulation.Result one(long seed, Coverage own) {
    Bug bugged = planted;
    return (bugged == null
            ? new Simulation(seed, Plants.NONE, own)
            : new Simulation(seed, bugged.plant(), own, bugged.focus(), bugged.story()))
        .run();
  }

  /// Runs the seeds from `from` on, until `count` are done or `enough` are broken.
  Campaign run(long from, long count, int enough) throws InterruptedException {
    long begun = System.nanoTime();
    AtomicLong next = new AtomicLong(from);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      threads.add(
          Thread.ofPlatform()
              .name("simulation-" + i)
              .start(() -> {
                for (long seed = next.getAndIncrement();
                    seed < from + count && goesOn(enough);
                    seed = next.getAndIncrement()) {
                  one(seed);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    seconds = (System.nanoTime() - begun) / 1e9;
    if (bug != null) {
      throw bug;
    }
    return this;
  }

  private synchronized boolean goesOn(int enough) {
    return broken.size() < enough && bug == null;
  }

  private void one(long seed) {
    Coverage own = new Coverage();
    try {
      done(one(seed, own), own);
    } catch (RuntimeException unexpected) {
      failed(unexpected);
    } catch (Error fatal) {
      failed(new IllegalStateException("seed " + seed + " ended the simulation: " + fatal, fatal));
    }
  }

  private synchronized void done(Simulation.Result result, Coverage own) {
    seeds++;
    coverage.add(own);
    result.faults().forEach((name, count) -> faults.merge(name, count, Integer::sum));
    if (result.broken() != null) {
      broken.add(result);
    }
  }

  private synchronized void failed(RuntimeException unexpected) {
    bug = bug == null ? unexpected : bug;
  }

  List<Simulation.Result> broken() {
    return broken;
  }

  Coverage coverage() {
    return coverage;
  }

  Duration took() {
    return Duration.ofMillis((long) (seconds * 1_000));
  }

  long seeds() {
    return seeds;
  }

  /// What it came to, in Markdown.
  String report() {
    StringBuilder text = new StringBuilder();
    text.append(
        "- %,d seeds in %.0f s on %d cores, %d broken%n"
            .formatted(seeds, seconds, Runtime.getRuntime().availableProcessors(), broken.size()));
    text.append("- %,d faults%n%n".formatted(faults.values().stream().mapToInt(n -> n).sum()));
    text.append("| fault | how often |\n|---|---|\n");
    faults.forEach((name, count) -> text.append("| %s | %,d |%n".formatted(name, count)));
    return text.append('\n').append(coverage.table()).append(Cells.report(coverage)).toString();
  }

  /// The first of them by its seed, whichever core was quicker.
  Optional<Simulation.Result> firstBroken() {
    return broken.stream().min(Comparator.comparingLong(Simulation.Result::seed));
  }

  /// The command that tells the same story again, the planted bug included.
  String replay(Simulation.Result result) {
    return "java -jar simulation/target/simulation.jar --seed "
        + result.seed()
        + (planted == null ? "" : " --bug " + planted);
  }

  /// What one of them breaks, all that happened until then, and how to see it again.
  String explain(Simulation.Result result) {
    return "seed "
        + result.seed()
        + " breaks "
        + result.broken()
        + "\n"
        + String.join("\n", result.history())
        + "\n"
        + result.broken()
        + "\nreplay: "
        + replay(result);
  }
}
