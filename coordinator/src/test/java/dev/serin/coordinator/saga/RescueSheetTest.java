package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.rollout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rescue.SheetHead;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.rescue.Rescue;
import dev.serin.coordinator.rescue.RescueFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person would do when Serin is gone. That it does what it says is shown on the lab; here,
/// that it follows each step.
class RescueSheetTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");

  private static RescueFiles files(Path directory) {
    return new RescueFiles(directory, Story.STORE, () -> Story.NOON, "here");
  }

  private static String part(Story story, String function) {
    String sheet = story.sheet();
    int begins = sheet.indexOf("\n" + function + "() {");
    assertThat(begins).as("%s in %s", function, sheet).isPositive();
    return sheet.substring(begins, sheet.indexOf("\n}\n", begins));
  }

  /// The titles of the steps, in order.
  private static String titles(Story story, String function) {
    return part(story, function)
        .lines()
        .filter(line -> line.startsWith("  echo '") && line.endsWith("'") && line.contains(": "))
        .map(line -> line.substring("  echo '".length(), line.length() - 1))
        .reduce((one, other) -> one + ", " + other)
        .orElse("");
  }

  @Test
  void thereIsNoneWithoutARollout() {
    assertThat(Rescue.of(Story.of(SERVICE).ledger(), Story.STORE)).isEmpty();
  }

  @Test
  void saysThatNothingWasTouchedYet() {
    assertThat(rollout(SERVICE).sheet())
        .contains("Nothing was touched yet")
        .doesNotContain("set server");
  }

  @Test
  void takesBackWhatWasBegunAndFinishesWhatIsLeft() {
    Story story = rollout(SERVICE).until("push b2");
    assertThat(titles(story, "back"))
        .isEqualTo(
            "b2: undo-drain, b2: undo-restore, b2: undo-restart, b2: undo-health, b2: undo-ready,"
                + " b2: undo-serving");
    assertThat(titles(story, "finish"))
        .isEqualTo(
            "b2: push, b2: restart, b2: health, b2: ready, b2: serving, b1: drain, b1: keep,"
                + " b1: push, b1: restart, b1: health, b1: ready, b1: serving");
    assertThat(part(story, "finish")).contains("# analyse: watch the SLIs yourself");
    assertThat(story.sheet()).contains("in phase ROLLING at step: push b2.");
  }

  @Test
  void namesTheDigestsAndSettingsThatPreflightFound() {
    Story story = rollout(SERVICE).until("push b2");
    assertThat(part(story, "back"))
        .contains("systemctl restart api")
        .contains(World.sha("v1"))
        .contains("state ready");
    assertThat(part(story, "finish")).contains(World.sha("v2"));
  }

  @Test
  void givesEveryNodeItsOwnWeightAgain() {
    Story story =
        rollout(
                Services.with(
                    SERVICE,
                    "{\"strategy\": \"traffic-steps\","
                        + " \"trafficSteps\": [{\"share\": 10}, {\"share\": 100}]}"))
            .until("ready b2");
    assertThat(titles(story, "back"))
        .isEqualTo(
            "b2: undo-drain, b2: undo-restore, b2: undo-restart, b2: undo-health, b2: undo-shift,"
                + " b2: undo-ready, b2: undo-serving");
    assertThat(part(story, "back"))
        .contains("set server api_pool/b1 weight 100", "set server api_pool/b2 weight 100");
    assertThat(titles(story, "finish")).startsWith("b2: ready, b2: serving, b2: shift, b1: drain");
    assertThat(story.sheet()).doesNotContainPattern("weight (?!100\\b)[0-9]");
    assertThat(part(story, "finish")).contains("set server api_pool/b1 weight 100");
  }

  @Test
  void guessesNothingAboutALoadBalancerThatNobodyHasSaidHowToReach() {
    Story story = rollout(SERVICE).until("push b2");
    assertThat(story.sheet()).contains("| socat - UNIX-CONNECT:/run/admin.sock");
    Ledger ledger = story.ledger();
    String blind =
        Rescue.of(
                new Ledger(
                    ledger.service(),
                    ledger.definition(),
                    story.active().reachedBy(List.of()),
                    ledger.queue(),
                    ledger.lastKnownGood(),
                    ledger.earlier(),
                    ledger.lastEnded(),
                    ledger.leftOut(),
                    ledger.versions(),
                    ledger.fence(),
                    ledger.handsOff(),
                    ledger.freezes(),
                    ledger.everywhere(),
                    ledger.held(),
                    ledger.decidedAt(),
                    ledger.turn(),
                    ledger.limited()),
                Story.STORE)
            .orElseThrow();
    assertThat(blind).contains("\n  unreachable haproxy-1\n").doesNotContain("set server");
    assertThat(blind)
        .as("what is known is there")
        .contains("incus exec b2 -- systemctl restart api");
  }

  @Test
  void goesOnlyBackDuringARollback() {
    Story story = rollout(SERVICE).until("watch 1-3").on(probe(FAIL)).until("restart b2");
    assertThat(titles(story, "back"))
        .isEqualTo("b2: undo-restart, b2: undo-health, b2: undo-ready, b2: undo-serving");
    assertThat(story.sheet()).doesNotContain("finish() {").doesNotContain(".sh finish");
  }

  @Test
  void knowsARollbackThatWaitsForAPerson() {
    Story story = rollout(SERVICE).until("push b2").on(handsOff()).on(abort());
    assertThat(titles(story, "back")).startsWith("b2: undo-drain");
    assertThat(story.sheet()).doesNotContain("finish() {");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "drain b2",
        "keep b2",
        "restart b2",
        "serving b2",
        "watch 1-3",
        "drain b1",
        "serving b1"
      })
  void isAShellScriptAtEveryStep(String step) throws IOException, InterruptedException {
    String sheet = rollout(SERVICE).until(step).sheet();
    Process shell = new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
    try (OutputStream script = shell.getOutputStream()) {
      script.write(sheet.getBytes(UTF_8));
    }
    String complaint = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor()).as("%s in %s", complaint, sheet).isZero();
  }

  @Test
  void isAFileAsLongAsTheRolloutIsActive(@TempDir Path directory) throws IOException {
    RescueFiles files = files(directory.resolve("rescue"));
    Story story = rollout(SERVICE).until("push b2");
    files.changed(story.ledger());
    Path file = directory.resolve("rescue").resolve(Services.NAME + ".sh");
    String sheet = new SheetHead(Story.NOON, "here", null).on(story.sheet());
    assertThat(file).hasContent(sheet);
    assertThat(files.read(Services.NAME)).contains(sheet);

    story.goesOn();
    files.changed(story.ledger());
    assertThat(file).doesNotExist();
    assertThat(files.read(Services.NAME)).isEmpty();
    try (var left = Files.list(directory.resolve("rescue"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void theLastSheetStaysWhereTheRecordIsLost(@TempDir Path directory) {
    Story story = rollout(canaryThenPeers("b2", "b1")).until("restart b2");
    files(directory).changed(story.ledger());
    files(directory).lost(Services.NAME);
    RescueFiles after = files(directory);
    after.changed(Ledger.empty(Services.NAME));
    assertThat(after.read(Services.NAME).orElseThrow()).contains("systemctl restart api");
    assertThat(after.read(Services.NAME)).as("until a rollout has one of its own").isPresent();
    after.changed(story.ledger());
    after.changed(Ledger.empty(Services.NAME));
    assertThat(after.read(Services.NAME)).isEmpty();
  }
}
