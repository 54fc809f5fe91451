package dev.serin.contracts.migration;

import static dev.serin.contracts.migration.Dialect.MYSQL;
import static dev.serin.contracts.migration.Dialect.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.request.Request.Migration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each statement, what is said of it, and in which line: `breaks 2` is a finding that breaks, of
/// the statement that begins in line 2. `⏎` is the end of a line.
class StatementTableTest {
  private static String verdict(String sql, Dialect dialect) {
    List<Finding> found =
        MigrationCheck.of(List.of(new Migration("1.sql", sql.replace("⏎", "\n"))), dialect);
    return found.stream()
        .map(it -> it.severity().shown() + " " + it.line())
        .collect(Collectors.joining(", "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      quoteCharacter = '~',
      textBlock =
          """
          SELECT 1;⏎⏎ALTER TABLE a DROP COLUMN b                              | breaks 3
          ALTER TABLE IF EXISTS a⏎  ADD COLUMN c int,⏎  DROP COLUMN b         | breaks 1
          SELECT 1; DROP TABLE a; SELECT 2;⏎TRUNCATE b                        | breaks 1, breaks 2
          DROP TABLE IF EXISTS a, b CASCADE                                    | scanned 1, breaks 1
          DROP EXTENSION pgcrypto                                              | breaks 1
          DROP AGGREGATE f(int)                                                | scanned 1, breaks 1
          DROP ROLE app                                                        | breaks 1
          DROP OWNED BY app                                                    | breaks 1
          ALTER TABLE a ADD b int PRIMARY KEY                                  | breaks 1
          ALTER TABLE a ADD b int DEFAULT NULL NOT NULL                        | breaks 1
          ALTER TABLE a ADD b text NOT NULL CHECK (b <> 'DEFAULT 1')           | breaks 1
          ALTER TABLE a ADD b text DEFAULT 'NOT NULL'                          | ~~
          ALTER TABLE a ADD b text NOT NULL DEFAULT ''                         | ~~
          ALTER TABLE a ALTER b SET DEFAULT 'DROP c'                           | ~~
          ALTER TABLE a ALTER b SET STATISTICS 100                             | ~~
          ALTER TABLE a ADD b uuid NOT NULL DEFAULT gen_random_uuid()          | warns 1
          ALTER TABLE a ADD b timestamptz NOT NULL DEFAULT now()               | ~~
          ALTER TABLE a ADD b bigserial NOT NULL                               | warns 1
          ALTER TABLE a ADD b int NOT NULL GENERATED ALWAYS AS IDENTITY        | warns 1
          ALTER TABLE a ADD b int GENERATED ALWAYS AS (c * 2) STORED           | warns 1
          ALTER TABLE a ADD b int DEFAULT 1 UNIQUE                             | warns 1
          ALTER TABLE a ADD b int UNIQUE                                       | ~~
          ALTER TABLE a ADD UNIQUE (b)                                         | warns 1
          ALTER TABLE a ADD CHECK (b > 0) NOT VALID                            | scanned 1, warns 1
          ALTER TABLE a ADD CONSTRAINT c EXCLUDE USING gist (r WITH &&)        | scanned 1, warns 1
          ALTER TABLE a ALTER b ADD GENERATED ALWAYS AS IDENTITY               | scanned 1, warns 1
          ALTER TABLE a ALTER b TYPE text USING (b::text)                      | scanned 1, breaks 1
          ALTER TABLE a DETACH PARTITION p                                     | breaks 1
          ALTER TABLE a ENABLE ROW LEVEL SECURITY                              | scanned 1, warns 1
          ALTER TABLE a RENAME TO b                                            | breaks 1
          ALTER TABLE a ALTER b DROP DEFAULT, ADD c int                        | warns 1
          ALTER TABLE a ALTER b DROP IDENTITY                                  | warns 1
          ALTER DOMAIN d SET NOT NULL                                          | scanned 1, breaks 1
          ALTER DOMAIN d ADD CHECK (VALUE > 0)                                 | scanned 1, warns 1
          ALTER TYPE t DROP ATTRIBUTE x                                        | scanned 1, breaks 1
          ALTER TYPE t RENAME VALUE 'a' TO 'b'                                 | scanned 1, breaks 1
          ALTER TYPE t ADD VALUE 'RENAME x'                                    | ~~
          ALTER VIEW v RENAME TO w                                             | scanned 1, breaks 1
          DROP TRIGGER t ON a                                                  | warns 1
          CREATE RULE r AS ON DELETE TO a DO INSTEAD NOTHING                   | scanned 1, warns 1
          CREATE INDEX ON a (b)                                                | scanned 1, warns 1
          CREATE INDEX i ON a (lower(b)) WHERE c                               | warns 1
          CREATE INDEX CONCURRENTLY i ON a (lower(b))                          | ~~
          CREATE INDEX i ON a (b)                                              | warns 1
          WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d                | warns 1
          INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1         | ~~
          SELECT * FROM a FOR UPDATE                                           | ~~
          UPDATE a SET b = 'DROP TABLE x'                                      | warns 1
          REVOKE SELECT ON a FROM app                                          | warns 1
          GRANT TRUNCATE, UPDATE ON a TO app                                   | ~~
          VACUUM FULL a                                                        | warns 1
          REFRESH MATERIALIZED VIEW CONCURRENTLY v                             | ~~
          SELEC 1                                                              | scanned 1
          SELECT concat('DROP TABLE ', t) \\gexec⏎DROP TABLE a                | scanned 1, warns 1, breaks 2
          /* one /* two */ DROP TABLE a; */ SELECT 1⏎;DROP TABLE b             | breaks 2
          -- DROP TABLE a;⏎--DROP TABLE b⏎DROP TABLE c                         | breaks 3
          SELECT 'it''s; DROP TABLE a'⏎; DROP TABLE b                          | breaks 2
          SELECT '⏎⏎';⏎DROP TABLE b                                            | breaks 4
          SELECT 'C:\\';⏎DROP TABLE b; SELECT ''                               | breaks 2
          SELECT E'\\'; DROP TABLE a'                                          | ~~
          SELECT $a$; DROP TABLE a; $$ $a$;⏎DROP TABLE b                       | breaks 2
          SELECT "; DROP TABLE a" FROM b                                       | ~~
          -- see migrate:down for the way back⏎DROP TABLE a                    | breaks 2
          SELECT 1; -- migrate:down would be: delete it⏎DROP TABLE a           | breaks 2
          SELECT 1;⏎  -- migrate:down⏎DROP TABLE a                             | breaks 3
          SELECT 1; -- +goose Down⏎DROP TABLE a                                | breaks 2
          -- +goose Down is what follows⏎DROP TABLE a                          | breaks 2
          SELECT 1;⏎ -- +goose Down ⏎⏎DROP TABLE a;⏎DROP TABLE b               | scanned 4
          SELECT 1;⏎-- +migrate Down notransaction⏎DROP TABLE a                | scanned 3
          -- migrate:up⏎SELECT 1;⏎-- migrate:down transaction:false⏎DROP TABLE a | scanned 4
          -- migrate:down⏎DROP TABLE a;⏎SELECT 1 -- migrate:up⏎;DROP TABLE b   | scanned 2, breaks 4
          ALTER TABLE a -- migrate:up⏎ DROP COLUMN b                           | breaks 1
          -- +goose Down⏎-- nothing to do                                      | ~~
          DO $$ BEGIN⏎-- migrate:down⏎DROP TABLE a; END $$                     | scanned 1, breaks 1
          DO 'BEGIN DROP TABLE a; END'                                         | scanned 1, breaks 1
          DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$                           | scanned 1, warns 1, breaks 1
          DO $$ BEGIN EXECUTE format('DROP TABLE %I', x); END $$               | scanned 1, warns 1, breaks 1
          DO $$ BEGIN ALTER TABLE a ADD b int NOT NULL; END $$                 | scanned 1, breaks 1
          DO $$ BEGIN ALTER TABLE a ADD b numeric(1,2) NOT NULL DEFAULT 0; END $$ | scanned 1
          DO $$ BEGIN RAISE NOTICE 'DROP TABLE a'; END $$                      | scanned 1
          CREATE FUNCTION f() RETURNS void AS 'DROP TABLE a' LANGUAGE sql      | warns 1
          """)
  void readsPostgresql(String sql, String expected) {
    assertThat(verdict(sql, POSTGRESQL)).as(sql).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      quoteCharacter = '~',
      textBlock =
          """
          ALTER TABLE `a` DROP `b`                                             | breaks 1
          ALTER TABLE a DROP FOREIGN KEY f, DROP COLUMN c                      | scanned 1, breaks 1, warns 1
          ALTER TABLE a ADD b int unsigned NOT NULL AFTER c                    | breaks 1
          ALTER TABLE a ADD b int NOT NULL COMMENT 'the DEFAULT is 1'          | breaks 1
          ALTER TABLE a ADD b int COMMENT "NOT NULL"                           | ~~
          ALTER TABLE a ADD b int NOT NULL DEFAULT 0 COMMENT 'DROP c'          | ~~
          ALTER TABLE a ADD b int NOT NULL AUTO_INCREMENT                      | ~~
          ALTER TABLE a ADD b enum('x','y') NOT NULL                           | breaks 1
          ALTER TABLE a MODIFY b bigint                                        | breaks 1
          ALTER TABLE a CHANGE COLUMN b c int                                  | breaks 1
          ALTER TABLE a RENAME COLUMN b TO c                                   | breaks 1
          ALTER TABLE a RENAME b                                               | scanned 1, breaks 1
          ALTER TABLE a RENAME KEY b TO c                                      | ~~
          ALTER TABLE a CONVERT TO CHARACTER SET utf8mb4                       | breaks 1
          ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b                      | breaks 1
          ALTER TABLE a ADD UNIQUE KEY k (b)                                   | warns 1
          ALTER TABLE a ADD INDEX i (b)                                        | ~~
          ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d (e) ON UPDATE CASCADE | warns 1
          ALTER TABLE a DROP INDEX i                                           | warns 1
          ALTER TABLE a DROP CHECK c                                           | scanned 1, warns 1
          CREATE INDEX i ON a (b)                                              | ~~
          CREATE UNIQUE INDEX i ON a (b)                                       | warns 1
          RENAME TABLE a TO b, c TO d                                          | breaks 1
          CREATE OR REPLACE TABLE a (b int)                                    | scanned 1, breaks 1
          DROP TEMPORARY TABLE a                                               | ~~
          SELECT TRUNCATE(1.5, 1)                                              | ~~
          REPLACE INTO a VALUES (1)                                            | warns 1
          /*!40101 DROP TABLE a */;                                            | breaks 1
          /*!50003 SELECT 1 */;⏎/*M!100100 DROP TABLE a */;                    | breaks 2
          /* DROP TABLE a /* still the same */ SELECT 1;⏎DROP TABLE b          | breaks 2
          SELECT 1 # ; DROP TABLE a⏎;DROP TABLE b                              | breaks 2
          SELECT 5--3;⏎DROP TABLE b -- DROP TABLE c                            | breaks 2
          SELECT '\\'; DROP TABLE a'                                           | ~~
          SELECT "; DROP TABLE a"                                              | ~~
          SELECT `; DROP TABLE a`⏎;⏎DROP TABLE b                               | breaks 3
          DELIMITER ;;⏎SELECT ';'; DROP TABLE a;;⏎DELIMITER ;⏎DROP TABLE b;    | scanned 2, breaks 2, breaks 4
          PREPARE s FROM 'DROP TABLE a'                                        | scanned 1, warns 1, breaks 1
          PREPARE s FROM @sql                                                  | scanned 1, warns 1
          CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW SET NEW.b = 1       | scanned 1, warns 1
          /*!40101 DROP TABLE a                                                | breaks 1, breaks 1
          """)
  void readsMysql(String sql, String expected) {
    assertThat(verdict(sql, MYSQL)).as(sql).isEqualTo(expected);
  }

  @Test
  void aRoutineDoesWhatIsInItOnceTheSameReleaseCallsIt() {
    String mysql =
        "DELIMITER //⏎CREATE PROCEDURE p()⏎BEGIN⏎  SET @a = 'DROP TABLE z';⏎"
            + "  ALTER TABLE a DROP COLUMN b;⏎END//⏎";
    assertThat(verdict(mysql, MYSQL)).isEqualTo("warns 2");
    assertThat(verdict(mysql + "CALL p()//", MYSQL)).isEqualTo("warns 2, scanned 7, breaks 7");
    assertThat(verdict(mysql + "CALL pp()//", MYSQL)).isEqualTo("warns 2");
    String postgresql = "CREATE FUNCTION f() RETURNS void AS $$⏎DROP TABLE a;⏎$$ LANGUAGE sql;⏎";
    assertThat(verdict(postgresql + "SELECT f();", POSTGRESQL)).endsWith("breaks 4");
    assertThat(verdict(postgresql + "DO $$ BEGIN PERFORM f(); END $$", POSTGRESQL))
        .endsWith("breaks 4");
  }

  @Test
  void namesTheLineWithinABlock() {
    String sql =
        "DO $$\nBEGIN\n  /* two\n lines */\n  ALTER TABLE a DROP COLUMN b;\n  IF true THEN\n"
            + "    UPDATE a SET b = 1;\n  END IF;\nEND $$;\nDROP TABLE z;";
    List<Finding> found = MigrationCheck.of(List.of(new Migration("1.sql", sql)));
    assertThat(found).extracting(Finding::line).containsExactly(1, 1, 1, 10);
    assertThat(found.get(1).why()).startsWith("line 5 (ALTER TABLE a DROP COLUMN b): ");
    assertThat(found.get(2).why()).startsWith("line 7 (UPDATE a SET b = 1): ");
  }

  @Test
  void whatIsDoneToNewTablesIsNobodysTrouble() {
    assertThat(
            verdict(
                "CREATE TABLE a (b int); CREATE TABLE c (d int); CREATE INDEX i ON a (lower(b));"
                    + "ALTER TABLE a RENAME b TO c; TRUNCATE a, c; UPDATE a SET b = 1;"
                    + "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();"
                    + "DROP TABLE a, c",
                POSTGRESQL))
        .isEmpty();
    assertThat(verdict("CREATE TABLE a (b int); DROP TABLE a, users", POSTGRESQL))
        .contains("breaks");
    assertThat(verdict("CREATE TABLE a (b int); DROP TABLE a; DROP TABLE a", POSTGRESQL))
        .contains("breaks");
    assertThat(verdict("CREATE TABLE \"Users\" (b int); DROP TABLE users", POSTGRESQL))
        .contains("breaks");
    String perhaps = "CREATE TABLE IF NOT EXISTS a (b int); ";
    assertThat(verdict(perhaps + "CREATE INDEX i ON a (b)", POSTGRESQL)).isEmpty();
    assertThat(verdict(perhaps + "ALTER TABLE a DROP b", POSTGRESQL)).isEqualTo("breaks 1");
  }

  @Test
  void tellsMysqlFromPostgresql() {
    assertThat(Dialect.of("-- the `users` table\nSELECT 1")).isEqualTo(POSTGRESQL);
    assertThat(Dialect.of("COMMENT ON TABLE a IS 'as in `b`'")).isEqualTo(POSTGRESQL);
    assertThat(Dialect.of("/* ENGINE = x */ SELECT 1")).isEqualTo(POSTGRESQL);
    assertThat(Dialect.of("SELECT $$ ` $$")).isEqualTo(POSTGRESQL);
    assertThat(Dialect.of("ALTER TABLE `a` ADD b int")).isEqualTo(MYSQL);
    assertThat(Dialect.of("SELECT 1;\nDELIMITER //\n")).isEqualTo(MYSQL);
    assertThat(Dialect.of("/*!40101 SET NAMES utf8 */;")).isEqualTo(MYSQL);
    assertThat(Dialect.of("CREATE TABLE a (b int) ENGINE=InnoDB")).isEqualTo(MYSQL);
    assertThat(Dialect.of("RENAME TABLE a TO b")).isEqualTo(MYSQL);
  }

  @Test
  void showsNothingOfWhatStandsInStrings() {
    List<Finding> found =
        MigrationCheck.of(
            List.of(
                new Migration(
                    "1.sql",
                    "UPDATE a SET secret = 'hunter2', b = 'it''s'; DO $$ BEGIN DELETE FROM x WHERE k ="
                        + " 'hunter2'; END $$; ALTER ROLE a PASSWORD 'hunter2' RENAME TO b")));
    assertThat(found).isNotEmpty();
    assertThat(found).extracting(Finding::sentence).noneMatch(it -> it.contains("hunter2"));
    assertThat(found.getFirst().statement()).isEqualTo("UPDATE a SET secret = '…', b = '…'");
  }

  @Test
  void readsWhateverIsSent() {
    String deep = "(".repeat(30_000);
    for (String sql :
        List.of(
            "ALTER TABLE a ADD b int DEFAULT " + deep,
            "UPDATE a SET b = " + deep,
            "ALTER TABLE a " + "ADD x int, ".repeat(9_000) + "DROP y",
            "ALTER TABLE ".repeat(20_000),
            "ADD a ".repeat(20_000),
            "DO $$ " + "ALTER TABLE a ADD b ".repeat(10_000) + " $$",
            "$a$".repeat(50_000),
            "SELECT " + "CASE WHEN ".repeat(200) + "1",
            "'".repeat(100_001),
            "\\".repeat(50_000),
            "/*".repeat(100_000),
            nested(30))) {
      for (Dialect dialect : Dialect.values()) {
        assertThat(MigrationCheck.of(List.of(new Migration("1.sql", sql)), dialect)).isNotNull();
      }
    }
  }

  /// Code within code within code.
  private static String nested(int depth) {
    String code = "DROP TABLE a";
    for (int i = 0; i < depth; i++) {
      code = "DO $a" + i + "$ EXECUTE " + code + " $a" + i + "$";
    }
    return code;
  }
}
