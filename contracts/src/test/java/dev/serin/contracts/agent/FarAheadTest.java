package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A command that names an instant in the far future is refused: its lease would never end.
@Timeout(300)
class FarAheadTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Instant THIRTY_SECONDS = NOW.plusSeconds(30);
  private static final Instant YEAR_3000 = Instant.parse("3000-01-01T00:00:00Z");

  private record Event(AnswerHead head, @Nullable Failure failure) implements AgentEvent {}

  private final BlockingQueue<Event> answers = new LinkedBlockingQueue<>();
  private final CommandDesk<AgentCommand, Event> desk =
      new CommandDesk<>(
          new CommandHandler<>() {
            @Override
            public void handle(AgentCommand command, Turn turn, Consumer<Event> events) {
              events.accept(new Event(command.head().answered(NOW), null));
            }

            @Override
            public void recalled(AgentCommand command, Consumer<Event> events) {
              events.accept(new Event(command.head().answered(NOW), null));
            }
          },
          refusal -> new Event(refusal.head(), refusal.failure()),
          answers::add,
          Clock.fixed(NOW, ZoneOffset.UTC),
          Lease.unlimited());

  @AfterEach
  void close() {
    desk.close();
  }

  private static CommandHead head(String id) {
    return new CommandHead(id, "api-1", "api", null, 1, NOW);
  }

  private static DeadMan deadMan(Duration period, Instant expiresAt) {
    return new DeadMan(List.of("b2"), period, expiresAt, DeadManAction.DRAIN, List.of(), 1);
  }

  private static HaproxyCommand guard(Instant leaseUntil, Instant expiresAt) {
    return new GuardServers(
        head("guard"), List.of(), leaseUntil, deadMan(Duration.ofMinutes(2), expiresAt));
  }

  private static WatchSlis watch(Instant start, Instant leaseUntil) {
    return new WatchSlis(
        head("watch"), "a", start, Duration.ofSeconds(30), 1, 3, leaseUntil, List.of());
  }

  private @Nullable Failure answer(AgentCommand command) throws InterruptedException {
    desk.accept(command);
    return answers.take().failure();
  }

  private void refused(AgentCommand command, String expected) throws InterruptedException {
    Failure failure = answer(command);
    assertThat(failure).isNotNull();
    assertThat(failure.reason()).isEqualTo(Failure.Reason.INVALID);
    assertThat(failure.expected()).isEqualTo(expected);
    assertThat(failure.found()).contains("3000-01-01T00:00:00Z", "the clock is at " + NOW);
  }

  @Test
  void aLeaseMoreThanAnHourAheadIsRefused() throws InterruptedException {
    String expected = "leaseUntil at most 1h ahead of the agent's clock";
    refused(guard(YEAR_3000, THIRTY_SECONDS), expected);
    refused(watch(NOW, YEAR_3000), expected);
  }

  @Test
  void aSwitchOrAnAnalysisThatNoServiceCanMeanIsRefused() throws InterruptedException {
    refused(
        guard(THIRTY_SECONDS, YEAR_3000),
        "deadMan.expiresAt at most 31d ahead of the agent's clock");
    refused(watch(YEAR_3000, THIRTY_SECONDS), "start at most 31d ahead of the agent's clock");
  }

  @Test
  void clocksThatAreALittleApartAreNotInTheWay() throws InterruptedException {
    Instant hour = NOW.plus(Duration.ofHours(1));
    assertThat(answer(guard(hour, hour))).isNull();
    assertThat(answer(watch(hour, hour))).isNull();
  }

  @Test
  void whatIsFarAheadIsNotRecalledEither() throws InterruptedException {
    desk.recall(List.of(guard(YEAR_3000, THIRTY_SECONDS), watch(NOW, THIRTY_SECONDS)));
    assertThat(answers.take().head().commandId()).isEqualTo("watch");
  }

  @Test
  void aSwitchWaitsAtMostAWeek() {
    deadMan(DeadMan.LONGEST, NOW);
    assertThatThrownBy(() -> deadMan(DeadMan.LONGEST.plusMillis(1), NOW))
        .hasMessage("period: expected at most PT168H, was PT168H0.001S");
  }
}
