package dev.serin.contracts.agent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where an agent's commands arrive. It sees to it that
/// 1. a command that is repeated has its effect once: while it runs, the repetition is dropped;
///    once it is answered, the answer is given again (I10); one that ended without an answer is
///    carried out anew;
/// 2. a command older than one obeyed for the same node is refused (I10);
/// 3. a node's commands run one after the other, each on a virtual thread of its own, and a newer
///    one ends the waits of the one before it;
/// 4. what another process has taken over ends here, and so does what was held up, or cut off from
///    the broker, for so long that one may have;
/// 5. commands without a node (checks, analyses) hold nobody up.
///
/// What it remembers is lost with the process; the coordinator asks again and every effect is
/// idempotent. Fences are recalled from the commands themselves ([#recall]).
public final class CommandDesk<C extends AgentCommand, E extends AgentEvent>
    implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CommandDesk.class);

  /// How many answers are remembered.
  private static final int REMEMBERED = 2_000;

  private final CommandHandler<C, E> handler;
  private final Function<Refusal, E> refusal;
  private final Consumer<E> answers;
  private final Strands strands;
  private final Lease lease;
  private final Credence credence = new Credence(this::now);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Remembered<E>> commands = new LinkedHashMap<>();
  private final Map<String, Lane> lanes = new HashMap<>();
  private boolean closed;

  /// A command that is refused before it has any effect.
  public record Refusal(AnswerHead head, Failure failure) {}

  private record Remembered<E>(@Nullable E answer) {}

  private static final class Lane {
    private final String service;
    private long highestFence;
    private long releases;
    private boolean busy;

    Lane(String service) {
      this.service = service;
    }
  }

  /// @param refusal makes the agent's own event of a refusal
  /// @param answers takes every answer; it must not block for long
  /// @param lease what its handler works under, where it does
  public CommandDesk(
      CommandHandler<C, E> handler,
      Function<Refusal, E> refusal,
      Consumer<E> answers,
      Clock clock,
      Lease lease) {
    this(handler, refusal, answers, new ThreadedStrands(clock), lease);
  }

  /// @param strands closed with the desk
  public CommandDesk(
      CommandHandler<C, E> handler,
      Function<Refusal, E> refusal,
      Consumer<E> answers,
      Strands strands,
      Lease lease) {
    this.handler = handler;
    this.refusal = refusal;
    this.answers = answers;
    this.strands = strands;
    this.lease = handler.worksUnderLease() ? lease : Lease.unlimited();
    handler.underLease(this.lease);
  }

  /// Called once, before anything is recalled or accepted.
  public void begin() {
    try {
      handler.begun(this::tellUnlessClosed);
    } catch (RuntimeException bug) {
      log.atError().setCause(bug).log("what was kept from the last life could not be taken up");
    }
  }

  /// Takes a command and returns at once.
  public void accept(C command) {
    CommandHead head = command.head();
    E again = null;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      Remembered<E> known = commands.get(head.commandId());
      if (known != null) {
        again = known.answer();
        if (again == null) {
          return;
        }
      } else {
        Lane lane = head.node() == null ? new Lane(head.service()) : lane(head);
        Refusal refused = credence.refusalOf(command, lane.highestFence);
        if (refused != null) {
          again = refusal.apply(refused);
        } else {
          lane.highestFence = head.fence();
          remember(head.commandId(), null);
          if (command.endsOthers()) {
            endOlder(head);
          }
          changed.signalAll();
          start(command, lane);
          return;
        }
      }
    } finally {
      lock.unlock();
    }
    answers.accept(again);
  }

  private void endOlder(CommandHead head) {
    for (Lane other : lanes.values()) {
      if (other.service.equals(head.service())) {
        other.highestFence = Math.max(other.highestFence, head.fence());
      }
    }
  }

  private Lane lane(CommandHead head) {
    return lanes.computeIfAbsent(
        head.service() + "/" + head.node(), name -> new Lane(head.service()));
  }

  private void remember(String commandId, @Nullable E answer) {
    commands.put(commandId, new Remembered<>(answer));
    if (commands.size() > REMEMBERED) {
      var oldest = commands.entrySet().iterator();
      while (commands.size() > REMEMBERED && oldest.hasNext()) {
        if (oldest.next().getValue().answer() != null) {
          oldest.remove();
        }
      }
    }
  }

  private void start(C command, Lane lane) {
    try {
      long releases = lane.releases;
      strands.start(() -> run(command, lane, releases));
    } catch (RejectedExecutionException closing) {
      log.atInfo().addKeyValue("command", command.head().commandId()).log("dropped: closing");
    }
  }

  private void run(C command, Lane lane, long releases) {
    String commandId = command.head().commandId();
    Place place = new Place(lane, command.head().fence(), releases);
    try {
      place.waitForTurn();
      try {
        carryOut(command, place);
      } finally {
        forgetUnanswered(commandId);
        place.leave();
      }
    } catch (Turn.Preempted newer) {
      log.atInfo()
          .addKeyValue("command", commandId)
          .log("ended by a newer command, or where another process may have the work");
      forgetUnanswered(commandId);
    }
  }

  private void carryOut(C command, Place place) throws Turn.Preempted {
    String commandId = command.head().commandId();
    try {
      handler.handle(command, place, answer -> tell(commandId, answer));
    } catch (RuntimeException bug) {
      log.atError()
          .setCause(bug)
          .addKeyValue("command", commandId)
          .log("a command failed unexpectedly");
      tell(
          commandId,
          refusal.apply(
              new Refusal(
                  command.head().answered(now()),
                  new Failure(
                      Failure.Reason.INVALID,
                      "a command that the agent can carry out",
                      "an error in the agent: " + bug.getClass().getSimpleName(),
                      "look at the agent's log",
                      true))));
    }
  }

  /// Once the desk is closed, nothing is told: what an interrupted handler takes for a failure is
  /// none, and the coordinator asks again.
  private void tell(String commandId, E answer) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      remember(commandId, answer);
    } finally {
      lock.unlock();
    }
    answers.accept(answer);
  }

  /// As [#tell], of what nobody has commanded in this life.
  private void tellUnlessClosed(E event) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
    } finally {
      lock.unlock();
    }
    answers.accept(event);
  }

  /// What has ended without an answer is carried out anew when the coordinator asks again.
  private void forgetUnanswered(String commandId) {
    lock.lock();
    try {
      Remembered<E> known = commands.get(commandId);
      if (known != null && known.answer() == null) {
        commands.remove(commandId);
      }
    } finally {
      lock.unlock();
    }
  }

  /// What was commanded before this process had the work, oldest first: the fences count as obeyed,
  /// the commands themselves do not. It is all that there is in what this process has been given,
  /// and so nothing where that is nothing.
  public void recall(List<C> all) {
    List<C> commands = all.stream().filter(this::isCredible).toList();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      for (C command : commands) {
        CommandHead head = command.head();
        if (head.node() != null) {
          Lane lane = lane(head);
          lane.highestFence = Math.max(lane.highestFence, head.fence());
        }
        if (command.endsOthers()) {
          endOlder(head);
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (C command : commands) {
      try {
        handler.recalled(command, answer -> tell(command.head().commandId(), answer));
      } catch (RuntimeException bug) {
        log.atError()
            .setCause(bug)
            .addKeyValue("command", command.head().commandId())
            .log("a command could not be recalled; the others are");
      }
    }
    try {
      handler.recalledAll();
    } catch (RuntimeException bug) {
      log.atError().setCause(bug).log("what was kept from the last life could not be compared");
    }
  }

  /// Whether it would be obeyed as far as its times go: what was refused when it came is not
  /// recalled either.
  public boolean isCredible(C command) {
    return credence.isGivenTo(command);
  }

  /// Another process may have the service's commands from now on: what is under way here ends at
  /// its next wait or before its next effect, unanswered. What was obeyed stays known.
  public void suspend(String service) {
    lock.lock();
    try {
      for (Lane lane : lanes.values()) {
        if (lane.service.equals(service)) {
          lane.releases++;
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Another process has the service's commands: what goes on beside them ends too.
  public void release(String service) {
    suspend(service);
    handler.released(service);
  }

  private Instant now() {
    return strands.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
  }

  /// Ends every wait and takes nothing any more.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    strands.close();
  }

  /// A command's place in its node's lane.
  private final class Place implements Turn {
    private final Lane lane;
    private final long fence;
    private final long releases;
    private final int holdUps = strands.holdUps();
    private final int term = lease.term();

    Place(Lane lane, long fence, long releases) {
      this.lane = lane;
      this.fence = fence;
      this.releases = releases;
    }

    private void waitForTurn() throws Preempted {
      lock.lock();
      try {
        while (lane.busy) {
          checkHeld();
          changed.await();
        }
        checkHeld();
        lane.busy = true;
      } catch (InterruptedException closing) {
        throw new Preempted();
      } finally {
        lock.unlock();
      }
    }

    private void leave() {
      lock.lock();
      try {
        lane.busy = false;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void checkHeld() throws Preempted {
      if (closed
          || lane.highestFence > fence
          || lane.releases > releases
          || strands.holdUps() != holdUps) {
        throw new Preempted();
      }
    }

    /// Before an effect; what has none (a guard's renewal) needs no lease.
    private void checkLease() throws Preempted {
      if (!lease.isHeld(term)) {
        throw new Preempted();
      }
    }

    private void signal() {
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public Instant now() {
      return CommandDesk.this.now();
    }

    @Override
    public void check() throws Preempted {
      lock.lock();
      try {
        checkHeld();
        checkLease();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void pause(Duration duration) throws Preempted {
      lock.lock();
      try {
        long left = duration.toNanos();
        while (left > 0) {
          checkHeld();
          checkLease();
          left = strands.await(changed, this::signal, left);
        }
        checkHeld();
        checkLease();
      } catch (InterruptedException closing) {
        throw new Preempted();
      } finally {
        lock.unlock();
      }
    }
  }
}
