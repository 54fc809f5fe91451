package dev.serin.contracts.agent;

import java.util.function.Consumer;

/// Carries out one agent's commands. It is called on a virtual thread and may block; commands for
/// one node come one after the other, in the order of their fences.
///
/// @param <C> the agent's commands
/// @param <E> the agent's events
@FunctionalInterface
public interface CommandHandler<C extends AgentCommand, E extends AgentEvent> {
  /// Carries the command out, and answers. Every expected outcome is an answer, failures too; what
  /// is thrown is a bug. The last answer is remembered, and given again when the command is
  /// repeated.
  void handle(C command, Turn turn, Consumer<E> answers) throws Turn.Preempted;

  /// Whether what it changes can't refuse an older command by itself: each effect needs the lease
  /// then, [Turn#check] ends by [Turn.Preempted] without it.
  default boolean worksUnderLease() {
    return false;
  }

  /// What it works under where it does: what goes on beside the commands asks it too.
  default void underLease(Lease lease) {}

  /// This process begins. Nothing is recalled yet, and nobody knows when the broker will answer:
  /// what it has kept from its last life may be taken up where that can't wait.
  ///
  /// @param answers takes what is told long after this has returned
  default void begun(Consumer<E> answers) {}

  /// All that was commanded in what this process has been given is recalled: what it has kept from
  /// its last life and was not among that is over, or another's.
  default void recalledAll() {}

  /// A command that was given before this process had the work, to it or to another: what stands
  /// since then is taken up, and no effect is repeated.
  default void recalled(C command, Consumer<E> answers) {}

  /// Another process of the same service has the work for this service from now on: what goes on
  /// beside the commands ends here, and takes nothing back.
  default void released(String service) {}
}
