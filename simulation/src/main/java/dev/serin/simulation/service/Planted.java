package dev.serin.simulation.service;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.agent.Turn;
import java.util.function.Consumer;

/// The production handler, unless a plant answers in its place.
record Planted<C extends AgentCommand, E extends AgentEvent>(
    CommandHandler<C, E> handler, Plants plants) implements CommandHandler<C, E> {
  @Override
  public void handle(C command, Turn turn, Consumer<E> answers) throws Turn.Preempted {
    @SuppressWarnings("unchecked") // a plant answers with the command's own event
    E instead = (E) plants.answersAtOnce(command);
    if (instead == null) {
      handler.handle(command, turn, answers);
    } else {
      answers.accept(instead);
    }
  }

  @Override
  public boolean worksUnderLease() {
    return handler.worksUnderLease() && !plants.worksWithoutLease();
  }

  @Override
  public void underLease(Lease lease) {
    handler.underLease(lease);
  }

  @Override
  public void begun(Consumer<E> answers) {
    handler.begun(answers);
  }

  @Override
  public void recalledAll() {
    handler.recalledAll();
  }

  @Override
  public void recalled(C command, Consumer<E> answers) {
    handler.recalled(plants.taken(command), answers);
  }

  @Override
  public void released(String service) {
    handler.released(service);
  }
}
