package dev.serin.simulation.fault;

import dev.serin.contracts.kafka.Topics;
import dev.serin.simulation.broker.Broker;
import dev.serin.simulation.engine.Loop;
import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.simulation.invariant.Circumstances;
import dev.serin.simulation.invariant.Truth;
import dev.serin.simulation.service.Cluster;
import dev.serin.simulation.service.Crew;
import dev.serin.simulation.world.Instance;
import dev.serin.simulation.world.Mishap;
import dev.serin.simulation.world.Observer;
import dev.serin.simulation.world.Troubles;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualIncus;
import dev.serin.simulation.world.VirtualPrometheus;
import dev.serin.simulation.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The faults of one seed. Each kind has its share of the seeds; a few seeds have none, some only
/// what happens to Serin itself, which must change nothing in the end (I11).
public final class Faults implements Troubles, Circumstances {
  /// How long a fault is named beside what comes after it.
  private static final Duration RECENT = Duration.ofSeconds(20);

  /// What is not produced in a transaction.
  private static final List<String> PRODUCED =
      List.of(Topics.REQUESTS, Topics.HAPROXY_EVENTS, Topics.INCUS_EVENTS, Topics.SLI_EVENTS);

  /// What one of Serin's services reads.
  private static final List<String> READ =
      List.of(
          Topics.SERVICES,
          Topics.REQUESTS,
          Topics.HAPROXY_COMMANDS,
          Topics.INCUS_COMMANDS,
          Topics.SLI_COMMANDS,
          Topics.HAPROXY_EVENTS,
          Topics.INCUS_EVENTS,
          Topics.SLI_EVENTS);

  /// What a restart, a takeover or a repetition mends by itself, however long a plan's step may
  /// last.
  private static final Set<String> CRASHES =
      Set.of(
          FaultKind.SERVICE_KILLED.name(),
          FaultKind.SERVICE_FROZEN.name(),
          FaultKind.REBALANCED.name(),
          FaultKind.REWOUND.name(),
          FaultKind.REPEATED.name(),
          FaultKind.LAGGED.name(),
          FaultKind.BROKER_AWAY.name(),
          FaultKind.CUT_FROM_BROKER.name(),
          Mishap.Kind.KILLED_BEFORE.name(),
          Mishap.Kind.KILLED_AFTER.name(),
          Mishap.Kind.FROZEN.name());

  /// How many there are of them, where there is nothing else.
  private static final int STALE_WRITES = 3;

  private static final String HAPROXY_AGENT = "haproxy-agent";

  private final Random chance;
  private final Loop loop;
  private final Instant end;
  private final World world;
  private final Broker broker;
  private final Truth truth;
  private final Observer observer;
  private final boolean serin;
  private final boolean outside;
  private final boolean people;
  private final boolean two;
  private final Map<String, Instant> hungUntil = new HashMap<>();
  private final Map<String, Instant> heldUpUntil = new HashMap<>();
  private final Map<String, Instant> lately = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Focus focus;
  private final List<FaultKind> forARollback = new ArrayList<>();
  private int mishapsLeft;
  private int open;
  private Duration clocksApart = Duration.ZERO;
  private @Nullable Cluster cluster;

  public Faults(
      Random chance,
      Loop loop,
      Instant end,
      World world,
      Broker broker,
      Truth truth,
      Observer observer,
      Focus focus) {
    this.chance = chance;
    this.loop = loop;
    this.end = end;
    this.world = world;
    this.broker = broker;
    this.truth = truth;
    this.observer = observer;
    int kind = chance.nextInt(20);
    this.serin = kind >= 2 && (kind < 8 || kind >= 12);
    this.outside = kind >= 8;
    this.people = kind >= 16;
    this.two = chance.nextInt(3) == 0 || focus.needsTwo();
    this.mishapsLeft =
        focus.stale() ? STALE_WRITES : kind < 2 || focus.isNarrow() ? 0 : chance.nextInt(7);
    this.focus = focus;
  }

  /// Which faults there are, where the seed does not decide.
  ///
  /// @param most how many at most
  /// @param service whose processes are killed or frozen; empty for any
  /// @param stale whether there are two of each service, and nothing else goes wrong but that
  ///   agents are frozen in what they write to load balancers, until another has their work
  public record Focus(List<FaultKind> kinds, int most, String service, boolean stale) {
    public static final Focus NONE = new Focus(List.of(), 0, "");

    public static final Focus STALE_WRITES = new Focus(List.of(), 0, "", true);

    public Focus(List<FaultKind> kinds, int most, String service) {
      this(kinds, most, service, false);
    }

    public Focus {
      kinds = List.copyOf(kinds);
    }

    boolean needsTwo() {
      return stale || kinds.contains(FaultKind.CUT_FROM_BROKER);
    }

    boolean isOn(String one) {
      return service.equals(one);
    }

    boolean isNarrow() {
      return stale || !kinds.isEmpty();
    }
  }

  /// Whether each service runs as two processes.
  public boolean twoOfEach() {
    return two;
  }

  /// Whether nothing but Serin itself and its broker is troubled.
  public boolean onlySerinSuffers() {
    return !focus.isNarrow() && !outside && !people;
  }

  @Override
  public @Nullable VirtualProcess guardian() {
    return haproxyAgent(Crew::working);
  }

  @Override
  public @Nullable VirtualProcess beginner() {
    return haproxyAgent(Crew::given);
  }

  private @Nullable VirtualProcess haproxyAgent(Function<Crew, @Nullable VirtualProcess> which) {
    return cluster().crews().stream()
        .filter(crew -> crew.name().equals(HAPROXY_AGENT))
        .map(which)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  @Override
  public boolean isOutOfReach(String haproxy) {
    VirtualHaproxy one = world.haproxies().get(haproxy);
    return isHung(haproxy) || (one != null && one.isReadOnly());
  }

  private boolean isHung(String target) {
    Instant hung = hungUntil.get(target);
    return hung != null && loop.now().isBefore(hung);
  }

  @Override
  public boolean isBrokerAway() {
    return broker.isAway();
  }

  @Override
  public boolean isWhole() {
    return cluster().crews().stream()
            .map(Crew::working)
            .allMatch(working -> working != null && working.cutOffSince() == null)
        && READ.stream().allMatch(this::isHeard);
  }

  @Override
  public Duration clocksApart() {
    return clocksApart;
  }

  @Override
  public boolean onlyCrashes() {
    return onlySerinSuffers() && CRASHES.containsAll(counts.keySet());
  }

  @Override
  public boolean onlyRestartsByHandSince(Instant since) {
    return clocksApart.isZero()
        && lately.entrySet().stream()
            .allMatch(it ->
                it.getKey().equals(FaultKind.HAND_ON_UNIT.name()) || it.getValue().isBefore(since));
  }

  @Override
  public boolean isHeard(String topic) {
    return !broker.isAway() && broker.visibleEnd(topic) == broker.entries(topic).size();
  }

  @Override
  public boolean isAnothers(String by, Duration lease) {
    Crew crew =
        cluster().crews().stream().filter(it -> by.startsWith(it.name())).findFirst().orElseThrow();
    VirtualProcess working = crew.working();
    return working != null
        && !working.name().equals(by)
        && crew.wasCutOff(by, loop.now().minus(lease));
  }

  @Override
  public boolean wasHeldUpSince(String process, Instant since) {
    Instant until = heldUpUntil.get(process);
    return until != null && !until.isBefore(since);
  }

  public void begin(Cluster started) {
    cluster = started;
    List<FaultKind> kinds = new ArrayList<>();
    for (FaultKind kind : FaultKind.values()) {
      boolean wanted =
          switch (kind.of()) {
            case SERIN -> serin;
            case WORLD -> outside;
            case PEOPLE -> people;
          };
      boolean needsBalancer =
          kind.name().startsWith("BALANCER") || kind == FaultKind.HAND_ON_SERVER;
      boolean possible = !(needsBalancer && world.haproxies().isEmpty());
      boolean apart = kind == FaultKind.REPEATED && !focus.isNarrow();
      if ((focus.isNarrow() ? focus.kinds().contains(kind) : wanted) && possible && !apart) {
        kinds.add(kind);
        if (kind.of() == FaultKind.Of.PEOPLE) {
          // Three kinds beside twenty others.
          kinds.addAll(List.of(kind, kind, kind));
        }
      }
    }
    int most = focus.isNarrow() ? focus.most() : 4;
    int count = kinds.isEmpty() ? 0 : chance.nextInt(most + 1);
    for (int i = 0; i < count; i++) {
      FaultKind kind = one(kinds);
      if (!focus.isNarrow() && chance.nextInt(3) == 0) {
        forARollback.add(kind);
        continue;
      }
      open++;
      loop.after(
          Duration.ofMillis(1_000 + chance.nextInt(120_000)),
          () -> {
            open--;
            happen(kind);
          });
    }
  }

  /// In a third of the seeds in which Serin is troubled, its producers are too, by a chance of
  /// their own.
  public void repeat(Random other) {
    if (!serin || focus.isNarrow() || other.nextInt(3) > 0) {
      return;
    }
    int times = 1 + other.nextInt(3);
    for (int i = 0; i < times; i++) {
      if (other.nextInt(3) == 0) {
        forARollback.add(FaultKind.REPEATED);
        continue;
      }
      open++;
      loop.after(
          Duration.ofMillis(1_000 + other.nextInt(120_000)),
          () -> {
            open--;
            happen(FaultKind.REPEATED);
          });
    }
  }

  /// A rollback has begun: some faults wait for the worst moment.
  public void rollbackBegan() {
    List<FaultKind> kinds = List.copyOf(forARollback);
    forARollback.clear();
    for (FaultKind kind : kinds) {
      open++;
      loop.after(
          Duration.ofMillis(chance.nextInt(6_000)),
          () -> {
            open--;
            happen(kind);
          });
    }
  }

  /// Whether nothing is broken any more, and nothing will break by itself.
  public boolean areOver() {
    return open == 0;
  }

  /// How often each happened.
  public Map<String, Integer> counts() {
    return counts;
  }

  /// The names of those that happened just now.
  public Set<String> recent() {
    Set<String> names = new TreeSet<>();
    lately.forEach((name, at) -> {
      if (at.plus(RECENT).isAfter(loop.now())) {
        names.add(name);
      }
    });
    return names;
  }

  private <T> T one(List<T> of) {
    return of.get(chance.nextInt(of.size()));
  }

  private Duration millis(int from, int to) {
    return Duration.ofMillis(from + chance.nextInt(to - from));
  }

  private void tell(String name, String what) {
    observer.note("FAULT", name + " " + what);
    lately.put(name, loop.now());
    counts.merge(name, 1, Integer::sum);
  }

  /// Something that ends by itself after a while.
  private void lasting(Duration howLong, Runnable mend) {
    open++;
    loop.after(
        howLong,
        () -> {
          open--;
          mend.run();
        });
  }

  @Override
  public Mishap of(VirtualProcess process, String target, String what) {
    if (isHung(target)) {
      return new Mishap(Mishap.Kind.SILENT, Duration.ZERO);
    }
    boolean look = what.equals("look") || what.equals("query") || what.contains("log");
    if (mishapsLeft == 0 || loop.now().isAfter(end) || chance.nextInt(look ? 250 : 9) > 0) {
      return Mishap.NONE;
    }
    if (focus.stale() && (look || !process.name().startsWith("haproxy-agent"))) {
      return Mishap.NONE;
    }
    Mishap.Kind kind = focus.stale() ? Mishap.Kind.FROZEN : one(mishaps());
    if (kind == Mishap.Kind.NONE) {
      return Mishap.NONE;
    }
    mishapsLeft--;
    tell(kind.name(), process.name() + " ⇢ " + target + ": " + what);
    Duration howLong =
        focus.stale()
            ? millis(8_000, 25_000)
            : millis(200, kind == Mishap.Kind.FROZEN ? 20_000 : 3_000);
    if (kind == Mishap.Kind.KILLED_BEFORE || kind == Mishap.Kind.KILLED_AFTER) {
      lasting(millis(300, 12_000), () -> restart(process));
    }
    if (kind == Mishap.Kind.FROZEN) {
      heldUpUntil.put(process.name(), loop.now().plus(howLong));
      lasting(howLong, () -> truth.touched(target, "stale"));
    }
    if (kind == Mishap.Kind.LATE) {
      truth.touched(target, "late");
      loop.after(Duration.ofMillis(5_500), () -> truth.touched(target, "late"));
      lasting(Duration.ofSeconds(7), () -> {});
    }
    return new Mishap(kind, howLong);
  }

  private List<Mishap.Kind> mishaps() {
    List<Mishap.Kind> kinds = new ArrayList<>();
    if (serin) {
      kinds.addAll(
          List.of(
              Mishap.Kind.KILLED_BEFORE,
              Mishap.Kind.KILLED_AFTER,
              Mishap.Kind.KILLED_AFTER,
              Mishap.Kind.FROZEN));
    }
    if (outside) {
      kinds.addAll(
          List.of(
              Mishap.Kind.SILENT,
              Mishap.Kind.SILENT_AFTER,
              Mishap.Kind.LATE,
              Mishap.Kind.SLOW,
              Mishap.Kind.CUT,
              Mishap.Kind.CUT_AFTER));
    }
    return kinds.isEmpty() ? List.of(Mishap.Kind.NONE) : kinds;
  }

  /// A process's name is its service's, its number and its incarnation.
  private void restart(VirtualProcess process) {
    if (process.isAlive()) {
      // It is still on its way to where it dies.
      lasting(Duration.ofSeconds(1), () -> restart(process));
      return;
    }
    String name = process.name();
    int dash = name.lastIndexOf('-');
    int number = Integer.parseInt(name.substring(dash + 1, name.indexOf('#'))) - 1;
    for (Crew crew : cluster().crews()) {
      if (crew.name().equals(name.substring(0, dash))) {
        crew.start(number);
      }
    }
  }

  private Cluster cluster() {
    return Objects.requireNonNull(cluster);
  }

  private List<Crew> agents() {
    return cluster().crews().stream()
        .filter(crew -> !crew.name().equals("coordinator"))
        .filter(crew -> focus.service().isEmpty() || crew.name().equals(focus.service()))
        .toList();
  }

  private @Nullable VirtualProcess someProcess() {
    Crew crew =
        one(
            cluster().crews().stream()
                .filter(it -> focus.service().isEmpty() || it.name().equals(focus.service()))
                .toList());
    return crew.process(chance.nextInt(crew.size()));
  }

  private Instance someInstance() {
    return one(List.copyOf(world.instances().values()));
  }

  private VirtualHaproxy someHaproxy() {
    return one(List.copyOf(world.haproxies().values()));
  }

  private void happen(FaultKind kind) {
    switch (kind) {
      case SERVICE_KILLED -> {
        VirtualProcess process = someProcess();
        if (process != null && process.isAlive()) {
          tell(kind.name(), process.name());
          process.kill();
          lasting(millis(300, 15_000), () -> restart(process));
        }
      }
      case SERVICE_FROZEN -> {
        VirtualProcess process = someProcess();
        if (process != null && process.isAlive()) {
          Duration howLong = millis(500, 25_000);
          tell(kind.name(), process.name() + " for " + howLong);
          process.freeze(howLong);
          heldUpUntil.put(process.name(), loop.now().plus(howLong));
          lasting(howLong, () -> {});
        }
      }
      case REBALANCED -> {
        Crew crew = one(cluster().crews());
        tell(kind.name(), crew.name());
        crew.rebalance();
      }
      case REWOUND -> {
        String agent = one(List.of("haproxy", "incus", "sli"));
        tell(kind.name(), agent);
        cluster().rewind(agent, 1 + chance.nextInt(focus.isNarrow() ? 40 : 4));
      }
      case LAGGED -> {
        String topic = one(READ);
        tell(kind.name(), topic);
        broker.slowDown(topic, millis(50, 9_000));
        lasting(millis(1_000, 30_000), () -> broker.slowDown(topic, Duration.ZERO));
      }
      case BROKER_AWAY -> {
        if (!broker.isAway()) {
          Duration howLong = millis(500, 90_000);
          tell(kind.name(), "for " + howLong);
          broker.leave();
          lasting(
              howLong,
              () -> {
                broker.comeBack();
                // What waited comes only now.
                lately.put(kind.name(), loop.now());
              });
        }
      }
      case CUT_FROM_BROKER -> {
        Crew crew = one(agents());
        cutOff(kind, crew.process(chance.nextInt(crew.size())));
      }
      case CLOCK_JUMPED -> {
        VirtualProcess process = someProcess();
        if (process != null) {
          // Most are slewed or set by seconds; some were wrong by minutes.
          int most = chance.nextInt(4) == 0 ? 600_000 : 15_000;
          Duration error = millis(-most, most);
          tell(kind.name(), process.name() + " by " + error);
          clocksApart = error.abs().compareTo(clocksApart) > 0 ? error.abs() : clocksApart;
          process.setClockError(error);
          lasting(millis(5_000, 60_000), () -> process.setClockError(Duration.ZERO));
        }
      }
      case REPEATED -> repeatFor(kind, millis(2_000, 20_000), millis(1, 3_000));
      case NOBODY_WATCHES -> nobodyWatches(kind);
      default -> happenOutside(kind);
    }
  }

  private void cutOff(FaultKind kind, @Nullable VirtualProcess process) {
    if (process == null || !process.isAlive() || process.cutOffSince() != null) {
      return;
    }
    // Short of the dead man's switch, which is right to go off where nobody is heard.
    Duration howLong = millis(500, 30_000);
    tell(kind.name(), process.name() + " for " + howLong);
    process.cutOff(howLong);
    heldUpUntil.put(process.name(), loop.now().plus(howLong));
    lasting(
        howLong,
        () -> {
          // What it had to tell comes only now.
          lately.put(kind.name(), loop.now());
        });
  }

  private void repeatFor(FaultKind kind, Duration howLong, Duration after) {
    tell(kind.name(), "for " + howLong + ", each time after " + after);
    PRODUCED.forEach(topic -> broker.repeat(topic, after));
    lasting(
        howLong,
        () -> {
          lately.put(kind.name(), loop.now());
          PRODUCED.forEach(topic -> broker.repeat(topic, null));
        });
  }

  private void nobodyWatches(FaultKind kind) {
    Duration howLong = millis(61_000, 150_000);
    tell(kind.name(), "for " + howLong);
    for (Crew crew : cluster().crews()) {
      if (crew.name().equals("coordinator") || crew.name().startsWith("sli")) {
        for (int number = 0; number < crew.size(); number++) {
          VirtualProcess process = crew.process(number);
          if (process != null && process.isAlive()) {
            process.kill();
            lasting(
                howLong,
                () -> {
                  // What comes of it comes when they are back.
                  lately.put(kind.name(), loop.now());
                  restart(process);
                });
          }
        }
      }
    }
    if (chance.nextBoolean() && !broker.isAway()) {
      broker.leave();
      lasting(howLong.minusSeconds(1), broker::comeBack);
      if (focus.isOn(HAPROXY_AGENT)) {
        loop.after(millis(1_000, 10_000), this::restartHaproxyAgents);
      }
    }
  }

  /// They begin again while the broker is away.
  private void restartHaproxyAgents() {
    for (Crew crew : agents()) {
      for (int number = 0; number < crew.size(); number++) {
        VirtualProcess process = crew.process(number);
        if (process != null && process.isAlive()) {
          tell(FaultKind.SERVICE_KILLED.name(), process.name());
          process.kill();
          lasting(millis(300, 5_000), () -> restart(process));
        }
      }
    }
  }

  private void happenOutside(FaultKind kind) {
    switch (kind) {
      case BALANCER_RELOADED -> {
        VirtualHaproxy haproxy = someHaproxy();
        if (!haproxy.isDown()) {
          reload(kind, haproxy);
        }
      }
      case BALANCER_KILLED -> {
        VirtualHaproxy haproxy = someHaproxy();
        if (!haproxy.isDown()) {
          tell(kind.name(), haproxy.name());
          truth.touched(haproxy.name(), "killed");
          haproxy.kill();
          lasting(
              outage(500, 10_000),
              () -> {
                truth.touched(haproxy.name(), "started");
                haproxy.start();
              });
        }
      }
      case BALANCER_HUNG -> hang(kind, someHaproxy().name());
      case INCUS_HUNG -> hang(kind, "incus");
      case INCUS_REFUSING -> refuse(kind);
      case PROMETHEUS_HUNG -> hang(kind, "prometheus");
      case CONTAINER_STOPPED -> {
        Instance instance = someInstance();
        if (instance.isRunning()) {
          tell(kind.name(), instance.name());
          truth.touched(instance.name(), "stopped");
          instance.stop();
          lasting(
              millis(1_000, 40_000),
              () -> {
                truth.touched(instance.name(), "started");
                instance.start();
              });
        }
      }
      case BACKEND_CRASHED -> {
        Instance instance = someInstance();
        var life = instance.unit().life();
        if (life != null) {
          tell(kind.name(), instance.name());
          truth.touched(instance.name(), "crashed");
          instance.unit().crash(life.invocation());
        }
      }
      case DISK_FULL -> {
        Instance instance = someInstance();
        tell(kind.name(), instance.name());
        instance.fillDisk(true);
        lasting(millis(2_000, 60_000), () -> instance.fillDisk(false));
      }
      case PROMETHEUS_STALE -> nothingComesIn(kind);
      case PROMETHEUS_EMPTY ->
          mood(
              kind,
              one(List.of(VirtualPrometheus.Mood.EMPTY, VirtualPrometheus.Mood.NOT_A_NUMBER)));
      case PROMETHEUS_FAILING ->
          mood(kind, one(List.of(VirtualPrometheus.Mood.FAILING, VirtualPrometheus.Mood.HTML)));
      default -> happenByHand(kind);
    }
  }

  /// Two in five take the right to change anything away, until somebody mends the file.
  private void reload(FaultKind kind, VirtualHaproxy haproxy) {
    boolean readOnly = chance.nextInt(5) < 2;
    tell(kind.name(), haproxy.name() + (readOnly ? " without level admin" : ""));
    truth.touched(haproxy.name(), "reloaded");
    if (!readOnly) {
      haproxy.reload();
      return;
    }
    haproxy.reloadReadOnly();
    lasting(
        millis(1_000, 20_000),
        () -> {
          if (haproxy.isReadOnly()) {
            truth.touched(haproxy.name(), "reloaded");
            haproxy.reload();
          }
        });
  }

  /// One in five lasts until whoever needs what is away has given up.
  private Duration outage(int shortest, int usual) {
    return chance.nextInt(5) == 0 ? millis(usual, 90_000) : millis(shortest, usual);
  }

  private void hang(FaultKind kind, String target) {
    Duration howLong = outage(1_000, 40_000);
    tell(kind.name(), target + " for " + howLong);
    truth.touched(target, "hung");
    hungUntil.put(target, loop.now().plus(howLong));
    lasting(
        howLong,
        () -> {
          // What comes of it comes when it answers again.
          lately.put(kind.name(), loop.now());
          truth.touched(target, "answers");
        });
  }

  /// A restart of the daemon goes through all of its moods; an administrator's slip with the trust
  /// store has one.
  private void refuse(FaultKind kind) {
    VirtualIncus incus = world.incus();
    if (incus.mood() != VirtualIncus.Mood.WELL) {
      return;
    }
    boolean restarts = chance.nextInt(3) > 0;
    Duration howLong = outage(1_000, 40_000);
    tell(kind.name(), (restarts ? "restarts" : "trusts nobody") + " for " + howLong);
    List<VirtualIncus.Mood> moods =
        restarts
            ? List.of(VirtualIncus.Mood.LEAVING, VirtualIncus.Mood.AWAY, VirtualIncus.Mood.STARTING)
            : List.of(VirtualIncus.Mood.DISTRUSTING);
    refuse(moods, howLong.dividedBy(moods.size()));
  }

  /// @param each how long each of the moods lasts
  private void refuse(List<VirtualIncus.Mood> moods, Duration each) {
    if (moods.isEmpty()) {
      world.incus().setMood(VirtualIncus.Mood.WELL);
      return;
    }
    world.incus().setMood(moods.getFirst());
    lasting(each, () -> refuse(moods.subList(1, moods.size()), each));
  }

  private void mood(FaultKind kind, VirtualPrometheus.Mood mood) {
    tell(kind.name(), mood.name());
    world.prometheus().setMood(mood);
    lasting(millis(2_000, 60_000), () -> world.prometheus().setMood(VirtualPrometheus.Mood.WELL));
  }

  private void nothingComesIn(FaultKind kind) {
    if (world.prometheus().scrapes().areStopped()) {
      return;
    }
    Duration howLong = millis(2_000, 90_000);
    tell(kind.name(), "for " + howLong);
    world.prometheus().scrapes().stop();
    lasting(howLong, () -> world.prometheus().scrapes().goOn());
  }

  private void happenByHand(FaultKind kind) {
    Instance instance = someInstance();
    switch (kind) {
      case HAND_ON_SERVER -> {
        VirtualHaproxy haproxy = someHaproxy();
        String command =
            "set server api_pool/"
                + instance.name()
                + one(List.of(" state drain", " state maint", " state ready", " weight 7"));
        tell(kind.name(), haproxy.name() + ": " + command);
        truth.touched(haproxy.name(), Truth.SERVER_BY_HAND);
        truth.touched(haproxy.name() + "/" + instance.name(), Truth.SERVER_BY_HAND);
        haproxy.byHand(command);
      }
      case HAND_ON_BINARY -> {
        tell(kind.name(), instance.name());
        truth.touched(instance.name(), "binary by hand");
        instance.replaceByHand();
      }
      case HAND_ON_UNIT -> {
        // In half of the seeds the counters that begin anew are red for one to five probes.
        Duration red = chance.nextBoolean() ? millis(4_000, 25_000) : Duration.ZERO;
        tell(kind.name(), instance.name() + (red.isZero() ? "" : ", red for " + red));
        truth.touched(instance.name(), Truth.UNIT_BY_HAND);
        instance.restartByHand(red);
      }
      default -> throw new IllegalArgumentException("nobody makes " + kind);
    }
  }
}
