package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.coordinator.ArtifactStore;
import dev.serin.cli.coordinator.ArtifactStore.Reply;
import dev.serin.contracts.request.Artifact;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/// Brings a file of this machine to the coordinator's store, where the fleet can fetch it: what is
/// there already is not sent again, and a broken connection goes on where it broke.
final class Uploading {
  /// How often it goes on without having come any further.
  private static final int TRIES = 5;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final int BAR = 30;

  private final Session session;
  private final String option;
  private final ArtifactStore store;
  private int shownPercent = -1;

  private Uploading(Session session, String option, boolean isPrivate) {
    this.session = session;
    this.option = option;
    this.store = new ArtifactStore(session.coordinator().base(), isPrivate);
  }

  /// For a binary, which anybody may fetch there.
  ///
  /// @param option that named it, for messages
  static Uploading ofBinaries(Session session, String option) {
    return new Uploading(session, option, false);
  }

  /// For further files, which only the agents may fetch there.
  static Uploading ofFiles(Session session) {
    return new Uploading(session, "--file", true);
  }

  /// Whether the coordinator is on another machine. One whose name can't be found counts as such:
  /// asking it says what is wrong.
  static boolean isElsewhere(URI coordinator) {
    String host = coordinator.getHost().replaceAll("^\\[|]$", "");
    try {
      InetAddress address = InetAddress.getByName(host);
      return !address.isLoopbackAddress()
          && !address.isAnyLocalAddress()
          && NetworkInterface.getByInetAddress(address) == null;
    } catch (UnknownHostException | SocketException unknown) {
      return true;
    }
  }

  /// The artifact as the fleet can fetch it.
  ///
  /// @param local with a `file:` URI of this machine
  Artifact upload(Artifact local) {
    Path file = Path.of(URI.create(local.uri()));
    String sha256 = local.sha256();
    try {
      send(file, sha256);
    } catch (IOException unreadable) {
      throw new CommandFailed(
          ExitCode.USAGE,
          option
              + ": expected a file that can be read, found "
              + file
              + " ("
              + unreadable.getMessage()
              + ")");
    }
    return new Artifact(store.at(sha256).toString(), sha256);
  }

  private void send(Path file, String sha256) throws IOException {
    Reply reply = store.look(sha256);
    if (reply instanceof Reply.Whole) {
      say("serin: " + name(file) + " is in the coordinator's store already");
      return;
    }
    long size = Files.size(file);
    say("serin: sending " + name(file) + " (" + mebibytes(size) + ") to " + store.at(sha256));
    long furthest = -1;
    Duration pause = FIRST_PAUSE;
    for (int tries = 0; tries < TRIES; tries++) {
      switch (reply) {
        case Reply.Whole(boolean isPublic) -> {
          endBar();
          say("serin: sent " + name(file));
          if (isPublic) {
            say(
                "serin: anybody can fetch "
                    + name(file)
                    + " from the coordinator's store: it had the same bytes before, sent for"
                    + " everybody, and keeps them so; if they are a secret, change it");
          }
          return;
        }
        case Reply.Part(long offset) -> {
          if (offset > furthest) {
            tries = 0;
            pause = FIRST_PAUSE;
          }
          if (offset > 0) {
            endBar();
            say("serin: goes on at " + mebibytes(offset) + " of " + mebibytes(size));
          }
          furthest = Math.max(furthest, offset);
          // Nothing left to send can't be said with a range: then all of it goes again.
          reply = store.send(sha256, file, offset >= size ? 0 : offset, at -> bar(at, size));
        }
        case Reply.Refused(String why) -> {
          endBar();
          throw new CommandFailed(
              ExitCode.REJECTED,
              "expected the coordinator's store to take "
                  + file
                  + ", found "
                  + why
                  + "; nothing was asked for");
        }
        case Reply.Broken(String found) -> {
          endBar();
          if (tries == TRIES - 1) {
            throw gaveUp(file, sha256, found);
          }
          pause(pause);
          pause = pause.multipliedBy(2);
          reply = store.look(sha256);
        }
      }
    }
    throw gaveUp(file, sha256, "no way to get further");
  }

  private CommandFailed gaveUp(Path file, String sha256, String found) {
    return new CommandFailed(
        ExitCode.FAILED,
        "expected to send "
            + file
            + " to "
            + store.at(sha256)
            + ", found "
            + found
            + "; nothing was asked for: say it again, and it goes on where it broke");
  }

  private static void pause(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.FAILED, "interrupted; nothing was asked for");
    }
  }

  private void say(String sentence) {
    if (!session.isJson()) {
      session.say(sentence);
    }
  }

  private boolean hasBar() {
    return !session.isJson() && session.surroundings().screen();
  }

  /// One line that is written over again and again.
  private void bar(long at, long size) {
    int percent = size == 0 ? 100 : (int) (100 * at / size);
    if (!hasBar() || percent == shownPercent) {
      return;
    }
    shownPercent = percent;
    int full = BAR * percent / 100;
    session
        .surroundings()
        .err()
        .print("\r  [" + "#".repeat(full) + ".".repeat(BAR - full) + "] " + percent + " %  ");
    session.surroundings().err().flush();
  }

  private void endBar() {
    if (hasBar() && shownPercent >= 0) {
      session.surroundings().err().println();
      shownPercent = -1;
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024));
  }
}
