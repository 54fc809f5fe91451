package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.migration.MigrationFiles;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Request.Migration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The migrations that a release brings, for its preflight to read.
final class MigrationOptions {
  @Option(
      names = "--migrations",
      paramLabel = "FILE|DIRECTORY",
      description =
          "the SQL files that the release brings, or directories of them; the release is refused"
              + " where the version that still runs can't live with them")
  private List<String> names = List.of();

  @Option(
      names = "--since",
      paramLabel = "REVISION",
      description =
          "of --migrations only the files that are new since this branch left REVISION, by git")
  private @Nullable String since;

  @Option(
      names = "--force-migrate",
      description =
          "releases in spite of migrations that are not additive; it needs --reason, and stays in"
              + " the record under your name")
  private boolean forced;

  /// @param request which they are added to; it may be forced already
  void addTo(ObjectNode request, Session session) {
    if (forced) {
      force(request);
    }
    if (names.isEmpty()) {
      if (since != null) {
        throw usage("--since: expected --migrations with it, found none");
      }
      return;
    }
    MigrationFiles found = MigrationFiles.of("--migrations", names, since);
    found.leftOut().forEach(path -> session.say("serin: left out, for the way back: " + path));
    if (!found.changed().isEmpty()) {
      if (!request.path("forceMigrate").asBoolean(false)) {
        throw new CommandFailed(
            ExitCode.REJECTED, "migrations: refused, nothing was sent:", found.changed(), null);
      }
      found.changed().forEach(one -> session.say("serin: forced: " + one));
    }
    if (found.files().isEmpty()) {
      session.say("serin: migrations: none given");
      return;
    }
    ArrayNode migrations = request.putArray("migrations");
    for (Migration file : found.files()) {
      migrations.addObject().put("path", file.path()).put("sql", file.sql());
    }
    int size = Json.mapper().writeValueAsBytes(request).length;
    if (size > Topics.LARGEST_VALUE_BYTES) {
      throw usage(
          "--migrations: expected a request of at most "
              + Topics.LARGEST_VALUE_BYTES
              + " bytes (256 KiB), found "
              + size
              + " with "
              + found.files().size()
              + (found.files().size() == 1 ? " file" : " files")
              + "; name only the new ones, or let git find them: --since origin/main");
    }
  }

  private static void force(ObjectNode request) {
    if (request.path("reason").asString("").isBlank()) {
      throw usage(
          "--force-migrate: expected a reason with it, since it stays in the record under your"
              + " name, found none; add --reason WHY");
    }
    request.put("forceMigrate", true);
  }

  private static CommandFailed usage(String sentence) {
    return new CommandFailed(ExitCode.USAGE, sentence);
  }
}
