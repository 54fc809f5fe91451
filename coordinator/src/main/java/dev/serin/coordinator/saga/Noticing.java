package dev.serin.coordinator.saga;

import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstancesChangedByHand;
import dev.serin.contracts.incus.UnitSeen;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.Queries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What somebody else does to containers in the middle of a rollout: another binary, another unit
/// file, a unit restarted by hand. The way forward pauses and says what changed; a rollback needs
/// no look, since it compares before each restore.
final class Noticing {
  /// One look is one short execution in each container.
  static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);

  private Noticing() {}

  /// What is looked at: on the way forward, each node that no command is about.
  static List<KnownInstance> known(@Nullable Rollout rollout) {
    if (rollout == null
        || !(rollout.phase() instanceof Phase.Rolling
            || rollout.phase() instanceof Phase.Watching)) {
      return List.of();
    }
    return known(rollout, rollout.service().nodes());
  }

  /// What is looked at before a red probe of an analysis is acted on: the nodes that it asks of, in
  /// any phase: those that no command is about.
  ///
  /// @param step the analysis
  static List<KnownInstance> watched(Rollout rollout, int step) {
    return known(rollout, Queries.watched(rollout.service(), rollout.steps().get(step)));
  }

  private static List<KnownInstance> known(Rollout rollout, List<Node> nodes) {
    List<KnownInstance> known = new ArrayList<>();
    for (Node node : nodes) {
      NodeRecord record = rollout.nodes().get(node.name());
      if (record != null && record.instance() != null && !isInWork(rollout, node.name())) {
        known.add(
            new KnownInstance(
                Commands.instance(node),
                record.current(),
                record.instance().units(),
                record.instance().boot(),
                record.instance().files()));
      }
    }
    return known;
  }

  /// A node between two steps of its own is in work too: its binary and its units change in turn.
  private static boolean isInWork(Rollout rollout, String node) {
    boolean commanded =
        rollout.pending().stream()
            .anyMatch(
                pending -> pending.agent() == Agent.INCUS && node.equals(pending.head().node()));
    return commanded
        || (rollout.phase() instanceof Phase.Rolling(int step)
            && Batches.together(rollout.steps(), step).stream()
                .map(rollout.steps()::get)
                .anyMatch(it -> node.equals(it.node()) && Commands.agentOf(it) == Agent.INCUS));
  }

  static void changed(Draft draft, InstancesChangedByHand told) {
    List<InstanceChange> changes =
        told.changes().stream().filter(change -> isNews(draft.rollout(), change)).toList();
    if (changes.isEmpty()) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    taken(draft, changes);
    boolean atTheCanary = isAtTheCanary(draft.rollout(), changes);
    if (atTheCanary) {
      draft.change(it -> it.touchedAt(draft.at));
    }
    Pausing.waitsForAPerson(draft, sentence(changes), !atTheCanary);
  }

  /// Who is at work on the canary has the wheel: what its SLIs show then is not the release's.
  private static boolean isAtTheCanary(Rollout rollout, List<InstanceChange> changes) {
    return rollout.service().canaries().stream()
        .anyMatch(canary -> changes.stream().anyMatch(it -> canary.name().equals(it.node())));
  }

  /// Whoever resumes has seen it; a rollback still compares with what preflight found.
  static void taken(Draft draft, List<InstanceChange> changes) {
    changes.forEach(change -> draft.node(change.node(), record -> taken(record, change)));
  }

  static String sentence(List<InstanceChange> changes) {
    return "somebody has "
        + changes.stream().map(Noticing::sentence).collect(Collectors.joining(", and "))
        + "; nothing was reverted";
  }

  /// What of it is news, and about a node that an analysis asks of.
  static List<InstanceChange> newsOf(Rollout rollout, int step, List<InstanceChange> changes) {
    List<String> watched =
        watched(rollout, step).stream().map(known -> known.instance().node()).toList();
    return changes.stream()
        .filter(change -> watched.contains(change.node()) && isOfNow(rollout, change))
        .toList();
  }

  /// Whether it was compared with what is known by now.
  private static boolean isNews(Rollout rollout, InstanceChange change) {
    boolean forward =
        rollout.phase() instanceof Phase.Rolling || rollout.phase() instanceof Phase.Watching;
    return forward && isOfNow(rollout, change);
  }

  private static boolean isOfNow(Rollout rollout, InstanceChange change) {
    NodeRecord record = rollout.nodes().get(change.node());
    if (record == null || record.instance() == null || isInWork(rollout, change.node())) {
      return false;
    }
    return switch (change.deed()) {
      case BINARY_REPLACED -> record.current().equals(change.expected());
      case FILE_CHANGED ->
          record.instance().files().stream().anyMatch(file -> isExpected(file, change));
      case UNIT_FILE_CHANGED ->
          record.instance().units().stream()
              .anyMatch(unit ->
                  unit.unit().equals(change.subject())
                      && unit.fileSha256().equals(change.expected()));
      case UNIT_RESTARTED, UNIT_STOPPED ->
          record.instance().units().stream()
              .anyMatch(unit ->
                  unit.unit().equals(change.subject())
                      && unit.invocation().equals(change.expected()));
    };
  }

  private static NodeRecord taken(NodeRecord record, InstanceChange change) {
    NodeRecord.InstanceRecord instance = Objects.requireNonNull(record.instance());
    return switch (change.deed()) {
      case BINARY_REPLACED -> record.running(change.found());
      // Only its digest is known now, so it is watched no more.
      case FILE_CHANGED ->
          record.having(
              instance.files().stream().filter(file -> !isExpected(file, change)).toList());
      case UNIT_FILE_CHANGED, UNIT_RESTARTED, UNIT_STOPPED ->
          record.started(
              instance.units().stream().map(unit -> taken(unit, change)).toList(), instance.boot());
    };
  }

  private static boolean isExpected(FileState file, InstanceChange change) {
    String sha256 = file.sha256() == null ? "" : file.sha256();
    return file.path().equals(change.subject()) && sha256.equals(change.expected());
  }

  private static UnitSeen taken(UnitSeen unit, InstanceChange change) {
    if (!unit.unit().equals(change.subject())) {
      return unit;
    }
    return switch (change.deed()) {
      case BINARY_REPLACED, FILE_CHANGED -> unit;
      case UNIT_FILE_CHANGED ->
          new UnitSeen(unit.unit(), unit.invocation(), unit.restarts(), change.found());
      case UNIT_RESTARTED, UNIT_STOPPED ->
          new UnitSeen(unit.unit(), change.found(), 0, unit.fileSha256());
    };
  }

  private static String sentence(InstanceChange change) {
    return switch (change.deed()) {
      case BINARY_REPLACED ->
          "replaced "
              + change.subject()
              + " on "
              + change.node()
              + " (sha256:"
              + shortened(change.expected())
              + " by sha256:"
              + shortened(change.found())
              + ")";
      case FILE_CHANGED -> "changed the file " + change.subject() + " on " + change.node();
      case UNIT_FILE_CHANGED ->
          "changed the file of unit " + change.subject() + " on " + change.node();
      case UNIT_RESTARTED -> "restarted unit " + change.subject() + " on " + change.node();
      case UNIT_STOPPED -> "stopped unit " + change.subject() + " on " + change.node();
    };
  }

  private static String shortened(String digest) {
    return digest.length() > 12 ? digest.substring(0, 12) : digest;
  }
}
