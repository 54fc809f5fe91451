package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandoverTest {
  private final List<String> released = new ArrayList<>();
  private final CommandHandler<SliCommand, SliEvent> handler =
      new CommandHandler<>() {
        @Override
        public void handle(SliCommand command, Turn turn, Consumer<SliEvent> answers) {}

        @Override
        public void released(String service) {
          released.add(service);
        }
      };
  private final CommandDesk<SliCommand, SliEvent> desk =
      new CommandDesk<>(
          handler,
          refusal -> new SliEvent.Failed(refusal.head(), refusal.failure()),
          event -> {},
          Clock.systemUTC(),
          Lease.unlimited());
  private final Handover handover = new Handover(desk);

  @BeforeEach
  void commanded() {
    handover.commanded("api", 1);
    handover.commanded("web", 2);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void whatComesBackIsNotReleased() {
    handover.takenAway(List.of(0, 1, 2));
    assertThat(released).isEmpty();
    handover.given(List.of(0, 1, 2));
    assertThat(released).isEmpty();
  }

  @Test
  void whatAnotherHasIsReleasedOnce() {
    handover.takenAway(List.of(0, 1, 2));
    handover.given(List.of(0, 2));
    assertThat(released).containsExactly("api");
    handover.takenAway(List.of(0, 2));
    handover.given(List.of(0));
    assertThat(released).containsExactly("api", "web");
  }

  @Test
  void whatIsGivenBesideTheRestReleasesNothing() {
    handover.given(List.of(3));
    assertThat(released).isEmpty();
  }
}
