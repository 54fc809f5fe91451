package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How long a command stays with the rollout that it has asked for.
final class Stay {
  @Option(names = "--wait", description = "stays until it is over, a line for each event")
  private boolean isWaiting;

  @Option(names = "--watch", description = "stays until it is over, with a live view")
  private boolean isWatching;

  @Option(names = "--detach", description = "returns at once (what it does anyway)")
  @SuppressWarnings("UnusedVariable") // Neither of the others.
  private boolean isDetached;

  boolean stays() {
    return isWaiting || isWatching;
  }

  /// A time-out of a wait that nobody wants is a mistake.
  void checkTimeout(@Nullable Duration timeout) {
    if (timeout != null && !stays()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "--timeout: expected --wait or --watch with it, found neither; without them nothing is"
              + " waited for");
    }
  }

  /// Stays to its end; the command's exit code.
  int with(Session session, String rolloutId, @Nullable Duration timeout) {
    Watching watching = new Watching(session, rolloutId, timeout);
    return isWatching ? watching.live() : watching.inLines();
  }
}
