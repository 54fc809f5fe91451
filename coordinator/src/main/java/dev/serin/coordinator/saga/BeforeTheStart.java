package dev.serin.coordinator.saga;

import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.SliBefore;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.ServiceDefinition.RedBaseline;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.sli.PlannedWindow;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliPower;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Queries;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the SLIs are before anything is changed. A service that is red already says nothing about a
/// release: its canary would be taken back for what others did. So it is told, and stops the
/// rollout here where the service, or the release, says so.
///
/// @param problems what stands against the rollout
/// @param warnings what does not: what only warns, what has no value, what a cure is for
record BeforeTheStart(List<String> problems, List<String> warnings) {
  static final String RED = "red before anything is changed: ";

  private static final String OLDER =
      "what the SLIs are before the start is not known: expected the sli-watcher to measure them,"
          + " found that it did not; it is older than the coordinator, upgrade it";

  /// What the watcher measures: nothing where nothing is watched, or where the release is on the
  /// canary already.
  static List<SliQuery> asked(
      ServiceDefinition service, ReleaseRequested request, Set<String> leftOut) {
    return service.isWatched() && !service.strategy().equals(Strategies.ANALYSIS_ONLY)
        ? Queries.before(service, request.version(), leftOut)
        : List.of();
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

  static BeforeTheStart of(
      ServiceDefinition service,
      ReleaseRequested request,
      Set<String> leftOut,
      SlisChecked checked) {
    List<String> problems = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    String goesOn = goesOn(service, Incidents.isUrgent(service, request));
    for (SliResult result : checked.before()) {
      switch (result.verdict()) {
        case PASS -> {}
        case FAIL -> {
          if (onlyWarns(service, result)) {
            warnings.add(RED + result.detail() + "; it only warns");
          } else if (goesOn != null) {
            warnings.add(RED + result.detail() + "; " + goesOn);
          } else {
            problems.add(
                RED
                    + result.detail()
                    + "; wait until it is green, or say that this release is the cure"
                    + " (--red-baseline warn)");
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
    if (checked.problems().isEmpty()
        && checked.before().isEmpty()
        && !asked(service, request, leftOut).isEmpty()) {
      warnings.add(OLDER);
    }
    return new BeforeTheStart(List.copyOf(problems), List.copyOf(warnings));
  }

  private static boolean onlyWarns(ServiceDefinition service, SliResult result) {
    return service.slis().stream()
        .filter(sli -> sli.name().equals(result.name()))
        .map(service::onBreach)
        .allMatch(OnBreach.WARN::equals);
  }

  /// Why a red one does not stop it; none where it does.
  private static @Nullable String goesOn(ServiceDefinition service, boolean urgent) {
    if (service.analysis().redBaseline() == RedBaseline.WARN) {
      return "no release is stopped for it (redBaseline: warn)";
    }
    if (urgent) {
      return "in an incident that is what it is for";
    }
    if (!Strategies.installs(service.strategy())) {
      return "a restart may be the cure";
    }
    return service.watchedFor().compareTo(service.soak()) > 0
        ? null
        : "nothing is watched before every node has the release";
  }

  /// What the canary's own query has told already.
  private static boolean isTold(SlisChecked checked, SliResult result) {
    return Stream.concat(checked.problems().stream(), checked.warnings().stream())
        .anyMatch(it -> it.equals(result.detail()) || it.startsWith(result.name() + ":"));
  }
}
