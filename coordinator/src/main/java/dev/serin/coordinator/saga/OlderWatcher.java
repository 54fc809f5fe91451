package dev.serin.coordinator.saga;

import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.util.List;

/// An sli-watcher of an earlier version knows nothing of `compare`, and finds an SLI green that has
/// nothing else: what it did not ask is not green (I8).
final class OlderWatcher {
  private OlderWatcher() {}

  static SlotProbed judged(ServiceDefinition service, SlotProbed probed) {
    List<SliResult> results =
        probed.results().stream().map(result -> judged(service, result)).toList();
    return results.equals(probed.results())
        ? probed
        : new SlotProbed(
            probed.head(),
            probed.analysisId(),
            probed.slot(),
            probed.slotAt(),
            Verdict.worst(results.stream().map(SliResult::verdict).toList()),
            results);
  }

  private static SliResult judged(ServiceDefinition service, SliResult result) {
    return result.verdict() == Verdict.PASS
            && result.compared() == null
            && service.slis().stream()
                .anyMatch(sli -> sli.name().equals(result.name()) && isComparedAlone(sli))
        ? new SliResult(
            result.name(),
            result.query(),
            result.value(),
            null,
            null,
            result.requests(),
            Verdict.ERROR,
            result.name()
                + ": expected the counts of its comparison, found none: the sli-watcher is older than"
                + " the coordinator and does not know of compare; upgrade it",
            result.baseline())
        : result;
  }

  private static boolean isComparedAlone(Sli sli) {
    return sli.compare() != null
        && !sli.hasLimitOfItsOwn()
        && sli.maxDelta() == null
        && sli.maxRatio() == null;
  }
}
