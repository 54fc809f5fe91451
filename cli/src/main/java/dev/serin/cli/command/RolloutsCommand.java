package dev.serin.cli.command;

import dev.serin.cli.ExitCode;
import dev.serin.cli.view.FleetView;
import dev.serin.cli.view.Text;
import dev.serin.contracts.rollout.RolloutState;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// Lists rollouts, newest first.
@Command(name = "rollouts", description = "Lists rollouts, newest first.")
public final class RolloutsCommand implements Callable<Integer> {
  private final Session session;

  @Option(names = "--service", paramLabel = "NAME", description = "only this service's")
  private @Nullable String service;

  @Option(names = "--active", description = "only those that are not over")
  private boolean active;

  @Option(names = "--limit", paramLabel = "N", description = "at most so many (20)")
  private int limit = 20;

  public RolloutsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    JsonNode rollouts = session.body(session.coordinator().rollouts(service, active, limit));
    if (session.isJson()) {
      session.print(rollouts);
      return ExitCode.DONE.number();
    }
    List<RolloutState> states = session.states(rollouts);
    if (states.isEmpty()) {
      session.print(Text.of(active ? "No rollout is active." : "There was no rollout yet."));
    } else {
      FleetView view = new FleetView(session.marks(), session.surroundings().zone(), session.now());
      session.print(view.list(states));
    }
    return ExitCode.DONE.number();
  }
}
