package dev.serin.lab.chaos;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.LoadSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// What a run of faults came to, and whether it is as it should be.
public final class ChaosReport {
  private final long seed;
  private final Map<String, Long> faults;
  private final Operator operator;
  private final LoadSnapshot load;
  private final Map<String, Long> failedByFaults;
  private final Duration took;
  private final List<String> violations = new ArrayList<>();

  ChaosReport(
      long seed,
      List<String> faults,
      Operator operator,
      Operator.Told last,
      Map<String, Fleet.Server> before,
      Map<String, Fleet.Server> after,
      Map<String, String> digests,
      LoadSnapshot load,
      Map<String, Long> failedByFaults,
      Story story,
      Duration took)
      throws IOException {
    this.seed = seed;
    this.faults =
        new TreeMap<>(
            faults.stream()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
    this.operator = operator;
    this.load = load;
    this.failedByFaults = failedByFaults;
    this.took = took;
    operator.told().forEach(one -> rollout(one, story));
    violations.addAll(operator.wrongVersions());
    fleet(last, before, after, digests);
    requests();
  }

  /// What is not as it should be; empty when the run has passed.
  public List<String> violations() {
    return violations;
  }

  private void rollout(Operator.Told one, Story story) {
    List<JsonNode> events = story.of(one.rollout());
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).get("sequence").intValue() != i + 1) {
        violations.add(one.rollout() + ": its sequence has a gap or a number twice at " + (i + 1));
        break;
      }
    }
    if (!one.release().good() && one.phase().equals("COMPLETED")) {
      violations.add(one.rollout() + ": " + one.release().version() + " is bad and completed");
    }
    boolean leaves = one.phase().equals("HALTED") || one.phase().equals("ROLLBACK_FAILED");
    JsonNode left = one.end().get("left");
    if (leaves && (left == null || left.isEmpty())) {
      violations.add(one.rollout() + ": ended " + one.phase() + " and names no node");
    }
  }

  private void fleet(
      Operator.Told last,
      Map<String, Fleet.Server> before,
      Map<String, Fleet.Server> after,
      Map<String, String> digests)
      throws IOException {
    if (!last.phase().equals("COMPLETED")) {
      violations.add("the last release, without faults, ended " + last.phase() + ": " + last.end());
    }
    String expected = Releases.digest(last.release().artifact());
    digests.forEach((node, digest) -> {
      if (!digest.equals(expected)) {
        violations.add(node + " does not run " + last.release().version());
      }
    });
    after.forEach((node, server) -> {
      Fleet.Server was = before.get(node);
      if (!server.isUp() || was == null || was.weight() != server.weight()) {
        violations.add(node + " was " + was + " before and is " + server);
      }
    });
  }

  /// A bad release explains its own answers, of the status that it was made to give; a fault that
  /// reaches users by itself explains what else failed while it lasted. Whatever is left is
  /// Serin's.
  private void requests() {
    String byRelease = LoadSnapshot.versionAndKind(ChaosRun.FAILING, "status 500");
    load.failedByVersionAndKind()
        .forEach((what, count) -> {
          long rest = count - failedByFaults.getOrDefault(what, 0L);
          if (!what.equals(byRelease) && rest > 0) {
            violations.add(
                rest
                    + " requests failed ("
                    + what
                    + ") that no fault and no bad release explains: "
                    + load.failures());
          }
        });
  }

  /// The report, as a page of Markdown.
  public String page() {
    StringBuilder page = new StringBuilder();
    long count = faults.values().stream().mapToLong(Long::longValue).sum();
    page.append("| what | how often |\n|---|---|\n");
    faults.forEach((words, often) ->
        page.append("| ").append(words).append(" | ").append(often).append(" |\n"));
    page.append("\n");
    page.append("- ")
        .append(count)
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
    page.append("- the operator aborted ")
        .append(operator.aborts())
        .append(" and said ")
        .append(operator.resumes())
        .append(" times to go on where Serin asked\n");
    page.append(
        "- requests: %,d served; failed %,d in all, %,d while a fault that reaches users by itself lasted; by version and kind: %s%n"
            .formatted(
                load.served(),
                load.failed(),
                failedByFaults.values().stream().mapToLong(Long::longValue).sum(),
                new TreeMap<>(load.failedByVersionAndKind())));
    page.append("- ")
        .append(
            violations.isEmpty()
                ? "nothing stuck, nothing lost, nothing left behind"
                : "NOT AS IT SHOULD BE: " + String.join("; ", violations))
        .append("\n");
    return page.toString();
  }
}
