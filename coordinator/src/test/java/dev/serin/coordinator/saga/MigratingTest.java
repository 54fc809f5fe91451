package dev.serin.coordinator.saga;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.request.RequestReader;
import org.junit.jupiter.api.Test;

class MigratingTest {
  private static ReleaseRequested release(String more) {
    String text =
        """
        {"type": "release-requested", "requestId": "r", "service": "api", "version": "v2",
         "requestedBy": "alice", "reason": "agreed with the data team",
         "artifact": {"uri": "file:/srv/api", "sha256": "%s"}%s}
        """
            .formatted("a".repeat(64), more);
    return (ReleaseRequested)
        ((Parsed.Valid<Request>) RequestReader.read(Json.mapper().readTree(text))).value();
  }

  private static final String DROPS =
      ", \"migrations\": [{\"path\": \"V2.sql\", \"sql\": \"UPDATE a SET b = 1; DROP TABLE a\"}]";

  @Test
  void saysThatNoneWereGiven() {
    assertThat(Migrating.of(release("")).words()).isEqualTo("migrations: none given");
  }

  @Test
  void whatIsAdditiveStandsAgainstNothing() {
    Migrating migrating =
        Migrating.of(
            release(
                ", \"migrations\": [{\"path\": \"V2.sql\", \"sql\": \"CREATE TABLE a (id int)\"}]"));
    assertThat(migrating.problems()).isEmpty();
    assertThat(migrating.warnings()).isEmpty();
    assertThat(migrating.words()).isEqualTo("migrations: 1 file read, all of it additive");
  }

  @Test
  void whatIsNotStandsAgainstTheRelease() {
    Migrating migrating = Migrating.of(release(DROPS));
    assertThat(migrating.problems())
        .singleElement()
        .asString()
        .startsWith("migrations: V2.sql:1: DROP TABLE a: the version that still runs uses");
    assertThat(migrating.warnings())
        .singleElement()
        .asString()
        .startsWith("migrations: V2.sql:1: UPDATE a SET b = 1");
  }

  @Test
  void forcedItIsOnTheRecordWithNameAndReason() {
    Migrating migrating = Migrating.of(release(DROPS + ", \"forceMigrate\": true"));
    assertThat(migrating.problems()).isEmpty();
    assertThat(migrating.warnings())
        .hasSize(3)
        .startsWith("migrations: forced by alice: agreed with the data team");
    assertThat(migrating.words())
        .isEqualTo(
            "migrations: 1 file read, not additive, and forced by alice: agreed with the data team");
  }
}
