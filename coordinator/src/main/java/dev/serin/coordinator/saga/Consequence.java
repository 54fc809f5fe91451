package dev.serin.coordinator.saga;

import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.util.List;
import java.util.Optional;

/// What a probe comes to once the service has its word: an SLI may have a consequence of its own,
/// and what only warns decides nothing.
///
/// @param verdict that of the SLIs that decide. Where all only warn: no worse than green for those
///   that are red, and never green without a value (I8)
/// @param onBreach the most severe consequence of those that are red; the service's own where none
///   is
/// @param warnings what is red and only told, one sentence for each SLI
record Consequence(Verdict verdict, OnBreach onBreach, List<String> warnings) {
  Consequence {
    warnings = List.copyOf(warnings);
  }

  /// @param said what the watcher made of all of them
  static Consequence of(ServiceDefinition service, Verdict said, List<SliResult> results) {
    List<SliResult> deciding =
        results.stream().filter(it -> onBreach(service, it) != OnBreach.WARN).toList();
    List<String> warnings =
        results.stream()
            .filter(it -> it.verdict() == Verdict.FAIL && onBreach(service, it) == OnBreach.WARN)
            .map(SliResult::detail)
            .toList();
    if (deciding.size() == results.size()) {
      return new Consequence(said, mostSevere(service, deciding), List.of());
    }
    Verdict verdict =
        deciding.isEmpty()
            ? Verdict.worst(
                results.stream()
                    .map(SliResult::verdict)
                    .map(it -> it == Verdict.FAIL ? Verdict.PASS : it)
                    .toList())
            : Verdict.worst(deciding.stream().map(SliResult::verdict).toList());
    return new Consequence(verdict, mostSevere(service, deciding), warnings);
  }

  private static OnBreach mostSevere(ServiceDefinition service, List<SliResult> deciding) {
    return deciding.stream()
        .filter(it -> it.verdict() == Verdict.FAIL)
        .map(it -> onBreach(service, it))
        .min(OnBreach::compareTo)
        .orElse(service.onBreach());
  }

  private static OnBreach onBreach(ServiceDefinition service, SliResult result) {
    Optional<Sli> sli =
        service.slis().stream().filter(it -> it.name().equals(result.name())).findFirst();
    return sli.map(service::onBreach).orElse(service.onBreach());
  }
}
