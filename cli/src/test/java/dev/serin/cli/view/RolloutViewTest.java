package dev.serin.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.StubRollouts;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.sli.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a person sees, compared with the files in `src/test/resources/view`. What was shown is in
/// `target/view`: where it differs on purpose, copy it over.
class RolloutViewTest {
  private static final Instant BEGUN = Instant.parse("2026-11-20T14:00:00Z");
  private static final Path SHOWN = Path.of("target", "view");
  private static final Text FOOTER = Text.of("q leaves, the rollout goes on");

  private static Scene scene(Play play, Marks marks, Duration later) {
    List<Play.Moment> moments = play.moments();
    return new Scene(
        play.last().state(),
        moments.stream().map(Play.Moment::event).toList(),
        play.last().event().head().at().plus(later),
        ZoneOffset.UTC,
        marks);
  }

  private static Play at(Play play, int moments) {
    return new Play("r", "s", "1", BEGUN) {
      @Override
      public List<Moment> moments() {
        return play.moments().subList(0, moments);
      }

      @Override
      public Moment last() {
        return moments().getLast();
      }
    };
  }

  private static void looksLike(String golden, List<Text> lines) throws IOException {
    String shown = lines.stream().map(Text::plain).collect(Collectors.joining("\n", "", "\n"));
    Files.createDirectories(SHOWN);
    Files.writeString(SHOWN.resolve(golden), shown);
    try (InputStream file = RolloutViewTest.class.getResourceAsStream("/view/" + golden)) {
      String expected =
          file == null
              ? "(no such file: src/test/resources/view/" + golden + ")"
              : new String(file.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(shown).isEqualTo(expected);
    }
  }

  private static void page(String golden, Play play, int width, int height) throws IOException {
    List<Text> page =
        RolloutView.page(scene(play, Marks.of(true), Duration.ofSeconds(2)), width, height, FOOTER);
    assertThat(page).hasSize(height).allMatch(line -> line.width() <= width);
    looksLike(golden, page);
  }

  @Test
  void drainsTheCanary() throws IOException {
    page("drain-80x24.txt", at(StubRollouts.good(BEGUN), 3), 80, 24);
  }

  @Test
  void watchesTheSlis() throws IOException {
    page("analysis-80x24.txt", at(StubRollouts.good(BEGUN), 29), 80, 24);
    page("analysis-120x40.txt", at(StubRollouts.good(BEGUN), 29), 120, 40);
  }

  @Test
  void rollsBack() throws IOException {
    page("rollback-80x24.txt", at(StubRollouts.breached(BEGUN), 29), 80, 24);
  }

  @Test
  void foldsALargeFleet() throws IOException {
    page("large-80x24.txt", at(StubRollouts.large(BEGUN), 120), 80, 24);
  }

  @Test
  void waitsInLine() throws IOException {
    Play play =
        Play.of(BEGUN, "b2", "b1")
            .says("rollout r-0 of backend-api 2.0.9, which is active", "its own preflight", null)
            .queued();
    page("queued-80x24.txt", play, 80, 24);
  }

  @Test
  void waitsForAPerson() throws IOException {
    Play play =
        Play.of(BEGUN, "b2", "b1")
            .started()
            .preflightPassed("2.0.9")
            .updates("b2", Duration.ofSeconds(1))
            .analyses(Duration.ofMinutes(10))
            .after(Duration.ofSeconds(30))
            .probes(Verdict.NO_DATA, null, 0.0)
            .because("p95 had no data for 10 minutes")
            .paused("'serin resume backend-api' once Prometheus scrapes b2 again, or an abort");
    page("paused-80x24.txt", play, 80, 24);
  }

  @Test
  void reportsTheEndAtLength() throws IOException {
    looksLike(
        "completed-report.txt",
        RolloutView.report(
            scene(StubRollouts.good(BEGUN), Marks.of(true), Duration.ofHours(30)), 100));
    looksLike(
        "rolled-back-report.txt",
        RolloutView.report(
            scene(StubRollouts.breached(BEGUN), Marks.of(true), Duration.ofMinutes(3)), 100));
  }

  @Test
  void namesTheNodeThatIsLeft() throws IOException {
    Failure failure =
        new Failure(
            Failure.Reason.UNHEALTHY,
            "status 200 from http://127.0.0.1:8080/health within 1m",
            "status 500, last body 'no database'",
            "look at journalctl -u backend-api on b1",
            false);
    Play play =
        Play.of(BEGUN, "b2", "b1")
            .started()
            .preflightPassed("2.0.9")
            .updates("b2", Duration.ofSeconds(1))
            .begins("drain", "b1")
            .succeeds("drain", "b1", "nothing in flight")
            .begins("push", "b1")
            .succeeds("push", "b1", "pushed")
            .begins("health", "b1")
            .after(Duration.ofSeconds(60))
            .fails("health", "b1", failure)
            .halted(
                "b1 is drained on haproxy-1 and runs 2.1.0; mend it and release again, or take the"
                    + " release back with 'serin rollback backend-api'");
    looksLike(
        "halted-report.txt",
        RolloutView.report(scene(play, Marks.of(true), Duration.ofSeconds(5)), 80));
  }

  @Test
  void listsWhatPreflightFound() throws IOException {
    Play play =
        Play.of(BEGUN, "b2", "b1")
            .started()
            .preflightFailed(
                "backend-api/b2: expected a server of haproxy-1's api_pool, found none by that name;"
                    + " add its line, or mend 'server' in the definition",
                "artifact: expected an executable, found an empty file at /srv/veza-api");
    looksLike(
        "rejected-report.txt",
        RolloutView.report(scene(play, Marks.of(true), Duration.ofSeconds(5)), 80));
  }

  @Test
  void goesWithoutUnicode() throws IOException {
    looksLike(
        "rollback-ascii.txt",
        RolloutView.report(
            scene(at(StubRollouts.breached(BEGUN), 29), Marks.of(false), Duration.ofSeconds(2)),
            80));
  }

  @ParameterizedTest
  @CsvSource({"20,5", "40,10", "60,16", "80,24", "300,100", "80,2", "80,1"})
  void fitsEveryScreen(int width, int height) {
    for (Play play :
        List.of(
            StubRollouts.good(BEGUN),
            StubRollouts.breached(BEGUN),
            StubRollouts.large(BEGUN),
            Play.of(BEGUN, "b2", "b1").started().preflightFailed("no such server", "no data"))) {
      for (int moments = 1; moments <= play.moments().size(); moments += 5) {
        List<Text> page =
            RolloutView.page(
                scene(at(play, moments), Marks.of(true), Duration.ZERO), width, height, FOOTER);
        assertThat(page).hasSize(height);
        assertThat(page).allMatch(line -> line.width() <= width);
      }
    }
  }

  @Test
  void coloursOnlyWhereAsked() {
    Scene scene = scene(StubRollouts.breached(BEGUN), Marks.of(true), Duration.ZERO);
    String header = RolloutView.report(scene, 80).getFirst().render(true);

    assertThat(header).contains("\u001b[1;7;33m ROLLED BACK \u001b[0m");
    assertThat(RolloutView.report(scene, 80)).noneMatch(line -> line.plain().contains("\u001b"));
  }

  @Test
  void letsNobodyElseSteerTheTerminal() {
    Play play =
        Play.of(BEGUN, "b2", "b1")
            .started()
            .rollsBack(Outcome.FAILED, "evil \u001b]0;title\u0007 \u202Etext\r\nnext", "b2")
            .rolledBack(Outcome.FAILED);

    List<Text> report = RolloutView.report(scene(play, Marks.of(true), Duration.ZERO), 80);

    assertThat(report)
        .allMatch(line -> line.plain().chars().noneMatch(Character::isISOControl))
        .noneMatch(line -> line.plain().contains("\u202E"));
  }
}
