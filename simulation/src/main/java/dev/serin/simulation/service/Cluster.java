package dev.serin.simulation.service;

import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.haproxy.guard.Guards;
import dev.serin.haproxy.hint.Hints;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.traffic.Fleet;
import dev.serin.haproxy.traffic.HaproxyCommands;
import dev.serin.incus.artifact.ArtifactSource;
import dev.serin.incus.instance.IncusCommandHandler;
import dev.serin.incus.instance.Servers;
import dev.serin.incus.rest.IncusServer;
import dev.serin.simulation.broker.Broker;
import dev.serin.simulation.broker.Group;
import dev.serin.simulation.engine.Loop;
import dev.serin.simulation.engine.VirtualAlarms;
import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.simulation.world.HaproxyWire;
import dev.serin.simulation.world.HookCalls;
import dev.serin.simulation.world.IncusWire;
import dev.serin.simulation.world.Observer;
import dev.serin.simulation.world.PrometheusCalls;
import dev.serin.simulation.world.Troubles;
import dev.serin.simulation.world.VirtualFrontDoor;
import dev.serin.simulation.world.VirtualHaproxy;
import dev.serin.simulation.world.World;
import dev.serin.sli.hook.Hooks;
import dev.serin.sli.prometheus.Prometheus;
import dev.serin.sli.prometheus.PrometheusWire;
import dev.serin.sli.watch.SliHandler;
import dev.serin.sli.watch.SliMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// All of Serin's processes around one broker.
public final class Cluster {
  private static final Duration SETTLE = Duration.ofMillis(500);
  private static final Duration RESTART_WITHIN = Duration.ofSeconds(20);

  private final Loop loop;
  private final Broker broker;
  private final World world;
  private final Troubles troubles;
  private final ArtifactSource artifacts;
  private final Random random;
  private final Plants plants;
  private final List<Crew> crews;
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /// Of each machine that a haproxy-agent runs on.
  private final Map<String, VirtualDisk> disks = new LinkedHashMap<>();

  private long tokens;

  /// @param decisions hears what the coordinators decide on
  /// @param two whether each of Serin's services runs as two processes
  /// @param artifacts what the incus-agent's machine has
  public Cluster(
      Loop loop,
      Broker broker,
      World world,
      Observer observer,
      Troubles troubles,
      ArtifactSource artifacts,
      Random random,
      Plants plants,
      Decisions decisions,
      boolean two) {
    this.loop = loop;
    this.broker = broker;
    this.world = world;
    this.troubles = troubles;
    this.artifacts = artifacts;
    this.random = random;
    this.plants = plants;
    int size = two ? 2 : 1;
    this.crews =
        List.of(
            new Crew(
                loop,
                observer,
                "coordinator",
                size,
                group("coordinator"),
                process ->
                    new Coordinator(
                        process, broker, group("coordinator"), random, plants, decisions)),
            new Crew(loop, observer, "haproxy-agent", size, group("haproxy"), this::haproxyAgent),
            new Crew(loop, observer, "incus-agent", size, group("incus"), this::incusAgent),
            new Crew(loop, observer, "sli-watcher", size, group("sli"), this::sliWatcher));
  }

  private Group group(String name) {
    return groups.computeIfAbsent(name, key -> new Group());
  }

  public List<Crew> crews() {
    return crews;
  }

  /// An agent's consumer begins some records before where it was: what it had taken comes again.
  public void rewind(String agent, int records) {
    String topic = "serin." + agent + ".commands.v1";
    Group group = group(agent);
    group.commit(topic, Math.max(0, group.committed(topic) - records));
  }

  private Member haproxyAgent(VirtualProcess process) {
    Map<String, Fleet.Balancer> balancers = new LinkedHashMap<>();
    Map<String, VirtualHaproxy> doors = new LinkedHashMap<>();
    world
        .haproxies()
        .forEach((name, haproxy) -> {
          HaproxyWire wire = new HaproxyWire(process, haproxy, troubles);
          balancers.put(
              name,
              new Fleet.Balancer(
                  new LoadBalancer(
                      name,
                      wire,
                      haproxy.hasMaster() ? wire : null,
                      haproxy.hasLeavingMap() ? VirtualHaproxy.LEAVING_MAP : null),
                  URI.create("http://" + name),
                  "socat"));
          doors.put(name, haproxy);
        });
    Fleet fleet = new Fleet(balancers);
    return new Agent<HaproxyCommand, HaproxyEvent>(
        process,
        broker,
        group("haproxy"),
        "haproxy",
        HaproxyCommand.class,
        new HaproxyCommands(
            fleet,
            new VirtualFrontDoor(process, doors),
            new Guards(fleet, new VirtualAlarms(process), new Hints(disk(process)))),
        refusal -> new HaproxyEvent.Failed(refusal.head(), refusal.failure()),
        random,
        plants);
  }

  /// A process's name is its machine's, and its incarnation.
  private VirtualDisk disk(VirtualProcess process) {
    String machine = process.name().substring(0, process.name().indexOf('#'));
    return plants.losesDisks()
        ? new VirtualDisk()
        : disks.computeIfAbsent(machine, name -> new VirtualDisk());
  }

  private Member incusAgent(VirtualProcess process) {
    IncusWire wire = new IncusWire(process, world.incus(), "incus", troubles);
    return new Agent<IncusCommand, IncusEvent>(
        process,
        broker,
        group("incus"),
        "incus",
        IncusCommand.class,
        new IncusCommandHandler(
            new Servers(List.of(new IncusServer("default", "default", wire))),
            artifacts,
            () -> "t" + ++tokens,
            SETTLE,
            RESTART_WITHIN),
        refusal -> new IncusEvent.Failed(refusal.head(), refusal.failure()),
        random,
        plants);
  }

  private Member sliWatcher(VirtualProcess process) {
    PrometheusWire wire = plants.asks(new PrometheusCalls(process, world.prometheus(), troubles));
    return new Agent<SliCommand, SliEvent>(
        process,
        broker,
        group("sli"),
        "sli",
        SliCommand.class,
        new SliHandler(
            new Prometheus(wire, "http://prometheus:9090"),
            new Hooks(new HookCalls(process, troubles), Map.of()),
            new VirtualAlarms(process),
            new SliMetrics(new SimpleMeterRegistry())),
        refusal -> new SliEvent.Failed(refusal.head(), refusal.failure()),
        random,
        plants);
  }

  public Loop loop() {
    return loop;
  }
}
