package dev.serin.lab.chaos;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import dev.serin.lab.load.LoadSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Faults one after the other, some of them at once, while releases go on under load:
/// 1. an operator releases good and bad versions, one after the other, until the faults are over,
///    and who was refused asks again when nothing is broken;
/// 2. a fault begins every few seconds and is mended when its time is up, and between some of them
///    nothing is broken for a moment;
/// 3. a fault that reaches users by itself is alone among its kind, and what failed from its
///    beginning until every node is up again is counted apart;
/// 4. at the end everything is mended, and one more good release must complete.
public final class ChaosRun {
  /// The release that answers 500 to a fifth of what it is asked.
  static final String FAILING = "v5.3.0";

  private static final Duration UP_AGAIN = Duration.ofSeconds(60);
  private static final Duration LOAD_LIMIT = Duration.ofHours(2);

  /// After a node is up again, requests that were under way may still end in a time-out.
  private static final Duration AFTERMATH = Duration.ofSeconds(4);

  private final Path root;
  private final Path directory;
  private final long seed;
  private final Consumer<String> say;
  private final Map<String, Long> failedByFaults = new TreeMap<>();
  private final List<String> begun = new ArrayList<>();
  private int broken;

  /// @param root the repository; the lab is up, and nobody else uses its fleet
  /// @param directory for configuration, data and logs
  /// @param say takes each line of the run's story
  public ChaosRun(Path root, Path directory, long seed, Consumer<String> say) {
    this.root = root;
    this.directory = directory;
    this.seed = seed;
    this.say = say;
  }

  /// Goes through `faults` faults and looks at what came of it.
  public ChaosReport run(int faults) throws IOException, InterruptedException {
    Path run = Path.of("/run/serin-lab");
    long from = System.nanoTime();
    Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
    Map<String, Fleet.Server> before = fleet.servers();
    try (Relay relay = new Relay(run.resolve("haproxy-1/admin.sock"));
        SerinCluster cluster =
            SerinCluster.start(
                root,
                directory,
                lab ->
                    lab.replace(
                        "\"unix:" + run.resolve("haproxy-1/admin.sock") + "\"",
                        "\"" + relay.address() + "\""));
        Story story = new Story();
        Load load = Load.start(LoadPlan.steady(Fleet.FRONT, LOAD_LIMIT))) {
      Releases releases = new Releases(root, directory);
      releases.define(SerinCluster.url("coordinator"));
      Operator operator =
          new Operator(
              releases, story, fleet, new Random(seed + 1), bake(releases), "chaos-" + seed);
      Surroundings around = new Surroundings(root, run, cluster, relay, fleet);
      disturb(Fault.plan(faults, new Random(seed)), around, load, operator);
      Operator.Told last = operator.release(operator.good());
      LoadSnapshot seen = load.stop();
      return new ChaosReport(
          seed,
          begun,
          operator,
          last,
          before,
          fleet.servers(),
          fleet.digests(),
          seen,
          failedByFaults,
          story,
          Duration.ofNanos(System.nanoTime() - from));
    }
  }

  private static List<Operator.Release> bake(Releases releases)
      throws IOException, InterruptedException {
    return List.of(
        new Operator.Release("v5.0.0", releases.bake("v5.0.0"), true),
        new Operator.Release("v5.1.0", releases.bake("v5.1.0"), true),
        new Operator.Release("v5.2.0", releases.bake("v5.2.0", "--health", "500"), false),
        new Operator.Release(FAILING, releases.bake(FAILING, "--error-rate", "0.2"), false),
        new Operator.Release("v5.4.0", releases.bake("v5.4.0", "--exit-at-once"), false));
  }

  private void disturb(List<Fault> plan, Surroundings around, Load load, Operator operator)
      throws IOException, InterruptedException {
    Random pauses = new Random(seed + 2);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Future<?> faults = threads.submit(() -> all(plan, around, load, pauses, threads));
      while (!faults.isDone()) {
        if (operator.releaseAny().phase().equals("REJECTED")) {
          awaitNothingBroken();
        }
      }
      faults.get();
    } catch (ExecutionException failed) {
      throw new IOException("a fault could not be made or mended: " + root(failed), failed);
    } finally {
      threads.shutdownNow();
    }
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root);
  }

  private Void all(
      List<Fault> plan, Surroundings around, Load load, Random pauses, ExecutorService threads)
      throws IOException, InterruptedException, ExecutionException {
    List<Future<?>> open = new ArrayList<>();
    Fault before = null;
    for (Fault fault : plan) {
      if (before == null || cannotOverlap(before, fault) || pauses.nextInt(3) > 0) {
        for (Future<?> each : open) {
          each.get();
        }
        open.clear();
        TimeUnit.MILLISECONDS.sleep(pauses.nextInt(3_000));
      }
      open.add(
          threads.submit(() -> {
            happens(fault, around, load);
            return null;
          }));
      before = fault;
      TimeUnit.MILLISECONDS.sleep(500 + pauses.nextInt(3_500));
    }
    for (Future<?> each : open) {
      each.get();
    }
    return null;
  }

  /// Two that reach users, or have one target, would not be told apart.
  private static boolean cannotOverlap(Fault one, Fault other) {
    return one.target().equals(other.target())
        || one.kind().reachesUsers()
        || other.kind().reachesUsers();
  }

  private void happens(Fault fault, Surroundings around, Load load)
      throws IOException, InterruptedException {
    LoadSnapshot before = load.snapshot();
    tell(fault);
    fault.begin(around);
    TimeUnit.MILLISECONDS.sleep(fault.lasts().toMillis());
    fault.end(around);
    mended();
    if (fault.kind().reachesUsers()) {
      around.awaitUp(UP_AGAIN);
      TimeUnit.MILLISECONDS.sleep(AFTERMATH.toMillis());
      load.snapshot()
          .since(before)
          .failedByVersionAndKind()
          .forEach((what, count) -> failedByFaults.merge(what, count, Long::sum));
    }
  }

  private synchronized void tell(Fault fault) {
    broken++;
    begun.add(fault.kind().words());
    say.accept("%3d  %s".formatted(begun.size(), fault));
  }

  private synchronized void mended() {
    broken--;
    notifyAll();
  }

  private synchronized void awaitNothingBroken() throws InterruptedException {
    long until = System.nanoTime() + UP_AGAIN.toNanos();
    while (broken > 0 && System.nanoTime() < until) {
      wait(UP_AGAIN.toMillis());
    }
  }
}
