package dev.serin.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationFilesTest {
  @Test
  void ordersFilesAsToolsRunThem() {
    assertThat(
            Stream.of("db/V10__c.sql", "db/V2__b.sql", "db/V2.sql", "db/V02__a.sql", "a/9.sql")
                .map(Path::of)
                .sorted(MigrationFiles.ORDER)
                .map(Path::toString))
        .containsExactly("a/9.sql", "db/V2.sql", "db/V2__b.sql", "db/V02__a.sql", "db/V10__c.sql");
  }
}
