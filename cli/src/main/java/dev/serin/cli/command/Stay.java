package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// Whether a command stays with the rollout that it has asked for, how, and for how long.
final class Stay {
  /// One of these.
  private static final class How {
    @Option(names = "--wait", description = "stays until it is over, a line for each event")
    private boolean isWaiting;

    @Option(names = "--watch", description = "stays until it is over, with a live view")
    private boolean isWatching;

    @Option(names = "--detach", description = "returns at once (what it does anyway)")
    @SuppressWarnings("UnusedVariable") // Neither of the others.
    private boolean isDetached;
  }

  @ArgGroup(exclusive = true)
  private How how = new How();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "how long to stay at most (as long as it takes)")
  private @Nullable Duration timeout;

  boolean stays() {
    return how.isWaiting || how.isWatching;
  }

  /// A time-out of a wait that nobody wants is a mistake.
  void check() {
    if (timeout != null && !stays()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "--timeout: expected --wait or --watch with it, found neither; without them nothing is"
              + " waited for");
    }
  }

  /// Stays to its end; the command's exit code.
  int with(Session session, String rolloutId) {
    Watching watching = new Watching(session, rolloutId, timeout);
    return how.isWatching ? watching.live() : watching.inLines();
  }
}
