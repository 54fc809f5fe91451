package dev.serin.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static final Set<String> REFUSED = Set.of("refused");

  private final Failures failures = new Failures();

  @Test
  void theBadReleaseExplainsItsOwnAnswersOnly() {
    assertThat(failures.unexplained(Map.of("v9 status 500", 7L), "v9")).isEmpty();
    assertThat(failures.unexplained(Map.of("v9 status 503", 7L), "v9")).hasSize(1);
    assertThat(failures.unexplained(Map.of("v8 status 500", 7L), "v9"))
        .containsExactly(Map.entry("v8 status 500", 7L));
  }

  @Test
  void aFaultExplainsWhatFailedWhileItLasted() {
    failures.during(REFUSED, Map.of("unknown refused", 3L));
    failures.during(REFUSED, Map.of("unknown refused", 2L));

    assertThat(failures.unexplained(Map.of("unknown refused", 5L), "v9")).isEmpty();
    assertThat(failures.unexplained(Map.of("unknown refused", 6L), "v9"))
        .containsExactly(Map.entry("unknown refused", 1L));
  }

  @Test
  void aFaultExplainsOnlyTheWaysInWhichRequestsFailByIt() {
    failures.during(REFUSED, Map.of("unknown status 502", 3L, "unknown refused", 2L));

    assertThat(failures.unexplained(Map.of("unknown status 502", 3L, "unknown refused", 2L), "v9"))
        .containsExactly(Map.entry("unknown status 502", 3L));
  }

  @Test
  void aFaultExplainsNoReleasesAnswer() {
    failures.during(Set.of("status 500"), Map.of("v8 status 500", 3L));

    assertThat(failures.unexplained(Map.of("v8 status 500", 3L), "v9")).hasSize(1);
  }
}
