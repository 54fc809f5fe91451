package dev.serin.cli.migration;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.Check;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/// What git says has happened to files since this branch left another commit: `git diff` against
/// the commit that both have in common (as `REF...` is), and what is not in git yet. What lies
/// there counts, committed or not.
final class GitChanges {
  /// A file that was there before.
  ///
  /// @param gone whether it is no longer there
  record Change(Path path, boolean gone) {
    String sentence(String ref) {
      return path
          + ": expected a migration that "
          + Check.printable(ref)
          + " has to stay as it is, found it "
          + (gone ? "gone" : "changed")
          + "; where it has run nobody runs it again: write a new one";
    }
  }

  /// What a command of git has answered.
  private record Answer(int code, String out, String err) {
    List<String> parts() {
      return List.of(out.split("\0", -1)).stream().filter(part -> !part.isEmpty()).toList();
    }
  }

  private final Set<Path> added;
  private final List<Change> changes;

  private GitChanges(Set<Path> added, List<Change> changes) {
    this.added = added;
    this.changes = changes;
  }

  /// @param given files and directories that are there
  static GitChanges since(String ref, List<Path> given) {
    if (ref.isBlank() || ref.startsWith("-")) {
      throw MigrationFiles.usage(
          "--since", "a commit, such as origin/main", "'" + Check.printable(ref) + "'");
    }
    Set<Path> added = new HashSet<>();
    List<Change> changes = new ArrayList<>();
    for (Path path : given) {
      Path real = real(path);
      Path top = top(real);
      String base = base(top, ref);
      List<String> parts =
          succeeded(
                  git(
                      top,
                      "diff",
                      "--name-status",
                      "--no-renames",
                      "-z",
                      base,
                      "--",
                      real.toString()))
              .parts();
      for (int i = 0; i + 1 < parts.size(); i += 2) {
        Path file = top.resolve(parts.get(i + 1));
        if (parts.get(i).equals("A")) {
          added.add(file);
        } else {
          changes.add(
              new Change(
                  path.resolve(real.relativize(file)).normalize(), parts.get(i).equals("D")));
        }
      }
      succeeded(
              git(
                  top,
                  "ls-files",
                  "--others",
                  "--exclude-standard",
                  "--full-name",
                  "-z",
                  "--",
                  real.toString()))
          .parts()
          .forEach(file -> added.add(top.resolve(file)));
    }
    return new GitChanges(added, changes);
  }

  boolean isNew(Path path) {
    return added.contains(real(path));
  }

  List<Change> changed(Predicate<Path> which) {
    return changes.stream().filter(change -> which.test(change.path())).distinct().toList();
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private static Path top(Path path) {
    Path parent = path.getParent();
    Path directory = Files.isDirectory(path) || parent == null ? path : parent;
    Answer answer = git(directory, "rev-parse", "--show-toplevel");
    if (answer.code != 0) {
      throw MigrationFiles.usage(
          "--since", path + " to be in a git repository", "that git says: " + said(answer));
    }
    return real(Path.of(answer.out.strip()));
  }

  private static String base(Path top, String ref) {
    Answer known = git(top, "rev-parse", "--verify", "--quiet", ref + "^{commit}");
    if (known.code != 0) {
      throw MigrationFiles.usage(
          "--since",
          "a commit that git knows in " + top,
          "'" + Check.printable(ref) + "'; is it fetched? (git fetch)");
    }
    Answer base = git(top, "merge-base", known.out.strip(), "HEAD");
    if (base.code != 0) {
      throw MigrationFiles.usage(
          "--since",
          "a commit that " + Check.printable(ref) + " and HEAD have in common",
          "none; is this a shallow clone? (git fetch --unshallow)");
    }
    return base.out.strip();
  }

  private static Answer succeeded(Answer answer) {
    if (answer.code != 0) {
      throw MigrationFiles.usage(
          "--since", "git to tell what is new", "that it says: " + said(answer));
    }
    return answer;
  }

  private static String said(Answer answer) {
    return answer.err.isBlank() ? "nothing, exit code " + answer.code : answer.err.strip();
  }

  private static Answer git(Path directory, String... words) {
    List<String> command =
        new ArrayList<>(List.of("git", "-C", directory.toString(), "--literal-pathspecs"));
    command.addAll(List.of(words));
    try {
      Process process = new ProcessBuilder(command).start();
      process.getOutputStream().close();
      CompletableFuture<String> err =
          CompletableFuture.supplyAsync(
              () -> text(process.getErrorStream()), Thread::startVirtualThread);
      String out = text(process.getInputStream());
      return new Answer(process.waitFor(), out, err.join());
    } catch (IOException missing) {
      throw MigrationFiles.usage(
          "--since", "git to be installed", "that it can't be started; or name the new files");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.FAILED, "interrupted while git was asked");
    }
  }

  private static String text(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
