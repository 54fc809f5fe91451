package dev.serin.cli.stub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A directory with files, which may become a git repository.
public final class StubRepository {
  private final Path directory;

  public StubRepository(Path directory) {
    this.directory = directory;
  }

  public Path path(String name) {
    return directory.resolve(name);
  }

  public Path write(String name, String text) throws IOException {
    Path file = path(name);
    Files.createDirectories(file.resolveSibling("."));
    return Files.writeString(file, text);
  }

  /// Makes it a repository with the branch `main`.
  public void begin() throws Exception {
    git("init", "-q", "-b", "main");
  }

  /// Commits all there is.
  public void commit() throws Exception {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", "all");
  }

  public void git(String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "git",
                "-C",
                directory.toString(),
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.org",
                "-c",
                "commit.gpgsign=false"));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(command + " says: " + said);
    }
  }
}
