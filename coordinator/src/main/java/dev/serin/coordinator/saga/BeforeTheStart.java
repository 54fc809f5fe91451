package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.SliBefore;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.ServiceDefinition.RedBaseline;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.sli.PlannedWindow;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliPower;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.plan.LookBack;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Queries;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the SLIs are before anything is changed. A service that is red already says nothing about a
/// release: its canary would be taken back for what others did. So it stops the rollout here,
/// unless the service, or the release, says that this only warns.
///
/// A good release must not be refused for it: only what the plan would act upon counts, while a
/// node is there that has not got the release, and not what an earlier rollout may have left
/// behind.
///
/// @param problems what stands against the rollout
/// @param warnings what does not: what only warns, what has no value, what a cure is for
record BeforeTheStart(List<String> problems, List<String> warnings) {
  static final String RED = "red before anything is changed: ";

  private static final String HOW_TO_GO_ON =
      "; wait until it is green; where this release is the cure, say so with --red-baseline warn,"
          + " or in an incident with --strategy emergency";

  static final String NOT_ASKED_OVER =
      "what the SLIs are before the start is not known: expected the sli-watcher to measure the nodes"
          + " that serve by the load balancers' word, found no answer in time";

  private static final String ILL_BASELINE =
      "the nodes beside the canary are so, and keep what they have: what is compared with them may"
          + " pass though it is as bad";

  private static final String OLDER =
      "what the SLIs are before the start is not known: expected the sli-watcher to measure them,"
          + " found that it did not; it is older than the coordinator, upgrade it";

  /// What the watcher measures: nothing where nothing is watched, or where the release is on the
  /// canary already. Of two groups it is known only from the load balancers which one serves.
  ///
  /// @param pool as the load balancers have told it; none as long as they have not
  static List<SliQuery> asked(
      ServiceDefinition service,
      ReleaseRequested request,
      Set<String> leftOut,
      @Nullable PoolChecked pool) {
    if (!service.isWatched()
        || service.strategy().equals(Strategies.ANALYSIS_ONLY)
        || (service.isBlueGreen() && pool == null)) {
      return List.of();
    }
    Set<String> serving =
        service.nodes().stream()
            .map(Node::name)
            .filter(node -> !leftOut.contains(node) && isInRotation(pool, node))
            .collect(Collectors.toSet());
    return Queries.before(service, request.version(), serving);
  }

  private static boolean isInRotation(@Nullable PoolChecked pool, String node) {
    return pool == null
        || pool.servers().stream()
            .filter(seen -> seen.node().equals(node))
            .allMatch(ServerSeen::inRotation);
  }

  /// Whether the load balancers tell of other nodes that serve than the watcher was asked about
  /// before they did. Where they stand against the rollout anyway it does not matter.
  static boolean isOfOthers(
      ServiceDefinition service, ReleaseRequested request, Set<String> leftOut, PoolChecked pool) {
    return pool.problems().isEmpty()
        && !asked(service, request, leftOut, pool).equals(asked(service, request, leftOut, null));
  }

  /// Of a plan with more windows the first ones say enough, and preflight has an end.
  private static final int MOST_WINDOWS = 6;

  /// The windows in which the canary is compared with others, each once.
  static List<PlannedWindow> windows(ServiceDefinition service) {
    return Plan.compile(service).stream()
        .filter(step -> step.name() == StepName.ANALYSE && step.pause() == null)
        .filter(Plan::hasBaseline)
        .map(step -> window(service, step))
        .filter(window -> !window.slis().isEmpty())
        .distinct()
        .limit(MOST_WINDOWS)
        .toList();
  }

  private static PlannedWindow window(ServiceDefinition service, Step step) {
    double share = Plan.shareOf(Plan.watched(service, step), step);
    return new PlannedWindow(
        step.share(),
        Plan.analysis(service, step).window(),
        service.slis().stream()
            .filter(sli -> sli.compare() != null && sli.countsAt(share))
            .map(Sli::name)
            .toList());
  }

  static List<SliPower> power(@Nullable SlisChecked checked) {
    return checked == null ? List.of() : checked.power();
  }

  static List<SliBefore> told(@Nullable SlisChecked checked) {
    return checked == null
        ? List.of()
        : checked.before().stream()
            .map(it ->
                new SliBefore(it.name(), it.value(), it.requests(), it.verdict(), it.detail()))
            .toList();
  }

  /// @param ledger what is known of earlier rollouts
  /// @param at when it is judged
  static BeforeTheStart of(
      ServiceDefinition service,
      ReleaseRequested request,
      Ledger ledger,
      Phase.Preflight found,
      Instant at) {
    SlisChecked checked = found.slis();
    if (checked == null) {
      return new BeforeTheStart(List.of(), List.of());
    }
    List<SliQuery> asked = asked(service, request, ledger.leftOut().keySet(), found.pool());
    String whole = goesOn(service, request, ledger, asked, at);
    List<String> problems = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (SliResult result : checked.before()) {
      if (isOfBaseline(service, result)) {
        if (result.verdict() == Verdict.FAIL) {
          warnings.add(RED + result.detail() + "; " + ILL_BASELINE);
        }
        continue;
      }
      switch (result.verdict()) {
        case PASS -> {}
        case FAIL -> {
          String why = whyItGoesOn(service, result, whole);
          if (why == null) {
            problems.add(RED + result.detail() + HOW_TO_GO_ON);
          } else {
            warnings.add(RED + result.detail() + "; " + why);
          }
        }
        case NO_DATA, ERROR -> {
          if (!isTold(checked, result)) {
            warnings.add("not known before anything is changed: " + result.detail());
          }
        }
      }
    }
    checked.power().stream()
        .filter(power -> !power.suffices())
        .map(power -> "compare of " + power.name() + ": " + power.sentence())
        .forEach(warnings::add);
    boolean known = found.pool() == null || found.pool().problems().isEmpty();
    if (known
        && !found.warnings().contains(NOT_ASKED_OVER)
        && checked.problems().isEmpty()
        && checked.before().isEmpty()
        && !asked.isEmpty()) {
      warnings.add(OLDER);
    }
    return new BeforeTheStart(List.copyOf(problems), List.copyOf(warnings));
  }

  /// @param whole why no red one stops it
  /// @return none where this one does
  private static @Nullable String whyItGoesOn(
      ServiceDefinition service, SliResult result, @Nullable String whole) {
    if (onlyWarns(service, result)) {
      return "it only warns";
    }
    return whole == null ? unwatched(service, result) : whole;
  }

  private static boolean isOfBaseline(ServiceDefinition service, SliResult result) {
    return result.name().endsWith(Queries.OF_BASELINE)
        && named(service, result).findAny().isEmpty();
  }

  private static boolean onlyWarns(ServiceDefinition service, SliResult result) {
    return named(service, result).map(service::onBreach).allMatch(OnBreach.WARN::equals);
  }

  /// Why that one does not stop it: the rollout would never act upon it in time; none where it may.
  private static @Nullable String unwatched(ServiceDefinition service, SliResult result) {
    return named(service, result).anyMatch(sli -> Plan.isWatchedInTime(service, sli))
        ? null
        : "it is not watched before every node has the release";
  }

  private static Stream<Sli> named(ServiceDefinition service, SliResult result) {
    return service.slis().stream().filter(sli -> sli.name().equals(result.name()));
  }

  /// Why a red one does not stop it, whichever it is; none where it may.
  private static @Nullable String goesOn(
      ServiceDefinition service,
      ReleaseRequested request,
      Ledger ledger,
      List<SliQuery> asked,
      Instant at) {
    if (service.analysis().redBaseline() == RedBaseline.WARN) {
      return "no release is stopped for it (redBaseline: warn)";
    }
    if (Incidents.isUrgent(service, request)) {
      return "in an incident that is what it is for";
    }
    if (!Strategies.installs(service.strategy())) {
      return "a restart may be the cure";
    }
    return leftBehind(ledger, asked, at);
  }

  /// What an earlier rollout may have left behind: then this release may be what mends it.
  private static @Nullable String leftBehind(Ledger ledger, List<SliQuery> asked, Instant at) {
    if (!ledger.leftOut().isEmpty()) {
      return "an earlier rollout has left "
          + ledger.leftOut().keySet().stream().sorted().collect(Collectors.joining(", "))
          + " out of rotation";
    }
    if (ledger.partly() != null) {
      return "an earlier rollout has left "
          + ledger.partly().request().version()
          + " on a part of the fleet";
    }
    Rollout active = ledger.active();
    if (active != null && active.steps().stream().anyMatch(Step::isBegun)) {
      return active.rolloutId()
          + " of "
          + active.request().version()
          + " is at work on the service: what it does is in the values";
    }
    Instant bad = ledger.lastEnded() == null ? null : ledger.lastEnded().badUntil();
    if (bad == null) {
      return null;
    }
    Duration lookBack = LookBack.longest(asked);
    // Another clock may have said until when.
    Duration since = bad.isBefore(at) ? Duration.between(bad, at) : Duration.ZERO;
    return !at.isBefore(bad.plus(lookBack))
        ? null
        : "what an earlier rollout ended or took back was at work until "
            + View.shown(since.truncatedTo(ChronoUnit.SECONDS))
            + " ago, and the queries look back "
            + View.shown(lookBack);
  }

  /// What the canary's own query has told already.
  private static boolean isTold(SlisChecked checked, SliResult result) {
    return Stream.concat(checked.problems().stream(), checked.warnings().stream())
        .anyMatch(it -> it.equals(result.detail()) || it.startsWith(result.name() + ":"));
  }
}
