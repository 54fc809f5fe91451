package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.serin.contracts.Check;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A service: a deployable, the nodes that run it, and how a release of it is judged. Read what an
/// operator wrote with [ServiceReader], which names every problem; this record holds what is sound.
///
/// @param service its name, and the key of its record
/// @param pool the HAProxy backends that its nodes serve in; empty for a worker without one
/// @param loadBalancers the load balancers that have these pools
/// @param onLoadBalancerDown what becomes of a release when one of them does not answer
/// @param nodes one or more, at least one of them a canary
/// @param minAvailable how many nodes must stay in rotation; none for all but one, at least one, or
///   what a strategy leaves that takes several at once by its name
/// @param strategy how a release reaches all of them, one of [Strategies]
/// @param trafficSteps the shares of a strategy that shifts traffic; empty for the strategy's own
/// @param batch how many peers are updated at once; none for one, or what the strategy's name says
/// @param smoke what each node must answer before it is ready; empty for no smoke test
/// @param soak how long all nodes are watched after the last step, 0 for not at all
/// @param pauses waits that the plan has; empty for none
/// @param hooks whom it asks or tells over HTTP on the way
/// @param freezes when, by the calendar, no rollout may start
/// @param onFreeze what becomes of a release that meets a freeze, of any kind
/// @param groups the two groups of a blue-green service, each with its nodes by name; empty for
///   none
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceDefinition(
    String service,
    List<String> pool,
    List<String> loadBalancers,
    OnLoadBalancerDown onLoadBalancerDown,
    List<Node> nodes,
    @Nullable Integer minAvailable,
    Install install,
    Health health,
    @Nullable LoadBalancerHealth loadBalancerHealth,
    Drain drain,
    Analysis analysis,
    NoData noData,
    List<Sli> slis,
    String strategy,
    List<TrafficStep> trafficSteps,
    @Nullable Batch batch,
    OnBreach onBreach,
    OnPeerFailure onPeerFailure,
    Rollback rollback,
    List<SmokeRequest> smoke,
    Duration soak,
    List<Pause> pauses,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Hook> hooks,
    List<FreezeWindow> freezes,
    OnFreeze onFreeze,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, List<String>> groups) {

  /// One Incus instance that serves the service, and one server line in its pools.
  ///
  /// @param canary whether it gets a release first
  /// @param instance the instance's name
  /// @param server the server's name in the pools
  /// @param host which of the incus-agent's servers the instance is on
  /// @param labels what its SLI queries may name as `$canary.<label>`
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Node(
      String name,
      boolean canary,
      String instance,
      String server,
      String host,
      Map<String, String> labels) {
    public Node {
      Check.name("name", name);
      Check.name("instance", instance);
      Check.name("server", server);
      Check.name("host", host);
      labels = Check.map(labels);
    }
  }

  /// How the binary is installed.
  ///
  /// @param path where, absolute, in the instance
  /// @param uid the owner, a number or a name
  /// @param gid the group, a number or a name
  /// @param mode four octal digits
  /// @param unit the systemd units that run it, one or more
  /// @param previous where the binary before is kept for people; none where the service's own
  ///   pipeline does that
  /// @param keep how many binaries are kept by digest on the node, 1 or more; of each further file
  ///   as many
  /// @param files what the paths of further files may begin with; empty where a release may bring
  ///   none
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Install(
      String path,
      String uid,
      String gid,
      String mode,
      List<String> unit,
      @Nullable String previous,
      int keep,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> files) {
    /// Of nothing but a binary.
    public Install(
        String path,
        String uid,
        String gid,
        String mode,
        List<String> unit,
        @Nullable String previous,
        int keep) {
      this(path, uid, gid, mode, unit, previous, keep, List.of());
    }

    public Install {
      Check.text("path", path);
      Check.text("uid", uid);
      Check.text("gid", gid);
      Check.text("mode", mode);
      unit = Check.list(unit);
      Check.atLeast("keep", 1, keep);
      files = Check.list(files);
    }
  }

  /// The health check on the node.
  ///
  /// @param url asked inside the instance; 200 is healthy
  /// @param within how long after a restart it may take, above 0
  public record Health(String url, Duration within) {
    public Health {
      Check.text("url", url);
      Check.positive("within", within);
    }
  }

  /// The check through the load balancer.
  ///
  /// @param path asked for, beginning with `/`
  /// @param host the `Host` header; none for the load balancer's own address
  /// @param ca a PEM file on the haproxy-agent's machine for HTTPS front ends
  /// @param within how long it may take, above 0
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LoadBalancerHealth(
      String path, @Nullable String host, @Nullable String ca, Duration within) {
    public LoadBalancerHealth {
      Check.text("path", path);
      Check.positive("within", within);
    }
  }

  /// How a node is drained.
  ///
  /// @param within how long requests in flight may take, above 0
  /// @param tunnels how long WebSockets may stay once only they are left, 0 or more
  /// @param onTimeout what happens when requests are left
  public record Drain(Duration within, Duration tunnels, OnTimeout onTimeout) {
    public Drain {
      Check.positive("within", within);
      Check.notNegative("tunnels", tunnels);
      Check.required("onTimeout", onTimeout);
    }
  }

  public enum OnTimeout {
    @JsonProperty("fail")
    FAIL,
    @JsonProperty("force")
    FORCE
  }

  /// How long and how often the SLIs are probed.
  ///
  /// @param window how long probes must stay green, 0 for none
  /// @param interval the time between two probes, above 0
  /// @param initialDelay how long the window waits after the canary is ready, 0 or more
  /// @param deadMan what happens when nobody watches any more
  /// @param redBaseline what it comes to when an SLI is red before anything is changed
  public record Analysis(
      Duration window,
      Duration interval,
      Duration initialDelay,
      DeadMan deadMan,
      RedBaseline redBaseline) {
    public Analysis {
      redBaseline = redBaseline == null ? RedBaseline.STOP : redBaseline;
      Check.notNegative("window", window);
      Check.positive("interval", interval);
      Check.notNegative("initialDelay", initialDelay);
      Check.required("deadMan", deadMan);
    }

    /// How many probes a window takes: one at the end of each interval, the last one at its end.
    @JsonIgnore
    public int slots() {
      return Math.toIntExact(window.plus(interval).minusNanos(1).dividedBy(interval));
    }
  }

  /// What becomes of a release of a service that is red before it.
  public enum RedBaseline {
    /// It is refused, and nothing is touched.
    @JsonProperty("stop")
    STOP,
    /// It is told, and the release goes on: it may be the cure.
    @JsonProperty("warn")
    WARN
  }

  /// What the haproxy-agent does by itself when no proof of watching comes.
  ///
  /// @param after how long without proof, 60 s or more
  public record DeadMan(Duration after, DeadManAction action) {
    public DeadMan {
      Check.positive("after", after);
      Check.required("action", action);
    }
  }

  public enum DeadManAction {
    @JsonProperty("drain")
    DRAIN,
    @JsonProperty("alert")
    ALERT
  }

  /// What missing data means.
  ///
  /// @param policy `hold` waits, `rollback` acts at once
  /// @param limit how long it may be missing under `hold`, above 0
  /// @param then what happens after that
  public record NoData(NoDataPolicy policy, Duration limit, NoDataThen then) {
    public NoData {
      Check.required("policy", policy);
      Check.positive("limit", limit);
      Check.required("then", then);
    }
  }

  public enum NoDataPolicy {
    @JsonProperty("hold")
    HOLD,
    @JsonProperty("rollback")
    ROLLBACK
  }

  public enum NoDataThen {
    @JsonProperty("rollback")
    ROLLBACK,
    @JsonProperty("pause")
    PAUSE
  }

  /// One service-level indicator: green while the value is below `max` and above `min`.
  ///
  /// @param query PromQL for one number, with `$` names
  /// @param maxAge how old the newest sample behind a green value may be, 1 s or more; none for
  ///   what the ranges in the query say
  /// @param from the canary's share of the requests, in per cent from 1 to 100, from which on it
  ///   counts; none for every window
  /// @param onBreach what it comes to when it is red; none for what the service says
  /// @param alarm how many data points make it red; none where each value stands for itself
  /// @param compare the counters that it is compared with the baseline by; none where it is not
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Sli(
      String name,
      String query,
      @Nullable Double max,
      @Nullable Double min,
      @Nullable Double maxDelta,
      @Nullable Double maxRatio,
      @Nullable Double floor,
      @Nullable MinRequests minRequests,
      @Nullable Duration maxAge,
      @Nullable Double from,
      @Nullable OnBreach onBreach,
      @Nullable Alarm alarm,
      @Nullable Compare compare) {
    public Sli {
      Check.name("name", name);
      Check.text("query", query);
    }

    /// Whether the same query about the baseline's nodes counts.
    public boolean comparesWithBaseline() {
      return maxDelta != null || maxRatio != null;
    }

    /// Whether it can be judged without a baseline.
    public boolean hasLimitOfItsOwn() {
      return max != null || min != null;
    }

    /// One of which each value stands for itself.
    public Sli(
        String name,
        String query,
        @Nullable Double max,
        @Nullable Double min,
        @Nullable Double maxDelta,
        @Nullable Double maxRatio,
        @Nullable Double floor,
        @Nullable MinRequests minRequests,
        @Nullable Duration maxAge,
        @Nullable Double from,
        @Nullable OnBreach onBreach) {
      this(
          name,
          query,
          max,
          min,
          maxDelta,
          maxRatio,
          floor,
          minRequests,
          maxAge,
          from,
          onBreach,
          null,
          null);
    }

    /// @param sharePercent the canary's share of the requests in a window
    public boolean countsAt(double sharePercent) {
      return from == null || from <= sharePercent;
    }
  }

  /// How many requests a value must rest on.
  ///
  /// @param query PromQL for their number
  /// @param min how many, 0 or more
  public record MinRequests(String query, double min) {
    public MinRequests {
      Check.text("query", query);
    }
  }

  /// What becomes of a release when a load balancer does not answer.
  public enum OnLoadBalancerDown {
    /// It is refused before it begins; later on the step that needs it fails.
    @JsonProperty("stop")
    STOP,
    /// It goes on with those that answer, and waits before its end until the others have caught up.
    @JsonProperty("go-on")
    GO_ON
  }

  /// What a breach of the SLIs comes to, the most severe first.
  public enum OnBreach {
    /// Everything done is undone.
    @JsonProperty("rollback")
    ROLLBACK,
    /// The canary is drained, and a person decides.
    @JsonProperty("pause")
    PAUSE,
    /// Everything stays as it is, and a person decides.
    @JsonProperty("hold")
    HOLD,
    /// It is told, and the rollout goes on.
    @JsonProperty("warn")
    WARN
  }

  public enum OnPeerFailure {
    @JsonProperty("halt")
    HALT,
    @JsonProperty("rollback-peer")
    ROLLBACK_PEER,
    @JsonProperty("rollback-all")
    ROLLBACK_ALL
  }

  /// How a rollback treats the pool's minimum.
  ///
  /// @param waitForPeers how long it waits for peers to come back before it goes on without them
  public record Rollback(Duration waitForPeers) {
    public Rollback {
      Check.notNegative("waitForPeers", waitForPeers);
    }
  }

  public ServiceDefinition {
    Check.name("service", service);
    pool = Check.list(pool);
    loadBalancers = Check.list(loadBalancers);
    onLoadBalancerDown = onLoadBalancerDown == null ? OnLoadBalancerDown.STOP : onLoadBalancerDown;
    nodes = Check.list(nodes);
    Check.required("install", install);
    Check.required("health", health);
    Check.required("drain", drain);
    Check.required("analysis", analysis);
    Check.required("noData", noData);
    slis = Check.list(slis);
    Check.text("strategy", strategy);
    trafficSteps = Check.list(trafficSteps);
    Check.required("onBreach", onBreach);
    Check.required("onPeerFailure", onPeerFailure);
    Check.required("rollback", rollback);
    smoke = Check.list(smoke);
    soak = soak == null ? Duration.ZERO : Check.notNegative("soak", soak);
    pauses = Check.list(pauses);
    hooks = Check.list(hooks);
    freezes = Check.list(freezes);
    onFreeze = onFreeze == null ? OnFreeze.REFUSE : onFreeze;
    groups = Check.map(groups);
  }

  /// The hooks that are called at that point, in the order written.
  public List<Hook> hooksAt(Hook.At at) {
    return hooks.stream().filter(hook -> hook.at() == at).toList();
  }

  /// How many nodes must stay in rotation: what the service says, else what its strategy leaves,
  /// else all but one, at least one. Where one of two groups stands by, which a restart leaves as
  /// it is, that is counted of the smaller one.
  @JsonIgnore
  public int minimum() {
    boolean oneGroupServes = isBlueGreen() || strategy.equals(Strategies.RESTART);
    return Strategies.minimum(
        strategy, minAvailable, oneGroupServes ? smallerGroup() : nodes.size());
  }

  /// What it comes to when that SLI is red.
  public OnBreach onBreach(Sli sli) {
    return sli.onBreach() == null ? onBreach : sli.onBreach();
  }

  /// Whether one of its groups gets a release, and the other one leaves for it.
  @JsonIgnore
  public boolean isBlueGreen() {
    return strategy.equals(Strategies.BLUE_GREEN);
  }

  private int smallerGroup() {
    return groups.values().stream().mapToInt(List::size).min().orElse(nodes.size());
  }

  /// How many nodes are updated at once, 1 or more.
  @JsonIgnore
  public int atOnce() {
    return Strategies.atOnce(strategy, batch, nodes.size());
  }

  /// The shares that a release goes through; empty where its strategy shifts no traffic.
  @JsonIgnore
  public List<TrafficStep> traffic() {
    return trafficSteps.isEmpty() ? Strategies.steps(strategy) : trafficSteps;
  }

  /// How many nodes are enough at the share 100, by the strategy's own word: then its canaries
  /// serve alone there. Empty where they do not: nothing says so, or they are fewer, since an
  /// earlier rollout's nodes are the canaries of this one.
  @JsonIgnore
  public OptionalInt aloneMinimum() {
    Integer enough = traffic().isEmpty() ? null : traffic().getLast().minAvailable();
    return enough == null || isBlueGreen() || canaries().size() < enough || peers().isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(enough);
  }

  /// Whether it may go on while one of its load balancers does not answer. Never where two groups
  /// change: that is whole on every load balancer, or not at all.
  @JsonIgnore
  public boolean goesOnWithout() {
    return onLoadBalancerDown == OnLoadBalancerDown.GO_ON
        && !isBlueGreen()
        && loadBalancers.size() > 1
        && !pool.isEmpty();
  }

  /// Whether anything is watched at all.
  @JsonIgnore
  public boolean isWatched() {
    return !watchedFor().isZero() || (!pauses.isEmpty() && !slis.isEmpty());
  }

  /// Whether the traffic is shared by weights on the way.
  @JsonIgnore
  public boolean isWeighed() {
    return isBlueGreen()
        ? traffic().stream().anyMatch(share -> !share.isAll())
        : !traffic().isEmpty();
  }

  /// All windows of a release together, and its soak.
  @JsonIgnore
  public Duration watchedFor() {
    Duration windows =
        traffic().isEmpty()
            ? analysis.window()
            : traffic().stream().map(TrafficStep::window).reduce(Duration.ZERO, Duration::plus);
    return windows.plus(soak);
  }

  /// The nodes that get a release first, in the order written.
  @JsonIgnore
  public List<Node> canaries() {
    return nodes.stream().filter(Node::canary).toList();
  }

  /// The nodes that get it after them, in the order written.
  @JsonIgnore
  public List<Node> peers() {
    return nodes.stream().filter(node -> !node.canary()).toList();
  }

  public Optional<Node> node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }
}
