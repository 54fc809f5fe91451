package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.request.Request.Migration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The SQL files that a release brings: those named, and those in directories named, in the order
/// of their paths. What is for the way back (`*.down.sql`) is left out.
final class MigrationFiles {
  private static final String SQL = ".sql";
  private static final String DOWN = ".down.sql";

  private MigrationFiles() {}

  /// @param since only files that git does not know there; none for all
  static List<Migration> of(List<String> names, @Nullable String since) {
    Set<Path> files = new TreeSet<>();
    names.forEach(name -> files.addAll(files(name)));
    if (since != null) {
      files.retainAll(newSince(since, names));
    }
    return files.stream().filter(file -> !isForTheWayBack(file)).map(MigrationFiles::read).toList();
  }

  private static boolean isForTheWayBack(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(DOWN);
  }

  private static List<Path> files(String name) {
    try {
      Path path = Path.of(name);
      if (Files.isDirectory(path)) {
        try (Stream<Path> below = Files.walk(path)) {
          return below
              .filter(Files::isRegularFile)
              .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(SQL))
              .toList();
        }
      }
      if (Files.isRegularFile(path)) {
        return List.of(path);
      }
      throw usage("expected a file or a directory, found nothing at " + path);
    } catch (InvalidPathException | IOException wrong) {
      throw usage("expected a file or a directory, found '" + name + "' (" + wrong + ")");
    }
  }

  private static Migration read(Path file) {
    try {
      return new Migration(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw usage(
          "expected a file of UTF-8 text, found " + file + " (" + unreadable.getMessage() + ")");
    }
  }

  /// Asks git which files were added since; what was changed since is a problem of its own, for a
  /// migration that ran somewhere does not run there again.
  private static Set<Path> newSince(String since, List<String> names) {
    List<String> changed = git(since, "M", names);
    if (!changed.isEmpty()) {
      throw usage(
          "expected migrations since "
              + since
              + " in new files, found "
              + String.join(", ", changed)
              + " changed: what ran already does not run again; put the change into a new file");
    }
    Set<Path> added = new TreeSet<>();
    git(since, "A", names).forEach(name -> added.add(Path.of(name)));
    return added;
  }

  private static List<String> git(String since, String filter, List<String> names) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "git",
                "diff",
                "--name-only",
                "--relative",
                "--no-renames",
                "--diff-filter=" + filter,
                "--end-of-options",
                since,
                "--"));
    command.addAll(names);
    try {
      Process git = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (git.waitFor() != 0) {
        throw usage(
            "--since: expected a revision that git knows here, found "
                + since
                + " ("
                + output.strip().lines().findFirst().orElse("git said nothing")
                + ")");
      }
      return output.lines().filter(line -> !line.isBlank()).toList();
    } catch (IOException noGit) {
      throw usage("--since: expected git on this machine, found none");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.FAILED, "interrupted");
    }
  }

  private static CommandFailed usage(String sentence) {
    return new CommandFailed(ExitCode.USAGE, sentence);
  }
}
