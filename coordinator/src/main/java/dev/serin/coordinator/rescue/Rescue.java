package dev.serin.coordinator.rescue;

import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.Undo;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.Phase;
import dev.serin.coordinator.saga.Rollout;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes the rescue sheet of a service's active rollout: a shell script that says what it is, and
/// has the exact commands (socat, incus, systemctl) of each step that is left, in the order in
/// which Serin itself would take them. `sh FILE back` takes the rollout back, `sh FILE finish`
/// finishes it; any line of it can be run alone.
///
/// It follows from the ledger alone, and changes with every step.
public final class Rescue {
  private Rescue() {}

  /// None where no rollout is active.
  ///
  /// @param store the directory of Serin's store of artifacts
  public static Optional<String> of(Ledger ledger, Path store) {
    return Optional.ofNullable(ledger.active()).map(rollout -> sheet(ledger, rollout, store));
  }

  private static String sheet(Ledger ledger, Rollout rollout, Path store) {
    StringBuilder sheet = new StringBuilder();
    String service = ledger.service();
    sheet
        .append("#!/bin/sh\n")
        .append("# Rescue sheet of ")
        .append(service)
        .append(": for the case that Serin itself is gone. Written by Serin at every step.\n")
        .append("# Rollout ")
        .append(rollout.rolloutId())
        .append(" of ")
        .append(Shell.comment(rollout.request().version()))
        .append(", in phase ")
        .append(rollout.phase().shown())
        .append(" at step: ")
        .append(at(rollout))
        .append(".\n");
    if (rollout.phase() instanceof Phase.Preflight) {
      return sheet
          .append(
              "# Nothing was touched yet, so there is nothing to finish and nothing to take back.\n")
          .toString();
    }
    boolean goesBack = rollout.phase().wayBack() != null;
    sheet
        .append("#\n")
        .append("#   sh rescue/")
        .append(service)
        .append(".sh back     takes it back: every node gets what it had before\n");
    if (!goesBack) {
      sheet
          .append("#   sh rescue/")
          .append(service)
          .append(".sh finish   finishes it; nobody watches the SLIs meanwhile\n");
    }
    sheet
        .append("#\n")
        .append(
            "# First see that Serin is stopped: its agents would go on beside you. Run this on the\n")
        .append(
            "# agents' machine, as a user who may use the commands below. Each line can be run alone,\n")
        .append("# and twice. When Serin is back: 'serin abort ")
        .append(service)
        .append("' after back. After finish\n")
        .append(
            "# it goes on and finds everything done; where it pauses first, since somebody has changed\n")
        .append("# the nodes: 'serin resume ")
        .append(service)
        .append("'.\n")
        .append("set -eu\n\n")
        .append("# Artifacts by their digests; elsewhere where SERIN_ARTIFACTS says so.\n")
        .append("store=${SERIN_ARTIFACTS:-")
        .append(Shell.quoted(store.toString()))
        .append("}\n\n")
        .append(Shell.FUNCTIONS);
    Lines lines = new Lines(ledger, rollout);
    sheet.append("\nback() {\n");
    back(rollout).forEach(step -> sheet.append(lines.of(step)));
    sheet.append("  echo 'taken back'\n}\n");
    if (!goesBack) {
      sheet.append("\nfinish() {\n");
      forward(rollout).forEach(step -> sheet.append(lines.of(step)));
      sheet.append("  echo 'finished'\n}\n");
    }
    return sheet
        .append("\n# Whose it is, and how old.\n")
        .append("whose() {\n  sed -n '2,/^#$/s/^# //p' \"$0\" >&2 2>/dev/null || :\n}\n")
        .append("\ncase ${1:-} in\n")
        .append(goesBack ? "  back) whose; back ;;\n" : "  back | finish) whose; \"$1\" ;;\n")
        .append("  *) sed -n '2,/^set -eu/{/^set -eu/d;p;}' \"$0\" ;;\n")
        .append("esac\n")
        .toString();
  }

  private static String at(Rollout rollout) {
    int index =
        switch (rollout.phase()) {
          case Phase.Preflight preflight -> -1;
          case Phase.Rolling(int step) -> step;
          case Phase.Watching(int step, var watch) -> step;
          case Phase.Paused paused -> paused.step();
          case Phase.RollingBack back -> back.step();
        };
    if (index < 0 || index >= rollout.steps().size()) {
      return "none";
    }
    Step step = rollout.steps().get(index);
    String nodes =
        Batches.together(rollout.steps(), index).stream()
            .map(it -> rollout.steps().get(it).node())
            .filter(Objects::nonNull)
            .collect(Collectors.joining(", "));
    return ((step.undo() ? "undo-" : "") + step.name().shown() + " " + nodes).strip();
  }

  /// What is left of a rollback, or all of one that would begin now.
  private static Stream<Step> back(Rollout rollout) {
    Phase.RollingBack back = rollout.phase().wayBack();
    if (back == null) {
      return Undo.of(rollout.service(), rollout.steps()).stream();
    }
    Stream<Step> left =
        rollout.steps().stream().skip(back.step()).filter(step -> isLeft(step, true));
    if (!back.halts()) {
      return left;
    }
    // Only one peer was being taken back; by hand it is everything.
    ServiceDefinition service = rollout.service();
    List<String> underWay = rollout.steps().stream().filter(Step::undo).map(Step::node).toList();
    return Stream.concat(
        left,
        Undo.of(
            service,
            rollout.steps().stream().filter(step -> !underWay.contains(step.node())).toList())
            .stream());
  }

  private static Stream<Step> forward(Rollout rollout) {
    int index =
        switch (rollout.phase()) {
          case Phase.Rolling(int step) -> step;
          case Phase.Watching(int step, var watch) -> step;
          case Phase.Paused paused -> paused.step();
          case Phase.Preflight preflight -> 0;
          case Phase.RollingBack back -> throw new IllegalStateException("it goes back");
        };
    return rollout.steps().stream().skip(index).filter(step -> isLeft(step, false));
  }

  private static boolean isLeft(Step step, boolean undo) {
    return step.undo() == undo
        && (step.status() == StepStatus.PENDING || step.status() == StepStatus.RUNNING);
  }
}
