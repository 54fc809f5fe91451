package dev.serin.contracts.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The strategies by name, and the shares of those that shift traffic.
///
/// Canary and Linear bear the names of AWS CodeDeploy's deployment configurations and mean what
/// they mean there, with any numbers: a first share for so many minutes, then all; or equal
/// increments, so many minutes apart ("Deployment configurations on an AWS Lambda compute
/// platform", CodeDeploy User Guide).
public final class Strategies {
  public static final String CANARY_THEN_PEERS = "canary-then-peers";

  /// For an incident: every node in the safe order, health checks kept, no window.
  public static final String EMERGENCY = "emergency";

  public static final String TRAFFIC_STEPS = "traffic-steps";

  /// Every node is restarted with the binary that it has.
  public static final String RESTART = "restart";

  /// Two groups of nodes: the one that stands by gets the release, then the other one leaves.
  public static final String BLUE_GREEN = "blue-green";

  /// Nothing is touched; what somebody else has deployed is watched.
  public static final String ANALYSIS_ONLY = "analysis-only";

  /// What names are accepted, in words.
  public static final String KNOWN =
      "canary-then-peers, blue-green, emergency, restart, analysis-only, traffic-steps, OneAtATime,"
          + " HalfAtATime, AllAtOnce, Canary10Percent5Minutes or"
          + " Linear10PercentEvery1Minute (with any numbers)";

  private static final Pattern ONE_AT_A_TIME =
      Pattern.compile("(?:CodeDeployDefault\\.)?OneAtATime");

  private static final Pattern HALF_AT_A_TIME =
      Pattern.compile("(?:CodeDeployDefault\\.)?HalfAtATime");

  private static final Pattern ALL_AT_ONCE =
      Pattern.compile("(?:CodeDeployDefault\\.)?(?:Lambda|ECS)?AllAtOnce");

  private static final Pattern CANARY =
      Pattern.compile(
          "(?:CodeDeployDefault\\.)?(?:Lambda|ECS)?Canary(\\d{1,2})Percent(\\d{1,5})Minutes?");
  private static final Pattern LINEAR =
      Pattern.compile(
          "(?:CodeDeployDefault\\.)?(?:Lambda|ECS)?Linear(\\d{1,2})PercentEvery(\\d{1,5})Minutes?");

  /// The runbook's: 5, 10, 25, 50, 100 %.
  private static final List<TrafficStep> DEFAULT =
      List.of(
          new TrafficStep(5, Duration.ofMinutes(10)),
          new TrafficStep(10, Duration.ofMinutes(15)),
          new TrafficStep(25, Duration.ofMinutes(20)),
          new TrafficStep(50, Duration.ofMinutes(30)),
          new TrafficStep(100, Duration.ofHours(1)));

  private Strategies() {}

  public static boolean isKnown(String name) {
    return List.of(CANARY_THEN_PEERS, BLUE_GREEN, TRAFFIC_STEPS, RESTART, ANALYSIS_ONLY)
            .contains(name)
        || isWatchless(name)
        || preset(name).isPresent();
  }

  /// Whether nothing is watched: every node in the safe order, each with its health checks.
  public static boolean isWatchless(String name) {
    return name.equals(EMERGENCY) || namesItsBatch(name);
  }

  /// Whether the name itself says how many nodes are updated at once: `OneAtATime`, `HalfAtATime`,
  /// `AllAtOnce`.
  public static boolean namesItsBatch(String name) {
    return ONE_AT_A_TIME.matcher(name).matches() || takesCanariesAlong(name);
  }

  /// Whether the canaries are in the batches too, not before them: `HalfAtATime`, `AllAtOnce`.
  public static boolean takesCanariesAlong(String name) {
    return HALF_AT_A_TIME.matcher(name).matches() || ALL_AT_ONCE.matcher(name).matches();
  }

  /// How many nodes are updated at once, 1 or more. A restart goes node by node: the service's
  /// batch is for its releases.
  ///
  /// @param batch what the service says; none for one
  /// @param nodes how many there are
  static int atOnce(String name, @Nullable Batch batch, int nodes) {
    if (ALL_AT_ONCE.matcher(name).matches()) {
      return Math.max(1, nodes);
    }
    if (HALF_AT_A_TIME.matcher(name).matches()) {
      return Math.max(1, nodes / 2);
    }
    boolean oneByOne = ONE_AT_A_TIME.matcher(name).matches() || name.equals(RESTART);
    return batch == null || oneByOne ? 1 : batch.of(nodes);
  }

  /// How many nodes must stay in rotation: what the service says; else what a strategy leaves that
  /// by its name takes several at once; else all but one, at least one (I2).
  ///
  /// @param nodes how many can be in rotation at least while nothing is wrong
  static int minimum(String name, @Nullable Integer minAvailable, int nodes) {
    if (minAvailable != null) {
      return minAvailable;
    }
    if (ALL_AT_ONCE.matcher(name).matches()) {
      return 0;
    }
    int most = HALF_AT_A_TIME.matcher(name).matches() ? atOnce(name, null, nodes) : 1;
    return Math.max(1, nodes - most);
  }

  /// Whether it installs a release; the others need no artifact.
  public static boolean installs(String name) {
    return !name.equals(RESTART) && !name.equals(ANALYSIS_ONLY);
  }

  /// The shares of a strategy that shifts traffic, where the service names none; empty for the
  /// others.
  public static List<TrafficStep> steps(String name) {
    return name.equals(TRAFFIC_STEPS) ? DEFAULT : preset(name).orElse(List.of());
  }

  private static Optional<List<TrafficStep>> preset(String name) {
    Matcher canary = CANARY.matcher(name);
    Matcher linear = LINEAR.matcher(name);
    boolean isCanary = canary.matches();
    if (!isCanary && !linear.matches()) {
      return Optional.empty();
    }
    Matcher found = isCanary ? canary : linear;
    int share = Integer.parseInt(found.group(1));
    Duration every = Duration.ofMinutes(Integer.parseInt(found.group(2)));
    if (share == 0 || every.isZero() || every.compareTo(Duration.ofDays(7)) > 0) {
      return Optional.empty();
    }
    List<TrafficStep> steps = new ArrayList<>();
    for (int at = share; at < 100 && (!isCanary || at == share); at += share) {
      steps.add(new TrafficStep(at, every));
    }
    steps.add(new TrafficStep(100, Duration.ZERO));
    return Optional.of(steps);
  }
}
