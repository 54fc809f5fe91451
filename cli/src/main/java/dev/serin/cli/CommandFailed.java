package dev.serin.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Ends a command: what was expected, what was found, what to do, and the exit code. Only
/// [Serin#run] catches it.
public final class CommandFailed extends RuntimeException {
  private final ExitCode code;
  private final List<String> problems;
  private final transient @Nullable JsonNode document;

  public CommandFailed(ExitCode code, String sentence) {
    this(code, sentence, List.of(), null);
  }

  /// @param problems everything that was found, one line each
  /// @param document what the coordinator answered, for `-o json`
  public CommandFailed(
      ExitCode code, String sentence, List<String> problems, @Nullable JsonNode document) {
    super(sentence);
    this.code = code;
    this.problems = List.copyOf(problems);
    this.document = document;
  }

  public ExitCode code() {
    return code;
  }

  public String sentence() {
    return java.util.Objects.requireNonNull(getMessage());
  }

  public List<String> problems() {
    return problems;
  }

  public @Nullable JsonNode document() {
    return document;
  }
}
