package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.view.Style;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.migration.Dialect;
import dev.serin.contracts.migration.Finding;
import dev.serin.contracts.migration.Finding.Severity;
import dev.serin.contracts.migration.MigrationCheck;
import dev.serin.contracts.request.Request.Migration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// Reads SQL migrations and says what the version that still runs could not live with. It needs no
/// coordinator.
@Command(
    name = "check-migrations",
    description =
        "Reads SQL migrations and says what in them is not additive, so that the version that still"
            + " runs would break. Exit code: 0 additive, 5 not.")
public final class CheckMigrationsCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE|DIRECTORY",
      description = "SQL files, and directories with *.sql; *.down.sql are left out")
  private List<String> names = List.of();

  @Option(
      names = "--since",
      paramLabel = "REVISION",
      description = "only files that git has not had since, such as origin/main")
  private @Nullable String since;

  @Option(
      names = "--dialect",
      paramLabel = "NAME",
      description = "postgresql or mysql (told from each file)")
  private @Nullable String dialect;

  public CheckMigrationsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Migration> migrations = MigrationFiles.of(names, since);
    List<Finding> findings = MigrationCheck.of(migrations, dialect());
    boolean additive = MigrationCheck.isAdditive(findings);
    if (session.isJson()) {
      ObjectNode document = Json.mapper().createObjectNode();
      document.put("files", migrations.size());
      document.put("additive", additive);
      document.set("findings", Json.mapper().valueToTree(findings));
      session.print(document);
    } else {
      findings.forEach(this::print);
      session.print(summary(migrations.size(), findings, additive));
    }
    return (additive ? ExitCode.DONE : ExitCode.REJECTED).number();
  }

  private @Nullable Dialect dialect() {
    return switch (dialect) {
      case null -> null;
      case "postgresql" -> Dialect.POSTGRESQL;
      case "mysql" -> Dialect.MYSQL;
      default ->
          throw new CommandFailed(
              ExitCode.USAGE, "--dialect: expected postgresql or mysql, found '" + dialect + "'");
    };
  }

  private void print(Finding finding) {
    session.print(
        Text.of(
                finding.severity() == Severity.BREAKS ? Style.BAD : Style.FAINT,
                finding.severity().shown())
            .and(" " + finding.path() + ":" + finding.line() + "  " + finding.statement()));
    session.print(Text.of("  " + finding.why()));
    if (!finding.instead().isEmpty()) {
      session.print(Text.of("  " + finding.instead()));
    }
  }

  private static Text summary(int files, List<Finding> findings, boolean additive) {
    if (files == 0) {
      return Text.of("migrations: none given");
    }
    long breaking = findings.stream().filter(it -> it.severity() == Severity.BREAKS).count();
    return Text.of(
        files
            + (files == 1 ? " file: " : " files: ")
            + (additive
                ? "all of it additive"
                : breaking
                    + (breaking == 1 ? " statement breaks" : " statements break")
                    + " the version that still runs"));
  }
}
