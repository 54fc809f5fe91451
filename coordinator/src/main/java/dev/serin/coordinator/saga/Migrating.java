package dev.serin.coordinator.saga;

import dev.serin.contracts.migration.Finding;
import dev.serin.contracts.migration.Finding.Severity;
import dev.serin.contracts.migration.MigrationCheck;
import dev.serin.contracts.request.Request.ReleaseRequested;
import java.util.ArrayList;
import java.util.List;

/// What the migrations of a release stand for at its start: what is not additive stands against it,
/// unless whoever asked for it forces them, by name and with a reason, on the record.
///
/// @param problems what stands against the release
/// @param words one sentence on what was found
record Migrating(List<String> problems, List<String> warnings, String words) {
  /// How many findings of a kind are told: no event may be larger than a record.
  static final int MOST = 20;

  private static final String PREFIX = "migrations: ";

  static Migrating of(ReleaseRequested release) {
    if (release.migrations().isEmpty()) {
      return new Migrating(List.of(), List.of(), PREFIX + "none given");
    }
    List<Finding> findings = MigrationCheck.of(release.migrations());
    List<String> breaking = sentences(findings, true);
    List<String> warnings = new ArrayList<>(sentences(findings, false));
    int files = release.migrations().size();
    String read = files + (files == 1 ? " file read, " : " files read, ");
    if (!release.forceMigrate() || breaking.isEmpty()) {
      return new Migrating(
          breaking,
          warnings,
          PREFIX + read + (breaking.isEmpty() ? "all of it additive" : "not additive"));
    }
    String forced = "forced by " + release.requestedBy() + ": " + release.reason();
    warnings.addFirst(PREFIX + forced);
    warnings.addAll(1, breaking);
    return new Migrating(List.of(), warnings, PREFIX + read + "not additive, and " + forced);
  }

  private static List<String> sentences(List<Finding> findings, boolean breaking) {
    List<String> all =
        findings.stream()
            .filter(finding -> (finding.severity() == Severity.BREAKS) == breaking)
            .map(finding -> PREFIX + finding.sentence())
            .distinct()
            .toList();
    if (all.size() <= MOST) {
      return all;
    }
    List<String> first = new ArrayList<>(all.subList(0, MOST));
    first.add(PREFIX + "and " + (all.size() - MOST) + " more; all of them: serin check-migrations");
    return first;
  }
}
