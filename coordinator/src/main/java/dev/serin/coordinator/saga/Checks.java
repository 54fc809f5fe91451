package dev.serin.coordinator.saga;

import dev.serin.contracts.Check;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.ReleasePlan.CheckResult;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.plan.Alone;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Tells each check of a judgement by itself: every problem under the check that found it, and what
/// no agent found alone under `plan`. So a plan has the problems that a rollout would be rejected
/// for, all of them and no others.
final class Checks {
  private final ServiceDefinition service;
  private final ReleaseRequested release;
  private final Phase.Preflight found;
  private final Preflights.Judgement judged;

  /// Those of the judgement that no check has claimed yet.
  private final List<String> left;

  private final List<CheckResult> results = new ArrayList<>();
  private final List<String> problems;

  Checks(
      ServiceDefinition service,
      ReleaseRequested release,
      Phase.Preflight found,
      Preflights.Judgement judged) {
    this.service = service;
    this.release = release;
    this.found = found;
    this.judged = judged;
    this.left = new ArrayList<>(judged.problems());
    this.problems = new ArrayList<>(judged.problems());
  }

  List<CheckResult> results() {
    return List.copyOf(results);
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  /// @param found its problems; empty where it is green
  /// @param green what it says then
  void add(String name, List<String> found, String green) {
    results.add(
        new CheckResult(name, found.isEmpty(), found.isEmpty() ? green : String.join("; ", found)));
    found.stream().filter(one -> !problems.contains(one)).forEach(problems::add);
  }

  void ofTheAgents() {
    List<Agent> asked = Preflights.asked(service, Incidents.isUrgent(service, release));
    if (asked.contains(Agent.HAPROXY)) {
      PoolChecked pool = found.pool();
      add(
          "load-balancers",
          taken(Agent.HAPROXY, pool == null ? List.of() : pool.problems()),
          pool());
    }
    if (asked.contains(Agent.INCUS)) {
      instances();
    }
    if (asked.contains(Agent.SLI)) {
      SlisChecked slis = found.slis();
      List<String> own = new ArrayList<>(slis == null ? List.of() : slis.problems());
      left.stream().filter(it -> it.startsWith(BeforeTheStart.RED)).forEach(own::add);
      add("slis", taken(Agent.SLI, own), slis());
    }
    left.removeIf(problem -> problem.startsWith("migrations:"));
    boolean known = found.instances() != null && (found.pool() != null || service.pool().isEmpty());
    if (known || !left.isEmpty()) {
      add(
          "plan",
          List.copyOf(left),
          "it fits what was found; "
              + judged.nodes().size()
              + " of "
              + service.nodes().size()
              + " nodes have a binary to go back to");
    }
  }

  private void instances() {
    InstancesInspected instances = found.instances();
    if (instances == null) {
      add("instances", taken(Agent.INCUS, List.of()), "");
      return;
    }
    Predicate<String> isArtifact =
        problem -> problem.startsWith("artifact:") || problem.startsWith("rollback artifact:");
    Predicate<String> isFile = problem -> problem.startsWith("file ");
    List<String> all = new ArrayList<>(instances.problems());
    instances.instances().stream().map(InstanceSeen::problems).forEach(all::addAll);
    add(
        "instances",
        taken(
            Agent.INCUS, all.stream().filter(isArtifact.negate()).filter(isFile.negate()).toList()),
        instances.instances().size() + " of " + service.nodes().size() + " are running and fit");
    if (!Strategies.installs(service.strategy())) {
      return;
    }
    add(
        "artifact",
        claimed(all.stream().filter(isArtifact).toList()),
        Check.withoutSecrets(release.artifact().uri())
            + " is sha256:"
            + release.artifact().sha256().substring(0, 12));
    if (!release.files().isEmpty()) {
      all.addAll(FileRecords.problems(release, instances.instances()));
      add(
          "files",
          claimed(all.stream().filter(isFile).toList()),
          "each is there, with its digest, and has its place on every node");
    }
  }

  /// What an agent has found, or that it has found nothing.
  private List<String> taken(Agent agent, List<String> own) {
    List<String> all = new ArrayList<>();
    found.problems().stream()
        .filter(problem -> problem.startsWith(agent.shown() + ":"))
        .forEach(all::add);
    all.addAll(own);
    return claimed(all);
  }

  /// Only what stands against the rollout: what is forgiven is a warning.
  private List<String> claimed(List<String> all) {
    List<String> claimed = all.stream().filter(left::contains).distinct().toList();
    left.removeAll(claimed);
    return claimed;
  }

  private String pool() {
    @Nullable PoolChecked pool = found.pool();
    if (pool == null) {
      return "";
    }
    long in =
        service.nodes().stream()
            .filter(node ->
                pool.servers().stream()
                    .filter(seen -> seen.node().equals(node.name()))
                    .allMatch(ServerSeen::inRotation))
            .count();
    return String.join(", ", service.pool())
        + " on "
        + String.join(", ", service.loadBalancers())
        + ": "
        + in
        + " of "
        + service.nodes().size()
        + " nodes in rotation, at least "
        + Alone.least(service)
        + " stay";
  }

  private String slis() {
    @Nullable SlisChecked slis = found.slis();
    if (slis == null) {
      return "";
    }
    List<SliResult> results = slis.results();
    long known =
        results.stream()
            .filter(it -> it.verdict() == Verdict.PASS || it.verdict() == Verdict.FAIL)
            .count();
    return "Prometheus answers; " + known + " of " + results.size() + " SLIs have a value now";
  }
}
