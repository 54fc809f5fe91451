package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pools of a service to which the front door does not send the path of its check: another
/// frontend or another path leads there, and no request of Serin's proves a server in them. What
/// the server answers to its users does. A pool that is quiet has none for a while; then HAProxy's
/// own word has to be that it is in rotation, and the proof says that it is none.
final class BesideThePath {
  /// How long users have to come by, all pools together.
  static final Duration QUIET = Duration.ofSeconds(5);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final CheckServing command;
  private final Turn turn;
  private final List<Beside> beside = new ArrayList<>();

  BesideThePath(CheckServing command, Turn turn) {
    this.command = command;
    this.turn = turn;
  }

  /// @param since the first look of the check at the pool
  private record Beside(LoadBalancer balancer, String pool, Snapshot since) {}

  void left(LoadBalancer balancer, String pool, Snapshot since) {
    beside.add(new Beside(balancer, pool, since));
  }

  /// One sentence for each of them.
  ///
  /// @param deadline until when HAProxy may take to have the server in rotation
  List<String> proofs(Instant deadline) throws NotDone, Turn.Preempted {
    Instant quietUntil = turn.now().plus(QUIET);
    List<String> proofs = new ArrayList<>();
    while (true) {
      boolean quiet = !turn.now().isBefore(quietUntil);
      boolean last = !turn.now().isBefore(deadline);
      for (Beside one : List.copyOf(beside)) {
        String proof = look(one, quiet || last, last);
        if (proof != null) {
          proofs.add(proof);
          beside.remove(one);
        }
      }
      if (beside.isEmpty()) {
        return proofs;
      }
      turn.pause(BETWEEN_LOOKS);
    }
  }

  /// @param quiet whether no user is waited for any longer
  /// @param last whether nothing is
  /// @return none where it is to be looked at again
  private @Nullable String look(Beside one, boolean quiet, boolean last) throws NotDone {
    LoadBalancer balancer = one.balancer();
    String name = balancer.name();
    String line = one.pool() + "/" + command.server();
    ServerView now;
    long answers;
    try {
      Snapshot seen = balancer.look(List.of(one.pool()));
      now = Settings.server(balancer, seen, one.pool(), command.server());
      // A process that was replaced counts anew: what it has counted is since the check began.
      answers =
          now.answersTotal()
              - (seen.process().replaced(one.since().process())
                  ? 0
                  : one.since()
                      .server(one.pool(), command.server())
                      .map(ServerView::answersTotal)
                      .orElse(0L));
    } catch (NotDone notDone) {
      if (last || !notDone.unreachable()) {
        throw notDone;
      }
      return null;
    }
    if (answers > 0) {
      return name
          + ": the answers counted for "
          + line
          + ", to which "
          + command.path()
          + " does not lead, grew by "
          + answers
          + " since the check began";
    }
    if (quiet && now.confirmedInRotation()) {
      return name
          + ": not proven in "
          + one.pool()
          + ", to which "
          + command.path()
          + " does not lead: no answer was counted for "
          + line
          + " meanwhile; HAProxy has it "
          + now.status();
    }
    if (last) {
      throw notInRotation(name, line, now);
    }
    return null;
  }

  private static NotDone notInRotation(String name, String line, ServerView now) {
    return new NotDone(
        new Failure(
            Failure.Reason.TIMED_OUT,
            line + " in rotation on " + name,
            now.status() + (now.weight() == 0 ? " at weight 0" : ""),
            "see why HAProxy does not have it in rotation there",
            true));
  }
}
