package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.BlueGreen;
import dev.serin.coordinator.plan.Step;
import java.util.Comparator;
import java.util.stream.Collectors;

/// What is left of a rollback that could not be carried through, and what a person does about it.
final class Remedies {
  private Remedies() {}

  /// One sentence on a node: its state, what failed, and what to do.
  static String of(Draft draft, NodeRecord record, Step step, Failure failure) {
    String node = record.name();
    return node
        + View.left(record)
        + ": "
        + step.name().shown()
        + " failed "
        + step.attempt()
        + " times, "
        + failure.sentence()
        + "; "
        + files(record)
        + remedy(draft, record)
        + weights(draft)
        + again(draft, node);
  }

  /// One sentence on a node that was not taken back, since nobody else would serve.
  static String staying(Draft draft, String node) {
    if (!draft.rollout().service().isBlueGreen()) {
      String peers =
          draft.rollout().service().peers().stream()
              .map(ServiceDefinition.Node::name)
              .collect(Collectors.joining(", "));
      return node
          + " keeps "
          + draft.request().version()
          + " and stays in rotation, since none of "
          + peers
          + " could come back; see why, then "
          + weights(draft)
          + "release again, or put "
          + peers
          + " into rotation and take "
          + node
          + " out by hand";
    }
    String leaves = BlueGreen.leaves(draft.rollout().service());
    return node
        + " keeps "
        + draft.request().version()
        + " and stays in rotation, since nobody of "
        + leaves
        + " could come back; see why "
        + leaves
        + " is ill, then release again, which updates "
        + leaves
        + ", or put "
        + leaves
        + " into rotation and "
        + node
        + " into maintenance by hand";
  }

  /// Which further files it does not have as they were before, as far as Serin knows.
  private static String files(NodeRecord record) {
    String changed =
        record.filesChanged().stream().map(FileState::path).collect(Collectors.joining(", "));
    return changed.isEmpty()
        ? ""
        : "see that these files are as they were before (what was in them is kept in .serin beside"
            + " the binary): "
            + changed
            + "; ";
  }

  private static String again(Draft draft, String node) {
    if (!draft.rollout().service().isBlueGreen()) {
      return "release again, which takes " + node + " first";
    }
    return BlueGreen.isLeaving(draft.rollout().service(), node)
        ? "release again, which leaves " + node + " in maintenance with its group"
        : "release again, which updates " + node + " with its group";
  }

  /// What else is left where the weights of a share could not be taken back.
  private static String weights(Draft draft) {
    String shifted =
        draft.rollout().nodes().values().stream()
            .filter(record -> record.shifted() != null)
            .sorted(Comparator.comparing(NodeRecord::name))
            .map(record -> record.name() + " (" + View.weights(record) + ")")
            .collect(Collectors.joining(", "));
    return shifted.isEmpty() ? "" : "give these their weights again: " + shifted + "; ";
  }

  private static String remedy(Draft draft, NodeRecord record) {
    if (draft.leftOut.containsKey(record.name()) && !record.settings().isEmpty()) {
      return "an earlier rollout had left it out already; ";
    }
    String wanted = Commands.digestToRestore(draft.rollout(), record);
    String rotation =
        record.settings().isEmpty() || NodeRecord.areOut(record.settings())
            ? ""
            : ", see that it is healthy, and put it into rotation";
    return record.current().equals(wanted)
        ? "it has the binary it had before; restart it by hand" + rotation + ", or "
        : "put sha256:" + wanted.substring(0, 12) + " back by hand" + rotation + ", or ";
  }
}
