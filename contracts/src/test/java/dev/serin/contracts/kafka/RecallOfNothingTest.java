package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// A process that joins and is given no partition: all the work is another's.
class RecallOfNothingTest {
  @Test
  void hearsThatNothingIsAllThereIsAndAsksNobody() {
    AtomicInteger heard = new AtomicInteger();
    CommandHandler<SliCommand, SliEvent> handler =
        new CommandHandler<>() {
          @Override
          public void handle(SliCommand command, Turn turn, Consumer<SliEvent> answers) {}

          @Override
          public void recalledAll() {
            heard.incrementAndGet();
          }
        };
    try (CommandDesk<SliCommand, SliEvent> desk =
        new CommandDesk<>(
            handler,
            refusal -> new SliEvent.Failed(refusal.head(), refusal.failure()),
            event -> {},
            Clock.systemUTC(),
            Lease.unlimited())) {
      new Recall<>(
              () -> {
                throw new AssertionError("there is nothing to read");
              },
              SliCommand.class,
              desk,
              (service, partition) -> {},
              InstantSource.system(),
              System::nanoTime)
          .of(List.of());
    }

    assertThat(heard).hasValue(1);
  }
}
