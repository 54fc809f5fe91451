package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubRepository;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CheckMigrationsTest {
  private static final String NOBODY = "http://127.0.0.1:1";

  private final StubCoordinator stub = new StubCoordinator();
  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  @TempDir private Path temporary = Path.of("");
  private StubRepository files = new StubRepository(temporary);

  @BeforeEach
  void begin() {
    files = new StubRepository(temporary);
    stub.onRequest(requests::add);
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  private static SerinRun check(Object... words) throws Exception {
    String[] all = new String[words.length + 1];
    all[0] = "check-migrations";
    for (int i = 0; i < words.length; i++) {
      all[i + 1] = words[i].toString();
    }
    SerinRun run = SerinRun.start(NOBODY, Instant.parse("2026-11-20T14:05:00Z"), "", all);
    run.code();
    return run;
  }

  private SerinRun release(Object... words) throws Exception {
    String artifact = files.write("api.bin", "hello").toString();
    List<String> all =
        new ArrayList<>(
            List.of("release", "backend-api", "--artifact", artifact, "--version", "2.1.0"));
    List.of(words).forEach(word -> all.add(word.toString()));
    return SerinRun.of(stub, all.toArray(String[]::new));
  }

  @Test
  void tellsWhatBreaksWithoutACoordinator() throws Exception {
    Path file = files.write("db/1.sql", "SELECT 1;\nALTER TABLE users DROP COLUMN email;\n");

    SerinRun run = check(file);

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .containsExactly(
            "✖ " + file + ":2  ALTER TABLE users DROP COLUMN email",
            "    the version that still runs reads and writes that column",
            "    → stop using it in this release, and drop it in a later one, once nothing that runs uses it",
            "✖ 1 file: 1 statement breaks the version that still runs");
  }

  @Test
  void letsThroughWhatIsAdditive() throws Exception {
    files.write("db/1.up.sql", "CREATE TABLE a (b int);");
    files.write("db/1.down.sql", "DROP TABLE a;");
    files.write("db/U1__a.sql", "DROP TABLE a;");
    files.write("db/deep/2.sql", "ALTER TABLE a DROP COLUMN b; UPDATE x SET y = 1;");
    files.write("db/.git/3.sql", "DROP TABLE z;");
    files.write("db/readme.md", "DROP TABLE z;");

    SerinRun run = check(files.path("db"));

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("left out, since they are for the way back:", "1.down.sql", "U1__a.sql")
        .endsWith("✔ 2 files: all of it additive, 1 warning\n");
  }

  @Test
  void saysThatNoneAreGiven() throws Exception {
    Files.createDirectories(files.path("db"));

    SerinRun run = check(files.path("db"));

    assertThat(run.code()).isZero();
    assertThat(run.out()).isEqualTo("migrations: none given\n");
  }

  @Test
  void printsOneDocumentAsJson() throws Exception {
    files.write("db/1.sql", "TRUNCATE a;");
    files.write("db/1.down.sql", "");

    SerinRun run = check(files.path("db"), "-o", "json");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.json())
        .isEqualTo(
            Json.mapper()
                .readTree(
                    """
                    {"files": 1, "additive": false, "changed": [], "leftOut": ["%1$s/1.down.sql"],
                     "findings": [{"severity": "BREAKS", "path": "%1$s/1.sql", "line": 1,
                       "statement": "TRUNCATE a",
                       "why": "the rows are gone for the version that still runs, and no rollback brings them back",
                       "instead": "stop using it in this release, and drop it in a later one, once nothing that runs uses it"}]}
                    """
                        .formatted(files.path("db"))));
  }

  @Test
  void readsTheDialectThatIsAskedFor() throws Exception {
    Path file = files.write("1.sql", "SELECT '\\'; DROP TABLE a -- ';\n");

    assertThat(check(file, "--dialect", "postgresql").code()).isEqualTo(5);
    assertThat(check(file, "--dialect", "mysql").code()).isZero();
    SerinRun other = check(file, "--dialect", "oracle");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("--dialect: expected postgresql or mysql, found 'oracle'");
  }

  @Test
  void namesWhatIsNotThere() throws Exception {
    SerinRun none = check(files.path("none.sql"));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err())
        .contains(
            "check-migrations: expected a file or a directory that can be read, found nothing at");
    assertThat(check().out()).isEqualTo("migrations: none given\n");
    Path bytes = Files.write(files.path("1.sql"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(check(bytes).err()).contains("expected text in UTF-8, found something else in");
  }

  @Test
  void findsTheNewFilesWithGit() throws Exception {
    files.begin();
    files.write("db/1.sql", "DROP TABLE old;");
    files.commit();
    files.git("branch", "base");
    files.write("db/2.sql", "DROP TABLE committed;");
    files.commit();
    files.write("db/10 ü.sql", "DROP TABLE untracked;");

    SerinRun run = check(files.path("db"), "--since", "base", "-o", "json");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.json().get("findings").findValuesAsString("statement"))
        .containsExactly("DROP TABLE committed", "DROP TABLE untracked");
    files.git("branch", "-f", "base", "HEAD");
    Files.delete(files.path("db/10 ü.sql"));
    assertThat(check(files.path("db"), "--since", "base").out())
        .isEqualTo("migrations: none given\n");
    assertThat(check(files.path("db/1.sql"), "--since", "base").out())
        .isEqualTo("migrations: none given\n");
  }

  @Test
  void whatOthersHaveDoneSinceOnTheBranchThatItLeftIsTheirs() throws Exception {
    files.begin();
    files.write("db/1.sql", "SELECT 1;");
    files.commit();
    files.git("checkout", "-q", "-b", "feature");
    files.write("db/2.sql", "DROP TABLE mine;");
    files.commit();
    files.git("checkout", "-q", "main");
    files.write("db/1.sql", "SELECT 1; -- a word more");
    files.write("db/3.sql", "DROP TABLE theirs;");
    files.commit();
    files.git("checkout", "-q", "feature");

    SerinRun run = check(files.path("db"), "--since", "main", "-o", "json");

    assertThat(run.json().get("changed")).isEmpty();
    assertThat(run.json().get("findings").findValuesAsString("statement"))
        .containsExactly("DROP TABLE mine");
  }

  @Test
  void anOldMigrationThatWasChangedIsAProblemOfItsOwn() throws Exception {
    files.begin();
    files.write("db/1.sql", "SELECT 1;");
    files.write("db/2.sql", "SELECT 2;");
    files.write("db/1.down.sql", "SELECT 3;");
    files.commit();
    files.git("branch", "base");
    files.write("db/1.sql", "SELECT 4;");
    files.write("db/1.down.sql", "SELECT 4;");
    Files.delete(files.path("db/2.sql"));

    SerinRun run = check(files.path("db"), "--since", "base");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains("1.sql: expected a migration that base has to stay as it is, found it changed")
        .contains("2.sql: expected a migration that base has to stay as it is, found it gone")
        .contains("write a new one")
        .doesNotContain("1.down.sql");
    SerinRun sent = release("--migrations", files.path("db"), "--since", "base");
    assertThat(sent.code()).isEqualTo(5);
    assertThat(sent.err()).contains("nothing was sent", "found it changed");
    assertThat(requests).isEmpty();
  }

  @Test
  void saysWhatGitIsMissing() throws Exception {
    Path file = files.write("1.sql", "SELECT 1;");
    SerinRun outside = check(file, "--since", "base");
    assertThat(outside.code()).isEqualTo(2);
    assertThat(outside.err()).contains("--since: expected", "to be in a git repository");
    files.begin();
    files.commit();
    SerinRun unknown = check(file, "--since", "origin/main");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("expected a commit that git knows", "origin/main");
    assertThat(check(file, "--since=--output=x").code()).isEqualTo(2);
    files.git("checkout", "-q", "--orphan", "other");
    // Two commits of one second that hold the same are one.
    files.write("2.sql", "SELECT 2;");
    files.commit();
    assertThat(check(file, "--since", "main").err())
        .contains("expected a commit that main and HEAD have in common");
  }

  @Test
  void sendsThemWithARelease() throws Exception {
    files.write("db/2.sql", "SELECT 2;");
    files.write("db/10.sql", "SELECT 10;");
    files.write("db/2.down.sql", "DROP TABLE a;");

    SerinRun run =
        release("--migrations", files.path("db"), "--force-migrate", "--reason", "nobody reads it");

    assertThat(requests).as(run.err()).hasSize(1);
    Request.ReleaseRequested sent =
        (Request.ReleaseRequested)
            ((Parsed.Valid<Request>) RequestReader.read(requests.getFirst())).value();
    assertThat(sent.migrations())
        .extracting(Request.Migration::sql)
        .containsExactly("SELECT 2;", "SELECT 10;");
    assertThat(sent.forceMigrate()).isTrue();
    assertThat(sent.requestedBy()).isEqualTo("alice");
    assertThat(sent.reason()).isEqualTo("nobody reads it");
    assertThat(run.err()).contains("left out, for the way back: " + files.path("db/2.down.sql"));
  }

  @Test
  void sendsNothingThatCannotBeTaken() throws Exception {
    Path file = files.write("1.sql", "-- " + "x".repeat(300_000));
    SerinRun large = release("--migrations", file);
    assertThat(large.code()).isEqualTo(2);
    assertThat(large.err())
        .contains("expected a request of at most 262144 bytes (256 KiB), found 300")
        .contains("--since origin/main");
    SerinRun forced = release("--force-migrate");
    assertThat(forced.code()).isEqualTo(2);
    assertThat(forced.err()).contains("--force-migrate: expected a reason", "add --reason WHY");
    assertThat(release("--since", "main").err()).contains("expected --migrations with it");
    assertThat(requests).isEmpty();
  }
}
