package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckMigrationsTest {
  @TempDir private Path directory = Path.of("");
  private final StubCoordinator stub = new StubCoordinator();

  @AfterEach
  void stop() {
    stub.close();
  }

  private SerinRun check(String... more) throws Exception {
    String[] words = new String[more.length + 1];
    words[0] = "check-migrations";
    System.arraycopy(more, 0, words, 1, more.length);
    return SerinRun.of(stub, words);
  }

  private void write(String name, String sql) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, sql);
  }

  @Test
  void readsADirectoryAndLeavesOutTheWayBack() throws Exception {
    write("1_users.up.sql", "CREATE TABLE users (id int);\n");
    write("1_users.down.sql", "DROP TABLE users;\n");
    write("notes.txt", "DROP TABLE users;\n");

    SerinRun run = check(directory.toString());

    assertThat(run.code()).isZero();
    assertThat(run.out()).isEqualTo("1 file: all of it additive\n");
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void namesWhatBreaksWithItsLineAndWhatToDoInstead() throws Exception {
    write("below/2.sql", "-- DROP TABLE a\nALTER TABLE users\n  DROP COLUMN email;\n");

    SerinRun run = check(directory.toString());

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.out())
        .contains(
            "breaks " + directory.resolve("below/2.sql") + ":2  ALTER TABLE users DROP COLUMN")
        .contains("drop it in a later one")
        .endsWith("1 file: 1 statement breaks the version that still runs\n");
  }

  @Test
  void givesItsFindingsAsJson() throws Exception {
    write("1.sql", "DROP TABLE a;");

    SerinRun run = check("-o", "json", directory.toString());

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.json().path("additive").asBoolean(true)).isFalse();
    assertThat(run.json().path("findings").get(0).path("line").asInt()).isEqualTo(1);
  }

  @Test
  void saysThatNoneWereGiven() throws Exception {
    assertThat(check(directory.toString()).out()).isEqualTo("migrations: none given\n");
    assertThat(check().out()).isEqualTo("migrations: none given\n");
  }

  @Test
  void refusesWhatItCannotRead() throws Exception {
    SerinRun nothing = check(directory.resolve("none").toString());
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err()).contains("expected a file or a directory, found nothing at");

    SerinRun dialect = check("--dialect", "oracle", directory.toString());
    assertThat(dialect.code()).isEqualTo(2);
    assertThat(dialect.err()).contains("expected postgresql or mysql, found 'oracle'");

    SerinRun revision = check("--since", "no-such-revision", directory.toString());
    assertThat(revision.code()).isEqualTo(2);
    assertThat(revision.err()).contains("--since: expected a revision that git knows here");
  }
}
