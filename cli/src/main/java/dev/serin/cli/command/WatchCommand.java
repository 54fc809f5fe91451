package dev.serin.cli.command;

import dev.serin.cli.command.Targets.Target;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Watches a rollout until it is over.
@Command(
    name = "watch",
    description =
        "Watches a rollout until it is over, live on a terminal, with a line for each event"
            + " elsewhere. Ends with the exit code of a waited release.")
public final class WatchCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ID|SERVICE",
      description = "a rollout's id or a service's name; the active one without")
  private @Nullable String target;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "how long to stay at most (as long as it takes)")
  private @Nullable Duration timeout;

  public WatchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Targets targets = new Targets(session);
    Target found = target == null ? targets.theActiveOne() : targets.find(target);
    return new Watching(session, found.state().rolloutId(), timeout).live();
  }
}
