package dev.serin.contracts.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SheetHeadTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00.250Z");
  private static final String SHEET = "#!/bin/sh\n# Rescue sheet of api.\n# Rollout r1.\nset -eu\n";
  private static final SheetHead HEAD = new SheetHead(NOON, "haproxy-a-1f.2", null);

  @Test
  void isBelowTheLineThatSaysWhatItIs() {
    assertThat(HEAD.on(SHEET))
        .isEqualTo(
            """
            #!/bin/sh
            # Rescue sheet of api.
            # As of 2026-11-20T12:00:00.250Z, written by coordinator haproxy-a-1f.2.
            # Another coordinator may have gone on since: compare with its sheet, the newest one holds.
            # Rollout r1.
            set -eu
            """);
  }

  @Test
  void takesThePlaceOfTheOneThatIsThere() {
    SheetHead left = HEAD.letGo(NOON.plusSeconds(60));
    assertThat(left.on(HEAD.on(SHEET)))
        .isEqualTo(left.on(SHEET))
        .contains("\n# That coordinator let go of it at 2026-11-20T12:01:00.250Z, when it was");
    assertThat(HEAD.on(left.on(SHEET))).isEqualTo(HEAD.on(SHEET));
  }

  @Test
  void isReadAsItWasWritten() {
    assertThat(SheetHead.of(HEAD.on(SHEET))).contains(HEAD);
    SheetHead nameless = new SheetHead(NOON, null, NOON.plusSeconds(60));
    assertThat(SheetHead.of(nameless.on(SHEET))).contains(nameless);
  }

  @Test
  void isMissingWhereNobodyWroteOneOrItCannotBeRead() {
    assertThat(SheetHead.of(SHEET)).isEmpty();
    assertThat(SheetHead.of("")).isEmpty();
    assertThat(SheetHead.of(HEAD.on(SHEET).replace("2026-11-20T", "yesterday "))).isEmpty();
    assertThat(SheetHead.of(HEAD.on(SHEET).replace("2026-11-20T", "2026-13-20T"))).isEmpty();
  }

  @Test
  void isSaidInOneLine() {
    assertThat(HEAD.letGo(NOON.plusSeconds(1)).said())
        .isEqualTo(
            "as of 2026-11-20T12:00:00.250Z, written by coordinator haproxy-a-1f.2, which let go of"
                + " it at 2026-11-20T12:00:01.250Z");
  }
}
