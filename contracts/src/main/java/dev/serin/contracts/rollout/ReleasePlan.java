package dev.serin.contracts.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.sli.SliPower;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a release would do, and what stands against it: the answer to `POST /api/v1/plans`. Nothing
/// was changed to find it out.
///
/// @param version the release's
/// @param plan its steps, and how long they take
/// @param rollback the steps that would take it back once all of them are done, in order
/// @param nodes what each node has now, in the plan's order
/// @param checks each check with what came of it
/// @param problems what stands against the release, everything at once: with one of them it would
///   be rejected, and nothing would be touched
/// @param warnings what an operator should know, and does not stop it
/// @param waitsFor the rollout that is active, which it would wait for or take back; none where it
///   would start at once
/// @param files the further files that it would bring
/// @param slis what is watched, each SLI in the order written
/// @param before what each SLI is now, before anything is changed; empty where nothing is watched,
///   or nothing was measured
/// @param power what each of its windows can find by comparison; empty where nothing is compared
public record ReleasePlan(
    String service,
    String version,
    PlanView plan,
    List<PlanView.PlannedStep> rollback,
    List<NodeNow> nodes,
    List<CheckResult> checks,
    List<String> problems,
    List<String> warnings,
    @Nullable String waitsFor,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PlannedFile> files,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PlannedSli> slis,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliBefore> before,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliPower> power) {
  /// An SLI, as it would count.
  ///
  /// @param judged how its value is judged, in plain words
  /// @param from the share of the requests, in per cent, from which on it counts; none for every
  ///   window
  /// @param onBreach what it comes to when it is red
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PlannedSli(String name, String judged, @Nullable Double from, OnBreach onBreach) {
    public PlannedSli {
      Check.name("name", name);
      Check.text("judged", judged);
      Check.required("onBreach", onBreach);
    }
  }

  /// A further file, as it would be. Never its content.
  ///
  /// @param mode four octal digits
  /// @param sha256 the digest of its content; empty where it would be removed
  /// @param adds the nodes that have none there
  /// @param replaces the nodes whose file has another content, owner or mode
  /// @param same the nodes that have it already
  public record PlannedFile(
      String path,
      String uid,
      String gid,
      String mode,
      String sha256,
      List<String> adds,
      List<String> replaces,
      List<String> same) {
    public PlannedFile {
      Check.text("path", path);
      adds = Check.list(adds);
      replaces = Check.list(replaces);
      same = Check.list(same);
    }
  }

  /// Of a release before which nothing was measured.
  public ReleasePlan(
      String service,
      String version,
      PlanView plan,
      List<PlanView.PlannedStep> rollback,
      List<NodeNow> nodes,
      List<CheckResult> checks,
      List<String> problems,
      List<String> warnings,
      @Nullable String waitsFor,
      List<PlannedFile> files,
      List<PlannedSli> slis) {
    this(
        service, version, plan, rollback, nodes, checks, problems, warnings, waitsFor, files, slis,
        List.of(), List.of());
  }

  /// Of a release of which nothing is watched.
  public ReleasePlan(
      String service,
      String version,
      PlanView plan,
      List<PlanView.PlannedStep> rollback,
      List<NodeNow> nodes,
      List<CheckResult> checks,
      List<String> problems,
      List<String> warnings,
      @Nullable String waitsFor,
      List<PlannedFile> files) {
    this(
        service, version, plan, rollback, nodes, checks, problems, warnings, waitsFor, files,
        List.of());
  }

  /// Of a release that brings no further files, and of which nothing is watched.
  public ReleasePlan(
      String service,
      String version,
      PlanView plan,
      List<PlanView.PlannedStep> rollback,
      List<NodeNow> nodes,
      List<CheckResult> checks,
      List<String> problems,
      List<String> warnings,
      @Nullable String waitsFor) {
    this(service, version, plan, rollback, nodes, checks, problems, warnings, waitsFor, List.of());
  }

  /// A node as it was found.
  ///
  /// @param canary whether it gets the release first
  /// @param leftOut whether an earlier rollout left it out of rotation
  /// @param sha256 the digest of the installed binary; none where none could be read
  /// @param version what that is called, `sha256:` and its first twelve digits where Serin knows no
  ///   version for it; none likewise
  /// @param state `ready`, `drain` or `maint`, several where the load balancers differ; none
  ///   without a pool, or where it was not seen
  /// @param weight its lowest weight over all load balancers, 0 to 256; none likewise
  /// @param inRotation whether it takes traffic on every load balancer; none likewise
  /// @param rollbackSha256 the digest of the machine code at the `node:` path of the rollback
  ///   artifact, or of what is installed where that is the same; none where there is neither
  public record NodeNow(
      String name,
      boolean canary,
      boolean leftOut,
      @Nullable String sha256,
      @Nullable String version,
      @Nullable String state,
      @Nullable Integer weight,
      @Nullable Boolean inRotation,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String rollbackSha256) {
    /// Where a rollback brings no binary from the node.
    public NodeNow(
        String name,
        boolean canary,
        boolean leftOut,
        @Nullable String sha256,
        @Nullable String version,
        @Nullable String state,
        @Nullable Integer weight,
        @Nullable Boolean inRotation) {
      this(name, canary, leftOut, sha256, version, state, weight, inRotation, null);
    }

    public NodeNow {
      Check.name("name", name);
    }
  }

  /// One check.
  ///
  /// @param name `load-balancers`, `instances`, `artifact`, `files`, `slis`, `plan`, `hands` or
  ///   `turn`
  /// @param ok whether the release could start as far as this check goes
  /// @param detail what was found, in one sentence; all problems of it where it is not ok
  public record CheckResult(String name, boolean ok, String detail) {
    public CheckResult {
      Check.text("name", name);
      Check.text("detail", detail);
    }
  }

  public ReleasePlan {
    Check.name("service", service);
    Check.text("version", version);
    Check.required("plan", plan);
    rollback = Check.list(rollback);
    nodes = Check.list(nodes);
    checks = Check.list(checks);
    problems = Check.list(problems);
    warnings = Check.list(warnings);
    files = Check.list(files);
    slis = Check.list(slis);
    before = Check.list(before);
    power = Check.list(power);
  }
}
