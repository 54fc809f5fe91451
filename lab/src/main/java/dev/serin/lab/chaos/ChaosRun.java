package dev.serin.lab.chaos;

import dev.serin.lab.chaos.Catalogue.Nature;
import dev.serin.lab.chaos.Catalogue.Release;
import dev.serin.lab.cluster.Definitions;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Faults one after the other, some of them at once, while releases go on under load:
/// 1. an operator releases good and bad versions in turn, one after the other, until the faults are
///    over, and who was refused asks again when nothing is broken;
/// 2. a fault begins in a drawn moment of a rollout and is mended when its time is up; until that
///    moment nothing is broken, so that a rollout gets there, and some faults wait for none and
///    meet the one before;
/// 3. a fault by which users' requests may fail whatever Serin does is alone, and what failed in
///    its ways without any release's answer while it lasted, and until HAProxy had to notice, is
///    counted apart;
/// 4. at the end everything is mended, and one more good release must complete.
public final class ChaosRun {
  /// The release that answers 500 to a fifth of what it is asked.
  static final String FAILING = "v5.3.0";

  private static final Duration UP_AGAIN = Duration.ofSeconds(60);

  /// The load of a run ends by itself after so long.
  static final Duration LOAD_LIMIT = Duration.ofHours(3);

  /// So long a fault waits for its moment; then it begins wherever the rollout is.
  private static final Duration MOMENT_WITHIN = Duration.ofSeconds(25);

  private final Path root;
  private final Path directory;
  private final long seed;
  private final Consumer<String> say;
  private final Failures failures = new Failures();
  private final Map<Moment, Integer> met = new EnumMap<>(Moment.class);
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

  /// Goes through `faults` faults under that load and looks at what came of it.
  public ChaosReport run(int faults, LoadPlan users) throws IOException, InterruptedException {
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
        Story moments = new Story();
        Load load = Load.start(users)) {
      Releases releases = new Releases(root, directory);
      releases.define(SerinCluster.url("coordinator"), Definitions.evenIfRed(root, directory));
      Operator operator =
          new Operator(
              releases, story, fleet, new Random(seed + 1), bake(releases), "chaos-" + seed);
      Surroundings around = new Surroundings(root, run, cluster, relay, fleet);
      disturb(Fault.plan(faults, new Random(seed)), around, load, moments, operator);
      Operator.Told last = operator.last();
      LoadSnapshot seen = load.stop();
      List<String> violations = new ArrayList<>(operator.violations());
      violations.addAll(Aftermath.violations(fleet, before, last));
      try (Story all = new Story()) {
        violations.addAll(
            Messages.violations(operator.accepted(), operator.steering(), all.toTheEnd()));
        all.deadLetters()
            .forEach((topic, count) ->
                violations.add("expected no dead letter, found " + count + " on " + topic));
      }
      return new ChaosReport(
          seed,
          begun,
          met,
          operator,
          story,
          seen,
          failures,
          violations,
          Duration.ofNanos(System.nanoTime() - from));
    }
  }

  private static Catalogue bake(Releases releases) throws IOException, InterruptedException {
    return new Catalogue(
        List.of(
            new Release("v5.0.0", releases.bake("v5.0.0"), Nature.GOOD),
            new Release("v5.1.0", releases.bake("v5.1.0"), Nature.GOOD)),
        new Release(FAILING, releases.bake(FAILING, "--error-rate", "0.2"), Nature.FAILING),
        List.of(
            new Release("v5.2.0", releases.bake("v5.2.0", "--health", "500"), Nature.UNHEALTHY),
            new Release("v5.4.0", releases.bake("v5.4.0", "--exit-at-once"), Nature.UNHEALTHY)));
  }

  private void disturb(
      List<Fault> plan, Surroundings around, Load load, Story moments, Operator operator)
      throws IOException, InterruptedException {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Future<?> faults = threads.submit(() -> all(plan, around, load, moments, threads));
      while (!faults.isDone()) {
        if (operator.releaseNext().phase().equals("REJECTED")) {
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
      List<Fault> plan, Surroundings around, Load load, Story moments, ExecutorService threads)
      throws IOException, InterruptedException, ExecutionException {
    Random pauses = new Random(seed + 2);
    Map<Fault, Future<?>> open = new LinkedHashMap<>();
    for (Fault fault : plan) {
      if (fault.moment() != Moment.AT_ONCE || !open.keySet().stream().allMatch(fault::mayOverlap)) {
        ended(open);
      }
      await(fault.moment(), moments);
      TimeUnit.MILLISECONDS.sleep(pauses.nextInt(1_500));
      open.put(
          fault,
          threads.submit(() -> {
            happens(fault, around, load);
            return null;
          }));
    }
    ended(open);
    return null;
  }

  private static void ended(Map<Fault, Future<?>> open)
      throws InterruptedException, ExecutionException {
    for (Future<?> each : open.values()) {
      each.get();
    }
    open.clear();
  }

  private void await(Moment moment, Story moments) {
    if (moment == Moment.AT_ONCE
        || moments.firstSince(Instant.now(), MOMENT_WITHIN, moment::begins).isPresent()) {
      met.merge(moment, 1, Integer::sum);
    }
  }

  private void happens(Fault fault, Surroundings around, Load load)
      throws IOException, InterruptedException {
    LoadSnapshot before = load.snapshot();
    tell(fault);
    boolean nodeIsOut = around.someNodeIsOut();
    fault.begin(around);
    TimeUnit.MILLISECONDS.sleep(fault.lasts().toMillis());
    // A node may have left in the very moment in which HAProxy forgot it.
    boolean leftMeanwhile = fault.kind() == Fault.Kind.BALANCER_RELOADED && around.someNodeIsOut();
    Set<String> ways = fault.kind().fails(nodeIsOut || leftMeanwhile);
    fault.end(around);
    mended();
    if (fault.kind().mayReachUsers()) {
      TimeUnit.MILLISECONDS.sleep(Failures.NOTICED.toMillis());
      failures.during(ways, load.snapshot().since(before));
      around.awaitUp(UP_AGAIN);
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
