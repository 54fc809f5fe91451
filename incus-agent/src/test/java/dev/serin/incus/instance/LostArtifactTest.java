package dev.serin.incus.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.incus.IncusCommand.InspectInstances;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of an artifact that is to be on the node and is not.
class LostArtifactTest {
  private static final Artifact KEPT =
      new Artifact("node:/opt/.serin/app-" + "ab".repeat(32), "ab".repeat(32));

  private static Findings findings(String artifact, boolean isStored) {
    InspectInstances command =
        new InspectInstances(
            new CommandHead("c", "r", "api", null, 1, Instant.EPOCH),
            List.of(new InstanceRef("b1", "backend-1", "default")),
            new Install("/opt/app", "0", "0", "0755", List.of("app"), null, 3),
            KEPT,
            null);
    Report report =
        Report.read(
            "binary file\nbinary-digest " + "cd".repeat(32) + "\n" + artifact + "outcome seen\n",
            "");
    return Findings.of(command, "backend-1", report, 0, it -> isStored && it.equals(KEPT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "artifact missing\n",
        "artifact file\nartifact-size 9\nartifact-digest 00\nartifact-magic 2321\n"
      })
  void whatTheNodeHasLostComesFromTheStore(String artifact) {
    assertThat(findings(artifact, true).warnings())
        .containsExactly(
            "backend-1 has lost the artifact ("
                + KEPT.uri()
                + "): it comes from the store of artifacts");
    assertThat(findings(artifact, true).problems()).noneMatch(it -> it.contains("the artifact"));
    assertThat(findings(artifact, false).problems()).anyMatch(it -> it.contains("the artifact in"));
    assertThat(findings(artifact, false).warnings()).isEmpty();
  }

  /// Whoever may publish a request names any path of the node.
  @Test
  void theDigestOfAnotherTextThatIsThereIsNotTold() {
    String secret = "ef".repeat(32);
    String text = "artifact file\nartifact-size 9\nartifact-digest " + secret + "\n";
    assertThat(findings(text + "artifact-magic 50415353\n", false).problems())
        .anyMatch(it -> it.contains("something else, which is no executable"))
        .noneMatch(it -> it.contains(secret));
    assertThat(findings(text + "artifact-magic 23212f62\n", false).problems())
        .anyMatch(it -> it.contains("another script"))
        .noneMatch(it -> it.contains(secret));
    assertThat(findings(text + "artifact-magic 7f454c46\n", false).problems())
        .anyMatch(it -> it.contains(secret));
  }

  @Test
  void whatTheNodeHasIsTakenFromThere() {
    String there =
        "artifact file\nartifact-size 9\nartifact-digest "
            + KEPT.sha256()
            + "\nartifact-magic 2321\n";
    assertThat(findings(there, true).warnings()).isEmpty();
    assertThat(findings(there, false).problems()).noneMatch(it -> it.contains("the artifact"));
  }
}
