package dev.serin.contracts.migration;

import static dev.serin.contracts.migration.Finding.Severity.BREAKS;
import static dev.serin.contracts.migration.Finding.Severity.SCANNED;
import static dev.serin.contracts.migration.Finding.Severity.WARNS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.request.Request.Migration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationCheckTest {
  private static List<Finding> check(String... files) {
    return MigrationCheck.of(Stream.of(files).map(sql -> new Migration("db/1.sql", sql)).toList());
  }

  private static List<Finding> breaking(String... files) {
    return check(files).stream().filter(it -> it.severity() == BREAKS).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE users DROP COLUMN email",
        "ALTER TABLE users DROP email",
        "alter table only public.users drop column if exists email cascade, add column x int",
        "ALTER TABLE users ADD COLUMN x int, DROP COLUMN y",
        "DROP TABLE users",
        "DROP TABLE IF EXISTS a, b CASCADE",
        "DROP VIEW v",
        "DROP MATERIALIZED VIEW v",
        "DROP TYPE mood",
        "DROP FUNCTION f(int)",
        "DROP SEQUENCE s",
        "DROP SCHEMA s CASCADE",
        "DROP DATABASE d",
        "TRUNCATE a, b",
        "ALTER TABLE users ALTER COLUMN a TYPE bigint USING a::bigint",
        "ALTER TABLE users ALTER a SET DATA TYPE text",
        "ALTER TABLE users ALTER COLUMN a SET NOT NULL",
        "ALTER TABLE users ADD COLUMN b int NOT NULL",
        "ALTER TABLE users ADD b varchar(20) NOT NULL UNIQUE",
        "ALTER TABLE a ADD (b int not null, c int)",
        "ALTER TABLE users RENAME COLUMN a TO b",
        "ALTER TABLE users RENAME a TO b",
        "ALTER TABLE users RENAME TO people",
        "ALTER VIEW v RENAME TO w",
        "ALTER TYPE mood RENAME VALUE 'a' TO 'b'",
        "ALTER TABLE users SET SCHEMA other",
        "ALTER TABLE a DROP PARTITION p",
        "RENAME TABLE users TO people",
        "ALTER TABLE `users` MODIFY COLUMN `a` bigint NOT NULL",
        "ALTER TABLE `users` MODIFY a varchar(20)",
        "ALTER TABLE `users` CHANGE a b int",
        "ALTER TABLE `users` DROP COLUMN `a`",
        "DO $$ BEGIN ALTER TABLE a DROP COLUMN b; END $$",
        "DO $do$ BEGIN IF true THEN DROP TABLE a; END IF; END $do$",
        "/*!40101 DROP TABLE a */",
      })
  void refusesWhatTheVersionThatStillRunsCannotLiveWith(String sql) {
    assertThat(breaking(sql + ";\n")).as("%s", check(sql)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t (id bigint primary key, a text not null)",
        "ALTER TABLE users ADD COLUMN b int",
        "ALTER TABLE users ADD b int NOT NULL DEFAULT 0",
        "ALTER TABLE users ADD COLUMN IF NOT EXISTS b timestamptz DEFAULT now() NOT NULL",
        "ALTER TABLE users ALTER a DROP NOT NULL",
        "ALTER TABLE users ALTER COLUMN a SET DEFAULT 3",
        "ALTER TABLE users VALIDATE CONSTRAINT c",
        "ALTER TABLE users RENAME CONSTRAINT c TO d",
        "ALTER TABLE users OWNER TO bob",
        "ALTER TYPE mood ADD VALUE 'ok'",
        "ALTER INDEX i RENAME TO j",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t USING gin (a jsonb_path_ops)",
        "CREATE OR REPLACE VIEW v AS SELECT 1",
        "CREATE TYPE t AS ENUM ('a')",
        "CREATE EXTENSION IF NOT EXISTS pgcrypto",
        "COMMENT ON COLUMN a.b IS 'DROP TABLE x'",
        "INSERT INTO a VALUES ('DROP TABLE a; TRUNCATE b')",
        "SET lock_timeout = '2s'",
        "BEGIN",
        "START TRANSACTION",
        "COMMIT",
        "GRANT SELECT ON a TO b",
        "ALTER TABLE `users` ADD INDEX i (a)",
      })
  void letsThroughWhatIsAdditive(String sql) {
    assertThat(check(sql)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE INDEX i ON t (a)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (lower(a)) WHERE b",
        "DROP INDEX CONCURRENTLY IF EXISTS i",
        "ALTER TABLE users ADD CONSTRAINT u UNIQUE (email)",
        "ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "ALTER TABLE users ADD FOREIGN KEY (a) REFERENCES b(id)",
        "ALTER TABLE users DROP CONSTRAINT c",
        "ALTER TABLE users ALTER COLUMN a DROP DEFAULT",
        "ALTER TABLE a DROP PRIMARY KEY",
        "ALTER TABLE a DROP FOREIGN KEY f",
        "UPDATE a SET x = 1",
        "DELETE FROM a WHERE x = 1",
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()",
        "DO $$ BEGIN EXECUTE 'DROP ' || 'TABLE a'; END $$",
        "CREATE FUNCTION f() RETURNS void AS $$ BEGIN DROP TABLE a; END $$ LANGUAGE plpgsql",
        "\\i other.sql",
      })
  void warnsOfWhatMayHurt(String sql) {
    List<Finding> found = check(sql);
    assertThat(found).extracting(Finding::severity).contains(WARNS).doesNotContain(BREAKS);
  }

  @Test
  void saysWhatItCouldNotParseWithItsLine() {
    List<Finding> found =
        check("SELECT 1;\n\nDO $$\nBEGIN\n  PERFORM 1;\n  ALTER TABLE a DROP COLUMN b;\nEND $$;\n");
    assertThat(found).extracting(Finding::severity).containsExactly(SCANNED, BREAKS);
    assertThat(found).extracting(Finding::line).containsOnly(3);
    assertThat(found.getLast().why()).startsWith("line 6 (ALTER TABLE a DROP COLUMN b): ");
    assertThat(found.getFirst().sentence())
        .isEqualTo(
            "db/1.sql:3: DO $…$: it could not be parsed, so it was only looked through for"
                + " keywords");
  }

  @Test
  void isFooledNeitherByCommentsNorByStringsNorBySeveralStatementsALine() {
    assertThat(
            check(
                """
                -- DROP TABLE a;
                /* DROP TABLE a; /* nested */ DROP TABLE b; */
                INSERT INTO a VALUES ('it''s; DROP TABLE a', E'\\'; DROP TABLE a', $q$; DROP TABLE a$q$);
                """))
        .isEmpty();
    List<Finding> found = check("SELECT 1; DROP TABLE a; SELECT ';';\nDROP\n  TABLE b; SELECT 2");
    assertThat(found).extracting(Finding::line).containsExactly(1, 2);
    assertThat(found)
        .extracting(Finding::statement)
        .containsExactly("DROP TABLE a", "DROP TABLE b");
    assertThat(breaking("DROP/* not a comment on its own */TABLE a")).hasSize(1);
    assertThat(breaking("# a comment of MySQL's; DROP TABLE a\nSET x = `y`")).isEmpty();
    assertThat(breaking("INSERT INTO `a` VALUES ('\\'; DROP TABLE a')")).isEmpty();
    assertThat(breaking("INSERT INTO `a` VALUES (\"; DROP TABLE a\")")).isEmpty();
  }

  @Test
  void readsWhatClientsCarryOutThemselves() {
    assertThat(
            breaking(
                """
                DELIMITER //
                CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//
                DELIMITER ;
                DROP TABLE a;
                """))
        .extracting(Finding::line)
        .containsExactly(4);
    assertThat(breaking("COPY a FROM STDIN;\n1\tDROP TABLE a;\n\\.\nDROP TABLE b;\n"))
        .extracting(Finding::line)
        .containsExactly(4);
    assertThat(check("\\set ON_ERROR_STOP on\nSELECT 1;")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-- +goose %s", "-- +migrate %s", "-- migrate:%s"})
  void leavesOutWhatIsForTheWayBack(String marker) {
    String file =
        marker.formatted("Up")
            + "\nCREATE TABLE a (id int);\n"
            + marker.formatted("Down")
            + "\nDROP TABLE z;\n";
    assertThat(check(file))
        .singleElement()
        .satisfies(it -> {
          assertThat(it.severity()).isEqualTo(SCANNED);
          assertThat(it.sentence())
              .isEqualTo(
                  "db/1.sql:4: a statement: left out, since a marker above sets it apart for"
                      + " the way back");
        });
    assertThat(breaking("DROP TABLE z;\n" + file)).hasSize(1);
  }

  @Test
  void aTableOfTheSameMigrationsIsNobodysYet() {
    assertThat(
            check(
                "CREATE TABLE public.t (id int);",
                "ALTER TABLE \"t\" ADD COLUMN a int NOT NULL; CREATE INDEX i ON t (a); DROP TABLE t;"))
        .isEmpty();
    assertThat(breaking("CREATE TABLE IF NOT EXISTS t (id int); ALTER TABLE t DROP COLUMN a"))
        .hasSize(1);
    assertThat(breaking("DROP TABLE t; CREATE TABLE t (id int)")).hasSize(1);
  }

  static Stream<String> unended() {
    return Stream.of("SELECT 'a", "SELECT 1 /* a", "DO $x$ BEGIN", "SELECT \"a");
  }

  @ParameterizedTest
  @MethodSource("unended")
  void refusesAFileThatIsNotWhole(String sql) {
    assertThat(breaking("SELECT 1;\n" + sql))
        .singleElement()
        .satisfies(it -> {
          assertThat(it.line()).isEqualTo(2);
          assertThat(it.why()).startsWith("expected it to end");
        });
  }

  @Test
  void readsFilesAsEditorsLeaveThem() {
    assertThat(check("")).isEmpty();
    assertThat(check("\n-- nothing\n")).isEmpty();
    assertThat(breaking("\uFEFFDROP TABLE a")).hasSize(1);
    assertThat(breaking("SELECT 1;\r\nDROP TABLE a;\r\n"))
        .extracting(Finding::line)
        .containsExactly(2);
  }

  @Test
  void saysWhatToDoInstead() {
    assertThat(check("ALTER TABLE users DROP COLUMN email").getFirst().sentence())
        .isEqualTo(
            "db/1.sql:1: ALTER TABLE users DROP COLUMN email: the version that still runs reads and"
                + " writes that column; stop using it in this release, and drop it in a later one,"
                + " once nothing that runs uses it");
    assertThat(MigrationCheck.isAdditive(check("SELECT 1"))).isTrue();
    assertThat(MigrationCheck.isAdditive(check("UPDATE a SET b = 1"))).isTrue();
    assertThat(MigrationCheck.isAdditive(check("DROP TABLE a"))).isFalse();
  }

  @Test
  void readsALongFileInOneGo() {
    String rows = "INSERT INTO a VALUES (" + "1, ".repeat(20_000) + "'DROP TABLE x');\n";
    assertThat(breaking(rows + "DROP TABLE a;")).hasSize(1);
  }
}
