package dev.serin.incus.instance;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import dev.serin.contracts.incus.IncusCommand.LookAtInstances;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.UnitSeen;
import dev.serin.incus.rest.Unreachable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Notices what somebody else has done to instances in the middle of a rollout:
/// 1. one look at each, at little cost; what can't be looked at is passed over;
/// 2. a node that a newer command is about is that command's, before the look and after it;
/// 3. another binary, another unit file; a unit that was stopped, or started by neither Serin nor
///    systemd. What a boot of the whole instance did is nobody's hand.
final class Noticing {
  private final Servers servers;
  private final Supplier<String> tokens;

  /// The fence of the newest command for each node.
  private final Map<String, Long> commanded = new ConcurrentHashMap<>();

  /// Each binary that was seen, by its instance: its mark, and its digest.
  private final Map<String, Seen> seen = new ConcurrentHashMap<>();

  private record Seen(String mark, String sha256) {}

  Noticing(Servers servers, Supplier<String> tokens) {
    this.servers = servers;
    this.tokens = tokens;
  }

  /// A command that may change its node.
  void commanded(CommandHead head) {
    if (head.node() != null) {
      commanded.merge(head.service() + "/" + head.node(), head.fence(), Math::max);
    }
  }

  Optional<IncusEvent> look(Turn turn, LookAtInstances command) throws Turn.Preempted {
    List<InstanceChange> changes = new ArrayList<>();
    boolean seenAll = true;
    for (KnownInstance known : command.instances()) {
      Look look = isInWork(command, known) ? Look.PASSED_OVER : look(turn, command, known);
      if (isInWork(command, known)) {
        look = Look.PASSED_OVER;
      }
      changes.addAll(look.changes());
      seenAll &= look.isWhole();
    }
    return changes.isEmpty() && !(command.always() && seenAll)
        ? Optional.empty()
        : Optional.of(
            new IncusEvent.InstancesChangedByHand(command.head().answered(turn.now()), changes));
  }

  /// What one look at an instance has shown.
  ///
  /// @param isWhole whether all that there is to see was seen: not where it can't be looked at, nor
  ///   while a unit is just being started or stopped, since who did it shows only afterwards
  private record Look(List<InstanceChange> changes, boolean isWhole) {
    static final Look PASSED_OVER = new Look(List.of(), false);
  }

  private boolean isInWork(LookAtInstances command, KnownInstance known) {
    String node = command.head().service() + "/" + known.instance().node();
    return commanded.getOrDefault(node, 0L) > command.head().fence();
  }

  private Look look(Turn turn, LookAtInstances command, KnownInstance known) throws Turn.Preempted {
    String name = known.instance().host() + "/" + known.instance().instance();
    Seen before = seen.get(name);
    List<String> arguments = new ArrayList<>();
    arguments.add(before == null ? "-" : before.mark());
    arguments.addAll(command.install().unit());
    try {
      Node node =
          new Node(
              servers.of(known.instance()),
              known.instance().instance(),
              command.install(),
              tokens.get(),
              command.head().fence());
      Report report = node.run(turn, Script.WATCH, arguments);
      String mark = report.value("mark");
      if (report.has("binary-digest")) {
        seen.put(name, new Seen(mark, report.value("binary-digest")));
      }
      Seen now = seen.get(name);
      String sha256 = now != null && now.mark().equals(mark) ? now.sha256() : "";
      List<InstanceChange> changes = changes(command, known, report, sha256);
      changes.addAll(FurtherFiles.changes(turn, node, known));
      return new Look(changes, report.all("state").stream().allMatch(Noticing::isSettled));
    } catch (CommandFailed | Unreachable unseen) {
      return Look.PASSED_OVER;
    }
  }

  private static List<InstanceChange> changes(
      LookAtInstances command, KnownInstance known, Report report, String sha256) {
    String node = known.instance().node();
    List<InstanceChange> changes = new ArrayList<>();
    if (!sha256.isEmpty() && !sha256.equals(known.sha256())) {
      changes.add(
          new InstanceChange(
              node, Deed.BINARY_REPLACED, command.install().path(), known.sha256(), sha256));
    }
    boolean sameBoot = report.value("boot").equals(known.boot());
    for (UnitSeen before : known.units()) {
      report.units().stream()
          .filter(now -> now.unit().equals(before.unit()))
          .findFirst()
          .ifPresent(now -> {
            if (!now.fileSha256().equals(before.fileSha256())) {
              changes.add(
                  new InstanceChange(
                      node,
                      Deed.UNIT_FILE_CHANGED,
                      now.unit(),
                      before.fileSha256(),
                      now.fileSha256()));
            }
            if (sameBoot) {
              started(node, before, now, report).ifPresent(changes::add);
            }
          });
    }
    return changes;
  }

  /// `unit load active job`
  private static boolean isSettled(String state) {
    return state.endsWith(" none");
  }

  /// systemd counts its own restarts, and begins anew when somebody starts the unit.
  private static Optional<InstanceChange> started(
      String node, UnitSeen before, UnitSeen now, Report report) {
    String unit = now.unit();
    if (report.has("state", unit + " loaded inactive none")) {
      return Optional.of(
          new InstanceChange(node, Deed.UNIT_STOPPED, unit, before.invocation(), ""));
    }
    boolean another = !now.invocation().equals(before.invocation());
    return another && now.restarts() <= before.restarts() && !now.invocation().isEmpty()
        ? Optional.of(
            new InstanceChange(
                node, Deed.UNIT_RESTARTED, unit, before.invocation(), now.invocation()))
        : Optional.empty();
  }
}
