package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.migration.MigrationFiles;
import dev.serin.cli.view.FindingsView;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.migration.Dialect;
import dev.serin.contracts.migration.Finding;
import dev.serin.contracts.migration.MigrationCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// Reads migrations as a release's preflight does. It asks nobody, so a pipeline can do it before
/// anything is built.
@Command(
    name = "check-migrations",
    description =
        "Whether the version that still runs can go on with what these migrations make of the"
            + " database, judged as a release's preflight judges it. It needs no coordinator. The"
            + " exit code is 5 where it can not.")
public final class CheckMigrationsCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE|DIRECTORY",
      description =
          "SQL files, or directories in which every *.sql is one; what is for the way back"
              + " (*.down.sql) is left out")
  private List<String> names = List.of();

  @Option(
      names = "--since",
      paramLabel = "REVISION",
      description =
          "only the files that are new since this branch left REVISION (origin/main), by git")
  private @Nullable String since;

  @Option(
      names = "--dialect",
      paramLabel = "NAME",
      description = "postgresql or mysql (each file tells by itself)")
  private @Nullable String dialect;

  public CheckMigrationsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    @Nullable Dialect read = dialect();
    // Git alone can tell which files there are; without it, no names are no files.
    List<String> searched = names.isEmpty() && since != null ? List.of(".") : names;
    MigrationFiles found = MigrationFiles.of("check-migrations", searched, since);
    List<Finding> findings = MigrationCheck.of(found.files(), read);
    boolean good = MigrationCheck.isAdditive(findings) && found.changed().isEmpty();
    if (session.isJson()) {
      session.print(document(found, findings, good));
    } else {
      session.print(
          new FindingsView(session.marks(), session.width())
              .lines(
                  found.files().size(),
                  findings,
                  found.changed(),
                  found.leftOut().stream().map(Path::toString).toList()));
    }
    return (good ? ExitCode.DONE : ExitCode.REJECTED).number();
  }

  private @Nullable Dialect dialect() {
    if (dialect == null) {
      return null;
    }
    return switch (dialect.toLowerCase(Locale.ROOT)) {
      case "postgresql", "postgres" -> Dialect.POSTGRESQL;
      case "mysql", "mariadb" -> Dialect.MYSQL;
      default ->
          throw new CommandFailed(
              ExitCode.USAGE,
              "--dialect: expected postgresql or mysql, found '" + Check.printable(dialect) + "'");
    };
  }

  private static ObjectNode document(MigrationFiles found, List<Finding> findings, boolean good) {
    ObjectNode document = Json.mapper().createObjectNode();
    document.put("files", found.files().size());
    document.put("additive", good);
    document.set("findings", Json.mapper().valueToTree(findings));
    document.set("changed", Json.mapper().valueToTree(found.changed()));
    document.set(
        "leftOut",
        Json.mapper().valueToTree(found.leftOut().stream().map(Path::toString).toList()));
    return document;
  }
}
