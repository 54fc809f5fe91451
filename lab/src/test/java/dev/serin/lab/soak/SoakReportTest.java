package dev.serin.lab.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `lab/lib/soak-report` on a document of its own.
class SoakReportTest {
  private static final Path SCRIPT =
      Objects.requireNonNull(Path.of("").toAbsolutePath().getParent())
          .resolve("lab/lib/soak-report");
  private static final String ORIGIN =
      "\\d{4}-\\d\\d-\\d\\d, (commit [0-9a-f]{7,}( and changes that were not committed)?|no commit known), \\d+ cores\\.";

  @TempDir private Path directory = Path.of("");

  @BeforeEach
  void keepsADocument() throws IOException {
    Files.writeString(
        document(),
        """
        # The last soak

        Words before.

        ## Simulation

        2026-01-02, commit 1234567, 4 cores.

        - seeds of old

        ## Three brokers, two of each service

        2026-01-03, commit 89abcde, 4 cores.

        - brokers of old
        """);
  }

  private Path document() {
    return directory.resolve("soak.md");
  }

  private record Said(int exit, String text) {}

  private Said put(String part, String report) throws IOException, InterruptedException {
    Path file = directory.resolve("report.md");
    Files.writeString(file, report);
    Process process =
        new ProcessBuilder(SCRIPT.toString(), part, file.toString(), document().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), said);
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(document());
  }

  private List<String> titles() throws IOException {
    return lines().stream().filter(line -> line.startsWith("## ")).toList();
  }

  @Test
  void replacesOnePartAndKeepsTheOthers() throws IOException, InterruptedException {
    assertThat(put("simulation", "- seeds of today\n")).isEqualTo(new Said(0, ""));

    assertThat(lines()).hasSize(15);
    assertThat(lines().subList(0, 6))
        .containsExactly("# The last soak", "", "Words before.", "", "## Simulation", "");
    assertThat(lines().get(6)).matches(ORIGIN);
    assertThat(lines().subList(7, 15))
        .containsExactly(
            "",
            "- seeds of today",
            "",
            "## Three brokers, two of each service",
            "",
            "2026-01-03, commit 89abcde, 4 cores.",
            "",
            "- brokers of old");
  }

  @Test
  void addsAMissingPartInItsPlace() throws IOException, InterruptedException {
    put("worst-day", "- limits\n");
    put("strategies", "- steps\n");
    put("chaos", "- faults\n");

    assertThat(titles())
        .containsExactly(
            "## Simulation",
            "## Faults on real processes, under load",
            "## Three brokers, two of each service",
            "## Each strategy, taken back at each of its steps",
            "## The worst day");
    assertThat(lines()).contains("- seeds of old", "- faults", "- brokers of old", "- limits");
  }

  @Test
  void isTheSameWhenAPartIsPutTwice() throws IOException, InterruptedException {
    put("chaos", "- faults\n\n| a | b |\n");
    List<String> once = lines();
    put("chaos", "- faults\n\n| a | b |\n");

    assertThat(lines()).isEqualTo(once);
  }

  @Test
  void beginsTheDocumentWhereThereIsNone() throws IOException, InterruptedException {
    Files.delete(document());

    assertThat(put("cluster", "- brokers\n")).isEqualTo(new Said(0, ""));

    assertThat(lines()).startsWith("# The last soak").endsWith("- brokers");
    assertThat(titles()).containsExactly("## Three brokers, two of each service");
  }

  @Test
  void refusesWhatIsNoPartOrNoReport() throws IOException, InterruptedException {
    List<String> before = lines();

    assertThat(put("weather", "- rain\n").text())
        .startsWith("soak-report: expected a part (simulation chaos cluster")
        .endsWith("found 'weather'\n");
    assertThat(put("chaos", "").text()).contains("there is none");
    assertThat(put("chaos", "## Simulation\n").exit()).isEqualTo(2);

    assertThat(lines()).isEqualTo(before);
  }
}
