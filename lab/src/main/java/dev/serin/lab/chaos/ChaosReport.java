package dev.serin.lab.chaos;

import dev.serin.lab.cluster.Story;
import dev.serin.lab.load.LoadSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// What a run of faults came to, and whether it is as it should be.
public final class ChaosReport {
  /// From so many faults on a run must have had the SLIs take a bad release back.
  private static final int FAULTS_WITH_A_BREACH = 40;

  private final long seed;
  private final Map<String, Long> faults;
  private final Map<Moment, Integer> moments;
  private final Operator operator;
  private final LoadSnapshot load;
  private final Failures failures;
  private final Taken taken;
  private final Duration took;
  private final List<String> violations;

  /// How the bad releases ended.
  ///
  /// @param watched so many came to their analysis
  /// @param bySlis so many were taken back by a probe that failed
  /// @param byHealth so many were taken back since they did not pass their health check
  /// @param asked all of them
  private record Taken(long asked, long watched, long bySlis, long byHealth) {}

  /// @param violations what was seen already
  ChaosReport(
      long seed,
      List<String> faults,
      Map<Moment, Integer> moments,
      Operator operator,
      Story story,
      LoadSnapshot load,
      Failures failures,
      List<String> violations,
      Duration took) {
    this.seed = seed;
    this.faults =
        new TreeMap<>(
            faults.stream()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
    this.moments = moments;
    this.operator = operator;
    this.load = load;
    this.failures = failures;
    this.took = took;
    this.violations = new ArrayList<>(violations);
    this.taken = taken(story);
    operator
        .told()
        .forEach(one -> {
          if (!one.release().good() && one.phase().equals("COMPLETED")) {
            this.violations.add(
                one.rollout() + ": " + one.release().version() + " is bad and completed");
          }
        });
    breaches();
    failures
        .unexplained(load.failedByVersionAndKind(), ChaosRun.FAILING)
        .forEach((what, count) ->
            this.violations.add(
                "%d requests failed (%s) that no fault and no bad release explains; the first few of all: %s"
                    .formatted(
                        count,
                        what,
                        load.failures().stream()
                            .filter(it ->
                                LoadSnapshot.versionAndKind(it.version(), it.kind()).equals(what))
                            .toList())));
  }

  /// What is not as it should be; empty when the run has passed.
  public List<String> violations() {
    return violations;
  }

  private long count() {
    return faults.values().stream().mapToLong(Long::longValue).sum();
  }

  private long served(String version) {
    return load.servedByVersion().getOrDefault(version, 0L)
        + load.failedByVersion().getOrDefault(version, 0L);
  }

  private void breaches() {
    if (count() >= FAULTS_WITH_A_BREACH && (taken.bySlis() == 0 || served(ChaosRun.FAILING) == 0)) {
      violations.add(
          "no bad release was served and taken back by its SLIs: "
              + taken
              + ", "
              + served(ChaosRun.FAILING)
              + " requests answered by "
              + ChaosRun.FAILING);
    }
  }

  private Taken taken(Story story) {
    long asked = 0;
    long watched = 0;
    long bySlis = 0;
    long byHealth = 0;
    for (Operator.Told one : operator.told()) {
      List<JsonNode> events = story.of(one.rollout());
      boolean back = one.phase().equals("ROLLED_BACK");
      switch (one.release().nature()) {
        case GOOD -> {}
        case FAILING -> {
          asked++;
          watched += any(events, event -> is(event, "step-started", "analyse"));
          bySlis += back ? any(events, ChaosReport::isBreach) : 0;
        }
        case UNHEALTHY -> {
          asked++;
          byHealth += back ? any(events, ChaosReport::isUnhealthy) : 0;
        }
      }
    }
    return new Taken(asked, watched, bySlis, byHealth);
  }

  private static int any(List<JsonNode> events, Predicate<JsonNode> fits) {
    return events.stream().anyMatch(fits) ? 1 : 0;
  }

  private static boolean is(JsonNode event, String type, String step) {
    return Story.text(event, "type").equals(type) && Story.text(event, "step").equals(step);
  }

  /// Missing data is a breach too, but no judgement on the release.
  static boolean isBreach(JsonNode event) {
    return Story.text(event, "type").equals("rollback-started")
        && Story.text(event, "cause").equals("breached")
        && event
            .path("evidence")
            .valueStream()
            .anyMatch(probe -> Story.text(probe, "verdict").equals("FAIL"));
  }

  /// A process that ends at once is seen by its restart already.
  private static boolean isUnhealthy(JsonNode event) {
    return (is(event, "step-failed", "health") || is(event, "step-failed", "restart"))
        && event.path("final").asBoolean(false)
        && !event.path("undo").asBoolean(false);
  }

  /// The report, as a page of Markdown.
  public String page() {
    StringBuilder page = new StringBuilder();
    page.append("| what | how often |\n|---|---|\n");
    faults.forEach((words, often) ->
        page.append("| ").append(words).append(" | ").append(often).append(" |\n"));
    page.append("\n");
    page.append("- ")
        .append(count())
        .append(" faults in ")
        .append(took.toSeconds())
        .append(" s, seed ")
        .append(seed)
        .append("\n");
    Map<String, Long> ends =
        new TreeMap<>(
            operator.told().stream()
                .collect(Collectors.groupingBy(Operator.Told::phase, Collectors.counting())));
    page.append("- rollouts: ")
        .append(operator.told().size())
        .append(", ended ")
        .append(ends)
        .append("\n");
    page.append(
        "- bad releases: %d, %d of them came to their analysis; taken back by their SLIs %d, by their health %d; %s answered %,d requests%n"
            .formatted(
                taken.asked(),
                taken.watched(),
                taken.bySlis(),
                taken.byHealth(),
                ChaosRun.FAILING,
                served(ChaosRun.FAILING)));
    page.append(
        "- nodes left out by a rollout that said so: %d, brought home by the next release that completed: %d%n"
            .formatted(operator.nodesLeft(), operator.broughtHome()));
    page.append("- faults that began in a moment of a rollout: ")
        .append(
            moments.entrySet().stream()
                .map(it -> it.getKey().words() + " " + it.getValue())
                .collect(Collectors.joining(", ")))
        .append("; the others where the moment did not come in time\n");
    page.append("- the operator aborted ")
        .append(operator.aborts())
        .append(" and said ")
        .append(operator.resumes())
        .append(" times to go on where Serin asked\n");
    page.append(
        "- requests: %,d served; failed %,d in all, %,d of them without any release's answer, in the ways in which they fail by a fault that lasted; by version and kind: %s%n"
            .formatted(
                load.served(),
                load.failed(),
                failures.byFaults().values().stream().mapToLong(Long::longValue).sum(),
                new TreeMap<>(load.failedByVersionAndKind())));
    page.append("- ")
        .append(
            violations.isEmpty()
                ? "nothing stuck, nothing lost, nothing left behind: %d requests accepted, each with one end; every node in rotation with its weight and the last version, nobody in the leaving map, no lock held"
                    .formatted(operator.accepted().size())
                : "NOT AS IT SHOULD BE: " + String.join("; ", violations))
        .append("\n");
    return page.toString();
  }
}
