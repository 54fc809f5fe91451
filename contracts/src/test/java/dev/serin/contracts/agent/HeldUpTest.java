package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A process that was held up, or that the broker has not answered, may have lost its work: what it
/// was about to do it does not do any more, and tells nothing. That is the lease before each write
/// where the outside system can't compare fences itself (I10).
class HeldUpTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

  private record Command(CommandHead head) implements AgentCommand {
    @Override
    public boolean endsOthers() {
      return false;
    }
  }

  private record Event(AnswerHead head, @Nullable Failure failure) implements AgentEvent {}

  /// What a command does when it is carried out.
  private interface Deed {
    void carryOut(Turn turn) throws Turn.Preempted;
  }

  /// Runs everything at once, in the thread that asks for it. It is held up when a test says so.
  private static final class HandStrands implements Strands {
    private int holdUps;
    private boolean heldUpInWaits;

    @Override
    public Instant now() {
      return NOW;
    }

    @Override
    public void start(Runnable work) {
      work.run();
    }

    @Override
    public long await(Condition changed, Runnable signal, long nanos) {
      if (heldUpInWaits) {
        holdUps++;
      }
      return 0;
    }

    @Override
    public int holdUps() {
      return holdUps;
    }

    @Override
    public void close() {
      // Nothing goes on here.
    }
  }

  private final HandStrands strands = new HandStrands();
  private final AtomicLong nanos = new AtomicLong();
  private final Lease lease = new Lease(nanos::get);
  private boolean underLease = true;
  private final List<String> effects = new ArrayList<>();
  private final List<AgentEvent> answers = new ArrayList<>();

  private CommandDesk<Command, Event> desk(Deed deed) {
    return new CommandDesk<>(
        new CommandHandler<>() {
          @Override
          public void handle(Command command, Turn turn, Consumer<Event> events)
              throws Turn.Preempted {
            deed.carryOut(turn);
            events.accept(new Event(command.head().answered(turn.now()), null));
          }

          @Override
          public boolean worksUnderLease() {
            return underLease;
          }

          @Override
          public void recalled(Command command, Consumer<Event> events) {
            throw new AssertionError("nothing is recalled here: " + command);
          }
        },
        refusal -> new Event(refusal.head(), refusal.failure()),
        answers::add,
        strands,
        lease);
  }

  private static Command drain() {
    return new Command(new CommandHead("drain", "api-1", "api", "b1", 1, NOW));
  }

  @Test
  void hasNoFurtherEffectAndIsCarriedOutAnewWhenItIsAskedForAgain() {
    List<Runnable> between = new ArrayList<>(List.of(() -> strands.holdUps++));
    try (var desk =
        desk(turn -> {
          turn.check();
          effects.add("weight");
          between.forEach(Runnable::run);
          turn.check();
          effects.add("state");
        })) {
      desk.accept(drain());

      assertThat(effects).containsExactly("weight");
      assertThat(answers).isEmpty();

      between.clear();
      desk.accept(drain());

      assertThat(effects).containsExactly("weight", "weight", "state");
      assertThat(answers).hasSize(1);
    }
  }

  @Test
  void endsAWaitThatItWasHeldUpIn() {
    strands.heldUpInWaits = true;
    try (var desk =
        desk(turn -> {
          turn.pause(Duration.ofSeconds(1));
          effects.add("cut");
        })) {
      desk.accept(drain());

      assertThat(effects).isEmpty();
      assertThat(answers).isEmpty();

      strands.heldUpInWaits = false;
      desk.accept(drain());

      assertThat(effects).containsExactly("cut");
    }
  }

  private void pass(long millis) {
    nanos.addAndGet(Duration.ofMillis(millis).toNanos());
  }

  /// Has one effect, lets the time pass, and has another one.
  private CommandDesk<Command, Event> waits(Runnable between) {
    return desk(turn -> {
      turn.check();
      effects.add("weight");
      between.run();
      turn.check();
      effects.add("state");
    });
  }

  @Test
  void hasNoFurtherEffectOnceTheBrokerHasNotAnsweredForSoLong() {
    try (var desk = waits(() -> pass(4_001))) {
      desk.accept(drain());

      assertThat(effects).containsExactly("weight");
      assertThat(answers).isEmpty();
    }
  }

  @Test
  void hasNoFurtherEffectThoughTheBrokerAnswersAgain() {
    try (var desk =
        waits(() -> {
          pass(4_001);
          lease.answered(Duration.ZERO);
        })) {
      desk.accept(drain());

      assertThat(effects).containsExactly("weight");
      assertThat(answers).isEmpty();
    }
  }

  @Test
  void endsAWaitInWhichTheBrokerStopsAnswering() {
    try (var desk =
        desk(turn -> {
          pass(4_001);
          turn.pause(Duration.ofSeconds(1));
          effects.add("cut");
        })) {
      desk.accept(drain());

      assertThat(effects).isEmpty();
    }
  }

  @Test
  void goesOnWhileTheBrokerAnswers() {
    try (var desk =
        waits(() -> {
          for (int i = 0; i < 10; i++) {
            pass(3_000);
            lease.answered(Duration.ofSeconds(1));
          }
          pass(3_000);
        })) {
      desk.accept(drain());

      assertThat(effects).containsExactly("weight", "state");
      assertThat(answers).hasSize(1);
    }
  }

  /// A guard's renewal comes through the desk as well.
  @Test
  void takesWhatHasNoEffectWithoutALease() {
    pass(10_000);
    try (var desk = desk(turn -> effects.add("renewed"))) {
      desk.accept(drain());

      assertThat(effects).containsExactly("renewed");
    }
  }

  @Test
  void needsNoLeaseWhereFencesAreCompared() {
    underLease = false;
    try (var desk = waits(() -> pass(60_000))) {
      desk.accept(drain());

      assertThat(effects).containsExactly("weight", "state");
    }
  }
}
