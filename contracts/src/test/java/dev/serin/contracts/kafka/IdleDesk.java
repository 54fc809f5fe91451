package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.time.Clock;

/// A desk that learns of commands and is given none.
final class IdleDesk {
  private IdleDesk() {}

  static CommandDesk<SliCommand, SliEvent> make() {
    return new CommandDesk<>(
        (command, turn, answers) -> {
          throw new AssertionError("nothing is obeyed here: " + command);
        },
        refusal -> new SliEvent.Failed(refusal.head(), refusal.failure()),
        event -> {},
        Clock.systemUTC(),
        Lease.unlimited());
  }
}
