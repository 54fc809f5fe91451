package dev.serin.simulation;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.incus.artifact.Located;
import dev.serin.incus.rest.Content;
import dev.serin.simulation.broker.Broker;
import dev.serin.simulation.engine.Loop;
import dev.serin.simulation.fault.Faults;
import dev.serin.simulation.invariant.Broken;
import dev.serin.simulation.invariant.Invariant;
import dev.serin.simulation.invariant.Invariants;
import dev.serin.simulation.invariant.Truth;
import dev.serin.simulation.service.Cluster;
import dev.serin.simulation.service.Plants;
import dev.serin.simulation.world.Binary;
import dev.serin.simulation.world.Instance;
import dev.serin.simulation.world.Observer;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.VirtualServer;
import dev.serin.simulation.world.World;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One seed: a fleet, its service, requests, faults, until everything is over. The same seed tells
/// the same history.
final class Simulation implements Observer {
  static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  /// No fault begins after this; whatever is under way then must come to an end.
  static final Duration FAULTS = Duration.ofSeconds(200);

  /// How long everything may take after the last fault, where agents answer: a fraction of what the
  /// plans' bounds allow, in which each step may fail each of its attempts at its deadline.
  private static final Duration LONGEST = Duration.ofMinutes(40);

  private static final Duration BETWEEN_DECISIONS = Duration.ofSeconds(20);

  private final long seed;
  private final History history = new History(START);
  private final Loop loop;
  private final Scenario scenario;
  private final Broker broker;
  private final World world;
  private final Truth truth;
  private final List<Invariant> invariants;
  private final Faults faults;
  private final Coverage coverage;
  private final Reached decided;
  private final Set<String> requested = new HashSet<>();
  private int decisions;
  private String awaited = "";
  private int askedInVain;
  private int quietSteps;

  /// How a seed came out.
  ///
  /// @param broken none where everything held
  record Result(
      long seed, @Nullable Broken broken, List<String> history, Map<String, Integer> faults) {}

  Simulation(long seed, Plants plants, Coverage coverage) {
    this(seed, plants, coverage, Faults.Focus.NONE, Scenario.Story.ANY);
  }

  /// @param focus which faults there are; any by the seed without one
  Simulation(
      long seed, Plants plants, Coverage coverage, Faults.Focus focus, Scenario.Story story) {
    this.seed = seed;
    this.coverage = coverage;
    this.loop = new Loop(START, new Random(seed * 31 + 1));
    this.scenario = new Scenario(new Random(seed * 31 + 2), story);
    this.broker = new Broker(loop);
    broker.read(this::appended);
    this.world = new World(loop, new Random(seed * 31 + 3), scenario.design(), this);
    this.truth =
        Truth.of(loop, world, scenario.minAvailable(), scenario.alone(), scenario.groups());
    Random chance = new Random(seed * 31 + 4);
    this.faults = new Faults(chance, loop, START.plus(FAULTS), world, broker, truth, this, focus);
    this.decided = new Reached(coverage, faults);
    this.invariants =
        Invariants.all(
            truth,
            scenario.isForced(),
            faults::onlySerinSuffers,
            scenario.isAllGood(),
            scenario.watched(),
            faults);
    Cluster cluster =
        new Cluster(
            loop,
            broker,
            world,
            this,
            faults,
            this::locate,
            new Random(seed * 31 + 5),
            plants,
            decided,
            faults.twoOfEach());
    faults.begin(cluster);
    faults.repeat(new Random(seed * 31 + 6));
  }

  Result run() {
    Broken broken = null;
    try {
      broker.append(Topics.SERVICES, Scenario.SERVICE, scenario.definitionJson());
      scenario
          .requests()
          .forEach(asked -> loop.after(asked.at(), () -> ask("somebody", asked.json())));
      loop.after(Duration.ofSeconds(1), this::second);
      Duration bound = FAULTS.plus(LONGEST);
      Duration step = Duration.ofSeconds(5);
      for (Duration passed = Duration.ZERO;
          passed.compareTo(bound) < 0;
          passed = passed.plus(step)) {
        loop.runUntil(START.plus(passed));
        if (isOver(passed)) {
          break;
        }
      }
      invariants.forEach(Invariant::ended);
    } catch (Broken found) {
      broken = found;
    } catch (IllegalStateException wrapped) {
      if (!(wrapped.getCause() instanceof Broken found)) {
        throw new IllegalStateException(
            "seed " + seed + " ended by a bug\n" + String.join("\n", history.lines()), wrapped);
      }
      broken = found;
    }
    return new Result(seed, broken, history.lines(), faults.counts());
  }

  private boolean isOver(Duration passed) {
    boolean quiet =
        passed.compareTo(scenario.lastRequest().plusSeconds(10)) > 0
            && faults.areOver()
            && !broker.isAway()
            && truth.isQuiet();
    quietSteps = quiet ? quietSteps + 1 : 0;
    // What is on its way by then still arrives.
    return quietSteps > 3;
  }

  private void ask(String who, String json) {
    note(who, json);
    broker.whenThere(() ->
        broker.append(Topics.REQUESTS, Scenario.SERVICE, json.getBytes(StandardCharsets.UTF_8)));
  }

  private void second() {
    loop.after(Duration.ofSeconds(1), this::second);
    invariants.forEach(Invariant::passed);
    RolloutState active = truth.active();
    if (active != null
        && active.phase() == RolloutPhase.PAUSED
        && loop.now().getEpochSecond() % BETWEEN_DECISIONS.toSeconds() == 0) {
      String waitsFor = active.waitingFor();
      askedInVain = waitsFor.equals(awaited) ? askedInVain + 1 : 0;
      awaited = waitsFor;
      ask("operator", scenario.decide("d" + ++decisions, waitsFor, askedInVain));
    }
  }

  private Located locate(Artifact artifact) {
    Binary found =
        scenario.binaries().values().stream()
            .filter(binary -> Scenario.artifact(binary).uri().equals(artifact.uri()))
            .findFirst()
            .orElse(null);
    if (found == null || !found.sha256().equals(artifact.sha256())) {
      return new Located.Unusable(
          new Failure(Failure.Reason.NOT_FOUND, artifact.uri(), "no such file", "", false));
    }
    return new Located.Here(Content.of(found.content()));
  }

  private void appended(String topic, Broker.Entry entry) {
    byte[] value = entry.value();
    if (value == null) {
      return;
    }
    switch (topic) {
      case Topics.REQUESTS -> {
        if (RequestReader.read(Json.mapper().readTree(value))
            instanceof Parsed.Valid<Request>(Request request)) {
          heard(request, entry.offset());
        }
      }
      case Topics.HAPROXY_COMMANDS -> commanded(entry.message(HaproxyCommand.class));
      case Topics.INCUS_COMMANDS -> commanded(entry.message(IncusCommand.class));
      case Topics.SLI_COMMANDS -> commanded(entry.message(SliCommand.class));
      case Topics.HAPROXY_EVENTS ->
          answered(entry, Json.mapper().readValue(value, HaproxyEvent.class));
      case Topics.INCUS_EVENTS -> answered(entry, Json.mapper().readValue(value, IncusEvent.class));
      case Topics.SLI_EVENTS -> answered(entry, Json.mapper().readValue(value, SliEvent.class));
      case Topics.ROLLOUTS ->
          published(Json.mapper().readValue(value, RolloutEvent.class), entry.decidedAt());
      case Topics.ROLLOUT_STATES -> reached(Json.mapper().readValue(value, RolloutState.class));
      default -> {
        if (topic.endsWith(".dlt")) {
          throw new Broken(
              "I10",
              "a dead letter on " + topic + ": " + new String(value, StandardCharsets.UTF_8));
        }
      }
    }
  }

  /// A request counts from the moment at which a coordinator can read it, and whoever uses its id
  /// once more has asked for nothing.
  private void heard(Request request, long offset) {
    if (broker.visibleEnd(Topics.REQUESTS) > offset) {
      if (requested.add(request.requestId())) {
        tell(it -> it.requested(request));
      }
    } else {
      loop.after(Duration.ofMillis(50), () -> heard(request, offset));
    }
  }

  private void tell(Consumer<Invariant> what) {
    invariants.forEach(what);
  }

  private void commanded(Decoded<? extends AgentCommand> sent) {
    if (!(sent instanceof Decoded.Readable(AgentCommand command))) {
      throw new IllegalStateException("the coordinator sent what nobody can read: " + sent);
    }
    if (!coverage.isQuiet(command)) {
      note("coordinator", "→ " + coverage.words(command));
    }
    if (command.head().node() != null) {
      truth.newest().put(command.head().node(), command);
    }
    tell(it -> it.commanded(command));
  }

  private void answered(Broker.Entry entry, AgentEvent event) {
    decided.appended(entry, event);
    note("agent", coverage.words(event));
    tell(it -> it.answered(event));
  }

  private void published(RolloutEvent event, Instant decidedAt) {
    note(
        "serin",
        event.head().sequence()
            + " "
            + event.head().version()
            + " "
            + EventHeaders.typeOf(event)
            + ": "
            + event.head().why());
    truth.events().computeIfAbsent(event.head().rolloutId(), id -> new ArrayList<>()).add(event);
    tell(it -> it.published(event));
    tell(it -> it.decided(event, decidedAt));
  }

  private void reached(RolloutState state) {
    truth.states().put(state.rolloutId(), state);
    if (state.phase() == RolloutPhase.ROLLING_BACK) {
      faults.rollbackBegan();
    }
    tell(it -> it.reached(state));
  }

  @Override
  public void inInstance(Instance instance, String script, long fence, String what) {
    note(instance.name(), script + " " + what);
    tell(it -> it.inInstance(instance, script, fence, what));
  }

  @Override
  public void inHaproxy(VirtualHaproxy haproxy, String by, String command) {
    note(haproxy.name(), command + "   (" + by + ")");
    for (VirtualServer server : haproxy.servers().values()) {
      if (command.contains("/" + server.name() + " ")
          || (command + " ").contains(" " + server.name() + " ")) {
        tell(it -> it.inHaproxy(haproxy, server, by, command));
      }
    }
  }

  @Override
  public void note(String who, String what) {
    history.add(loop.now(), who, what);
  }
}
