package dev.serin.incus.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.incus.IncusCommand.InspectInstances;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What preflight makes of a look into an instance.
class FindingsTest {
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  private static final InspectInstances INSPECT =
      new InspectInstances(
          new CommandHead("c", "r", "api", null, 1, Instant.EPOCH),
          List.of(),
          new Install("/opt/api/api", "root", "root", "0755", List.of("api"), null, 3),
          new Artifact("node:/opt/api/.serin/api-kept", DIGEST),
          null);

  @Test
  void tellsWhatMattersOnlyWhereABinaryIsInstalled() {
    Report report =
        Report.read(
            """
            binary file
            binary-size 1000
            artifact missing
            free-kib 1
            tool systemctl
            tool flock
            tool curl
            unit api loaded failed failed
            """,
            "");
    Findings findings = Findings.of(INSPECT, "b1", report, 0, it -> false);
    assertThat(findings.ofInstalling())
        .hasSize(2)
        .anyMatch(it -> it.startsWith("the artifact in b1: expected a readable file"))
        .anyMatch(it -> it.startsWith("the disk of /opt/api/api in b1: expected"));
    assertThat(findings.ofTheUnit())
        .containsExactly("unit api in b1: expected active, found failed (failed)");
    assertThat(findings.problems())
        .hasSize(3)
        .containsAll(findings.ofInstalling())
        .anyMatch(it -> it.startsWith("unit api in b1: expected active"));
  }

  /// Whoever may publish a request names any path of the node, and what is there may be secret.
  @ParameterizedTest
  @CsvSource({
    "7f454c46, ab, cd, true",
    "23212f62, ab, cd, false",
    "50415353, ab, cd, false",
    "23212f62, ab, ab, true",
    "'', ab, cd, false",
    "7f454c46, '', cd, false"
  })
  void tellsTheDigestOfABinaryToGoBackToOnly(
      String magic, String there, String installed, boolean isTold) {
    Report report =
        Report.read(
            "binary file\nbinary-digest "
                + installed.repeat(32)
                + "\nrollback file\nrollback-size 9\nrollback-digest "
                + there.repeat(32)
                + "\nrollback-magic "
                + magic
                + "\n",
            "");
    assertThat(Findings.of(INSPECT, "b1", report, 0, it -> false).rollbackSha256())
        .isEqualTo(isTold ? there.repeat(32) : null);
  }
}
