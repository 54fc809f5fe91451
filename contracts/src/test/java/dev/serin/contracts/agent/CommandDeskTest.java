package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Nothing here waits for time to pass: each command does what its test says, and whatever must
/// have happened by then is seen from an answer or a latch.
@Timeout(300)
class CommandDeskTest {
  private record Command(CommandHead head, boolean endsOthers) implements AgentCommand {}

  private record Event(AnswerHead head, String word, @Nullable Failure failure)
      implements AgentEvent {
    String shown() {
      return head.commandId() + " " + word;
    }
  }

  /// What a command does when it is carried out.
  private interface Deed {
    void carryOut(Turn turn, Consumer<String> answers) throws Turn.Preempted, InterruptedException;
  }

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901234Z");

  private final Map<String, Deed> deeds = new ConcurrentHashMap<>();
  private final List<String> begun = Collections.synchronizedList(new ArrayList<>());
  private final BlockingQueue<Event> answers = new LinkedBlockingQueue<>();
  private BiConsumer<Command, Consumer<String>> recalls = (command, answer) -> {};
  private Consumer<Consumer<Event>> takesUp = events -> {};
  private Runnable hasRecalledAll = () -> {};
  private final CommandDesk<Command, Event> desk =
      new CommandDesk<>(
          new CommandHandler<>() {
            @Override
            public void handle(Command command, Turn turn, Consumer<Event> events)
                throws Turn.Preempted {
              CommandDeskTest.this.handle(command, turn, events);
            }

            @Override
            public void begun(Consumer<Event> events) {
              takesUp.accept(events);
            }

            @Override
            public void recalledAll() {
              hasRecalledAll.run();
            }

            @Override
            public void recalled(Command command, Consumer<Event> events) {
              recalls.accept(
                  command,
                  word -> events.accept(new Event(command.head().answered(NOW), word, null)));
            }
          },
          refusal -> new Event(refusal.head(), "refused", refusal.failure()),
          answers::add,
          Clock.fixed(NOW, ZoneOffset.UTC),
          Lease.unlimited());

  private void handle(Command command, Turn turn, Consumer<Event> events) throws Turn.Preempted {
    String id = command.head().commandId();
    begun.add(id);
    try {
      deeds
          .getOrDefault(id, (any, answer) -> answer.accept("done"))
          .carryOut(
              turn,
              word -> events.accept(new Event(command.head().answered(turn.now()), word, null)));
    } catch (InterruptedException stopped) {
      events.accept(new Event(command.head().answered(turn.now()), "interrupted", null));
    }
  }

  @AfterEach
  void close() {
    desk.close();
  }

  private static Command command(String id, @Nullable String node, long fence) {
    return new Command(new CommandHead(id, "api-1", "api", node, fence, NOW), false);
  }

  private String answer() throws InterruptedException {
    return answers.take().shown();
  }

  /// Carries out another command of the node, and with it everything that came before it.
  private void settle(String node, long fence) throws InterruptedException {
    desk.accept(command("settle-" + node + fence, node, fence));
    assertThat(answer()).isEqualTo("settle-" + node + fence + " done");
  }

  @Test
  void carriesOutAndAnswersByItsOwnClock() throws InterruptedException {
    desk.accept(command("a", "b1", 1));
    Event event = answers.take();
    assertThat(event.shown()).isEqualTo("a done");
    assertThat(event.head())
        .isEqualTo(
            new AnswerHead(
                "a", "api-1", "api", "b1", 1, Instant.parse("2026-01-02T03:04:05.678Z")));
  }

  @Test
  void aCommandRepeatedWhileItRunsIsCarriedOutOnce() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    deeds.put(
        "a",
        (turn, answer) -> {
          running.countDown();
          goOn.await();
          answer.accept("done");
        });
    desk.accept(command("a", "b1", 1));
    running.await();
    desk.accept(command("a", "b1", 1));
    goOn.countDown();
    assertThat(answer()).isEqualTo("a done");
    settle("b1", 1);
    assertThat(begun).containsOnlyOnce("a");
    assertThat(answers).isEmpty();
  }

  @Test
  void aCheckBesideARolloutEndsNothingAndFencesNothing() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    deeds.put(
        "drain",
        (turn, answer) -> {
          running.countDown();
          goOn.await();
          turn.check();
          turn.pause(java.time.Duration.ZERO);
          answer.accept("done");
        });
    desk.accept(command("drain", "b1", 5));
    running.await();
    long later = NOW.toEpochMilli();
    desk.accept(new Command(new CommandHead("check", "plan/1", "api", null, later, NOW), false));
    assertThat(answer()).isEqualTo("check done");
    desk.recall(
        List.of(new Command(new CommandHead("old", "plan/0", "api", null, later, NOW), false)));
    goOn.countDown();
    assertThat(answer()).isEqualTo("drain done");
    // Not stale, although its fence is below the check's.
    desk.accept(command("next", "b1", 6));
    assertThat(answer()).isEqualTo("next done");
  }

  @Test
  void aCommandRepeatedAfterItsAnswerIsAnsweredAgain() throws InterruptedException {
    deeds.put(
        "a",
        (turn, answer) -> {
          answer.accept("half");
          answer.accept("whole");
        });
    desk.accept(command("a", "b1", 1));
    assertThat(answer()).isEqualTo("a half");
    assertThat(answer()).isEqualTo("a whole");
    settle("b1", 2);
    desk.accept(command("a", "b1", 1));
    assertThat(answer()).isEqualTo("a whole");
    assertThat(begun).containsOnlyOnce("a");
  }

  @Test
  void aCommandThatEndedWithoutAnAnswerIsCarriedOutAnew() throws InterruptedException {
    deeds.put("a", (turn, answer) -> {});
    desk.accept(command("a", "b1", 1));
    settle("b1", 1);
    deeds.remove("a");
    desk.accept(command("a", "b1", 1));
    assertThat(answer()).isEqualTo("a done");
  }

  @Test
  void aCommandOlderThanOneObeyedForTheSameNodeIsRefused() throws InterruptedException {
    settle("b1", 5);
    desk.accept(command("old", "b1", 4));
    Event refused = answers.take();
    assertThat(refused.failure())
        .isEqualTo(
            new Failure(
                Failure.Reason.STALE,
                "a command with fence 5 or more for b1",
                "fence 4",
                "",
                false));
    assertThat(refused.head().commandId()).isEqualTo("old");
    assertThat(begun).doesNotContain("old");

    desk.accept(command("another node", "b2", 1));
    assertThat(answer()).isEqualTo("another node done");
    desk.accept(command("no node", null, 1));
    assertThat(answer()).isEqualTo("no node done");
    desk.accept(
        new Command(new CommandHead("another service", "web-1", "web", "b1", 1, NOW), false));
    assertThat(answer()).isEqualTo("another service done");
  }

  @Test
  void aCommandOlderThanARecalledOneIsRefusedAndTheRecalledOneIsCarriedOutOnRequest()
      throws InterruptedException {
    desk.recall(List.of(command("drain", "b1", 7), command("check", null, 8)));
    assertThat(begun).isEmpty();
    desk.accept(command("older", "b1", 6));
    assertThat(answer()).isEqualTo("older refused");
    desk.accept(command("drain", "b1", 7));
    assertThat(answer()).isEqualTo("drain done");
    desk.accept(command("another node", "b2", 1));
    assertThat(answer()).isEqualTo("another node done");
  }

  @Test
  void aRecalledCommandThatEndsOthersEndsWhatCameBeforeIt() throws InterruptedException {
    desk.recall(
        List.of(
            command("drain", "b1", 7),
            new Command(new CommandHead("stop", "r", "api", null, 9, NOW), true)));
    desk.accept(command("older", "b1", 8));
    assertThat(answer()).isEqualTo("older refused");
  }

  @Test
  void whatARecalledCommandTellsIsTold() throws InterruptedException {
    recalls = (command, answer) -> answer.accept("stands");
    desk.recall(List.of(command("guard", null, 7)));
    assertThat(answer()).isEqualTo("guard stands");
  }

  @Test
  void aRecalledFenceFromTheFutureIsNotRemembered() throws InterruptedException {
    desk.recall(List.of(command("wrong", "b1", NOW.plusSeconds(7_200).toEpochMilli())));
    desk.accept(command("right", "b1", 5));
    assertThat(answer()).isEqualTo("right done");
  }

  @Test
  void aFenceFromTheFutureIsRefusedAndNotRemembered() throws InterruptedException {
    long hour = Duration.ofHours(1).toMillis();
    desk.accept(command("far", "b1", NOW.toEpochMilli() + hour + 1));
    Event refused = answers.take();
    assertThat(refused.failure()).isNotNull();
    assertThat(refused.failure().reason()).isEqualTo(Failure.Reason.INVALID);
    assertThat(refused.failure().expected())
        .isEqualTo("a fence that is at most an hour ahead of the agent's clock");
    desk.accept(command("near", "b1", NOW.toEpochMilli() + hour));
    assertThat(answer()).isEqualTo("near done");
    assertThat(begun).doesNotContain("far");
  }

  @Test
  void aNodesCommandsRunOneAfterTheOther() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    deeds.put(
        "effect",
        (turn, answer) -> {
          running.countDown();
          goOn.await();
          answer.accept("done");
        });
    desk.accept(command("effect", "b1", 1));
    running.await();
    desk.accept(command("next", "b1", 1));
    settle("b2", 1);
    assertThat(begun).doesNotContain("next");
    goOn.countDown();
    assertThat(answer()).isEqualTo("effect done");
    assertThat(answer()).isEqualTo("next done");
  }

  @Test
  void ofTheCommandsThatWaitOnlyTheNewestIsCarriedOut() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    deeds.put(
        "effect",
        (turn, answer) -> {
          running.countDown();
          goOn.await();
          answer.accept("done");
        });
    desk.accept(command("effect", "b1", 1));
    running.await();
    desk.accept(command("waits", "b1", 2));
    desk.accept(command("newest", "b1", 3));
    goOn.countDown();
    assertThat(answer()).isEqualTo("effect done");
    assertThat(answer()).isEqualTo("newest done");
    settle("b1", 3);
    assertThat(begun).doesNotContain("waits");
  }

  @Test
  void aNewerCommandEndsTheWaitOfTheOneBefore() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    deeds.put(
        "drain",
        (turn, answer) -> {
          running.countDown();
          turn.pause(Duration.ofDays(100));
          answer.accept("done");
        });
    desk.accept(command("drain", "b1", 1));
    running.await();
    desk.accept(command("restore", "b1", 2));
    assertThat(answer()).isEqualTo("restore done");
    desk.accept(command("drain", "b1", 1));
    assertThat(answer()).isEqualTo("drain refused");
    assertThat(begun).containsExactly("drain", "restore");
  }

  @Test
  void aCommandThatEndsOthersEndsEveryNodesWaitOfItsServiceUnanswered()
      throws InterruptedException {
    CountDownLatch running = new CountDownLatch(2);
    for (String verb : List.of("drain", "push")) {
      deeds.put(
          verb,
          (turn, answer) -> {
            running.countDown();
            turn.pause(Duration.ofDays(100));
            answer.accept("done");
          });
    }
    desk.accept(command("drain", "b1", 1));
    desk.accept(command("push", "b2", 2));
    running.await();
    desk.accept(new Command(new CommandHead("stop", "r", "api", null, 3, NOW), true));
    assertThat(answer()).isEqualTo("stop done");
    desk.accept(command("older", "b2", 2));
    assertThat(answer()).isEqualTo("older refused");
    desk.accept(command("newer", "b1", 4));
    assertThat(answer()).isEqualTo("newer done");
  }

  @Test
  void anEffectIsCheckedForANewerCommandBeforeItBegins() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    deeds.put(
        "push",
        (turn, answer) -> {
          turn.check();
          running.countDown();
          goOn.await();
          turn.check();
          answer.accept("done");
        });
    desk.accept(command("push", "b1", 1));
    running.await();
    desk.accept(command("restore", "b1", 2));
    goOn.countDown();
    assertThat(answer()).isEqualTo("restore done");
  }

  @Test
  void whatAnotherProcessHasEndsUnansweredAndIsCarriedOutAnewWhenItComesAgain()
      throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    deeds.put(
        "drain",
        (turn, answer) -> {
          if (running.getCount() > 0) {
            running.countDown();
            turn.pause(Duration.ofDays(100));
          }
          answer.accept("done");
        });
    desk.accept(command("drain", "b1", 5));
    running.await();
    desk.release("another");
    desk.release("api");
    desk.accept(command("older", "b1", 4));
    assertThat(answer()).isEqualTo("older refused");
    while (answers.isEmpty()) {
      desk.accept(command("drain", "b1", 5));
      Thread.onSpinWait();
    }
    assertThat(answer()).isEqualTo("drain done");
  }

  @Test
  void aPauseOfNothingGoesOnAtOnce() throws InterruptedException {
    deeds.put(
        "a",
        (turn, answer) -> {
          turn.pause(Duration.ZERO);
          turn.pause(Duration.ofNanos(1));
          answer.accept("done");
        });
    desk.accept(command("a", "b1", 1));
    assertThat(answer()).isEqualTo("a done");
  }

  @Test
  void commandsWithoutANodeRunBesideEachOther() throws InterruptedException {
    CyclicBarrier both = new CyclicBarrier(2);
    Deed meet =
        (turn, answer) -> {
          try {
            both.await();
          } catch (java.util.concurrent.BrokenBarrierException stopped) {
            throw new IllegalStateException(stopped);
          }
          turn.check();
          answer.accept("met");
        };
    deeds.put("a", meet);
    deeds.put("b", meet);
    desk.accept(command("a", null, 2));
    desk.accept(command("b", null, 1));
    assertThat(List.of(answer(), answer())).containsExactlyInAnyOrder("a met", "b met");
  }

  @Test
  void aBugIsAnsweredWithAFailureAndTheDeskGoesOn() throws InterruptedException {
    deeds.put(
        "a",
        (turn, answer) -> {
          throw new IllegalStateException("password=s3cret");
        });
    desk.accept(command("a", "b1", 1));
    Event failed = answers.take();
    assertThat(failed.failure()).isNotNull();
    assertThat(failed.failure().reason()).isEqualTo(Failure.Reason.INVALID);
    assertThat(failed.failure().retryable()).isTrue();
    assertThat(failed.failure().sentence())
        .isEqualTo(
            "expected a command that the agent can carry out, found an error in the agent:"
                + " IllegalStateException; look at the agent's log");
    settle("b1", 1);
    desk.accept(command("a", "b1", 1));
    assertThat(answer()).isEqualTo("a refused");
    assertThat(begun).containsOnlyOnce("a");
  }

  @Test
  void twoThousandAnswersAreRemembered() throws InterruptedException {
    for (int i = 0; i <= 2_000; i++) {
      desk.accept(command("c" + i, null, 1));
      answers.take();
    }
    desk.accept(command("c1", null, 1));
    assertThat(answer()).isEqualTo("c1 done");
    assertThat(Collections.frequency(begun, "c1")).isEqualTo(1);
    desk.accept(command("c0", null, 1));
    assertThat(answer()).isEqualTo("c0 done");
    assertThat(Collections.frequency(begun, "c0")).isEqualTo(2);
  }

  @Test
  void whatRunsWhenTheDeskClosesEndsWithoutAnAnswer() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch ended = new CountDownLatch(2);
    deeds.put(
        "waits",
        (turn, answer) -> {
          running.countDown();
          try {
            turn.pause(Duration.ofDays(100));
          } finally {
            ended.countDown();
          }
          answer.accept("done");
        });
    deeds.put(
        "talks",
        (turn, answer) -> {
          running.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException stopped) {
            answer.accept("the server hung up");
            ended.countDown();
          }
        });
    desk.accept(command("waits", "b1", 1));
    desk.accept(command("talks", "b2", 1));
    running.await();
    desk.close();
    ended.await();
    desk.accept(command("late", "b3", 1));
    assertThat(answers).isEmpty();
    assertThat(begun).doesNotContain("late");
  }

  @Test
  void whatIsTakenUpFromTheLastLifeTellsUntilTheDeskIsClosed() throws InterruptedException {
    List<Consumer<Event>> told = new ArrayList<>();
    takesUp = told::add;
    desk.begin();
    Event event = new Event(command("c-1", "b1", 1).head().answered(NOW), "went off", null);
    told.getFirst().accept(event);
    assertThat(answers.take()).isEqualTo(event);

    desk.close();
    told.getFirst().accept(event);
    assertThat(answers).isEmpty();
  }

  @Test
  void hearsThatAllIsRecalledAfterTheCommandsAndAlsoWhereThereAreNone() {
    List<String> heard = new ArrayList<>();
    recalls = (command, answer) -> heard.add(command.head().commandId());
    hasRecalledAll = () -> heard.add("all");
    desk.recall(List.of(command("c-1", "b1", 1), command("c-2", "b1", 2)));
    desk.recall(List.of());

    assertThat(heard).containsExactly("c-1", "c-2", "all", "all");
  }

  @Test
  void obeysThoughTheLastLifeCouldNotBeTakenUp() throws InterruptedException {
    takesUp =
        events -> {
          throw new IllegalStateException("a bug");
        };
    hasRecalledAll =
        () -> {
          throw new IllegalStateException("another");
        };
    desk.begin();
    desk.recall(List.of());
    desk.accept(command("c-1", "b1", 1));

    assertThat(answers.take()).isNotNull();
  }
}
