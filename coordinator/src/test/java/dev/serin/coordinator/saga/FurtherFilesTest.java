package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.answered;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand.FileChange;
import dev.serin.contracts.incus.IncusCommand.InspectInstances;
import dev.serin.contracts.incus.IncusCommand.KeepBinary;
import dev.serin.contracts.incus.IncusCommand.PushArtifact;
import dev.serin.contracts.incus.IncusCommand.RestoreBinary;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.IncusEvent.InstancesChangedByHand;
import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.view.ArtifactNeedsAccess;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A release brings further files: they come and go with its binary.
class FurtherFilesTest {
  static final String ENV = "/etc/api/env";
  private static final String UNIT = "/etc/systemd/system/api.service";
  private static final ServiceDefinition SERVICE =
      Services.with(
          canaryThenPeers("b2", "b1"),
          """
          {"install": {"files": ["/etc/api/", "/etc/systemd/system/api"]}}
          """);
  private static final FileState BEFORE = new FileState(ENV, World.sha("A=1"), "0", "7", "0600");

  static ReleaseFile file(String path, String content) {
    return new ReleaseFile(
        path, new Artifact("file:/artifacts/file", World.sha(content)), "root", "api", "0640");
  }

  static ReleaseRequested releaseOf(String version, String binary, List<ReleaseFile> files) {
    ReleaseRequested plain = Story.releaseOf(binary, Request.IfBusy.QUEUE);
    return new ReleaseRequested(
        "release-" + version,
        plain.service(),
        plain.requestedBy(),
        plain.reason(),
        version,
        plain.artifact(),
        null,
        null,
        null,
        List.of(),
        false,
        plain.ifBusy(),
        plain.labels(),
        false,
        files);
  }

  static Story.Act releaseWith(String version, ReleaseFile... files) {
    return Acts.asked(releaseOf(version, version, List.of(files)));
  }

  static Story fleet() {
    Story story = Story.of(SERVICE);
    story.world().place("b1", BEFORE);
    story.world().place("b2", BEFORE);
    return story;
  }

  private static Story rollout() {
    return fleet().on(releaseWith("v2", file(ENV, "A=2"), file(UNIT, "[Service]")));
  }

  private static Ledger.KnownGood good(Story story) {
    return Objects.requireNonNull(story.ledger().lastKnownGood());
  }

  static void has(Story story, String path, String content, String... nodes) {
    for (String node : nodes) {
      assertThat(story.world().file(node, path).sha256())
          .as("%s on %s", path, node)
          .isEqualTo(content.equals("-") ? null : World.sha(content));
    }
  }

  @Test
  void areLookedAtKeptAndPushedWithTheBinary() {
    Story story = rollout().until("keep b2");
    assertThat(((InspectInstances) story.newest("inspect")).files())
        .extracting(ReleaseFile::path)
        .containsExactly(ENV, UNIT);
    assertThat(((KeepBinary) story.newest("keep b2")).files())
        .containsExactly(BEFORE, FileState.absent(UNIT));
    story.until("push b2");
    assertThat(((PushArtifact) story.newest("push b2")).files())
        .containsExactly(
            new FileChange(file(ENV, "A=2"), BEFORE),
            new FileChange(file(UNIT, "[Service]"), FileState.absent(UNIT)));
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    has(story, ENV, "A=2", "b1", "b2");
    assertThat(good(story).files()).hasSize(2);
    assertThat(story.state("v2").steps())
        .anySatisfy(step ->
            assertThat(step.detail()).isNotNull().contains("installed and 2 further files"));
  }

  @Test
  void goBackWithTheBinaryAndANewOneIsRemoved() {
    Story story = rollout().until("watch 1-3").on(probe(Verdict.FAIL)).until("restore b2");
    assertThat(((RestoreBinary) story.newest("restore b2")).files())
        .extracting(FileChange::before)
        .containsExactly(BEFORE, FileState.absent(UNIT));
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    has(story, ENV, "A=1", "b1", "b2");
    has(story, UNIT, "-", "b1", "b2");
  }

  @Test
  void stayWhereALaterReleaseBringsNone() {
    Story story = rollout().goesOn().on(release("v3")).goesOn();
    story.endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
    has(story, ENV, "A=2", "b1", "b2");
    assertThat(((PushArtifact) story.newest("push b1")).files()).isEmpty();
    story.on(takeBack()).goesOn();
    has(story, ENV, "A=2", "b1", "b2");
    story.on(takeBack()).goesOn();
    has(story, ENV, "A=1", "b1", "b2");
    has(story, UNIT, "-", "b1", "b2");
  }

  @Test
  void goBackWithACompletedRelease() {
    Story story = rollout().goesOn().on(takeBack()).until("push b2");
    Artifact kept = ((PushArtifact) story.newest("push b2")).files().getFirst().file().artifact();
    assertThat(Objects.requireNonNull(kept).uri())
        .startsWith("node:/opt/api/.serin/.api.files/")
        .endsWith("-" + World.sha("A=1"));
    story.goesOn();
    has(story, ENV, "A=1", "b1", "b2");
    has(story, UNIT, "-", "b1", "b2");
    assertThat(story.world().file("b1", ENV)).isEqualTo(BEFORE);
    story.on(takeBack(), sends(), refuses("expected to know what ran before"));
  }

  @Test
  void eachNodeGetsBackWhatItHad() {
    Story story = fleet();
    story.world().place("b1", new FileState(ENV, World.sha("A=b1"), "0", "0", "0644"));
    story.on(releaseWith("v2", file(ENV, "A=2"))).goesOn();
    has(story, ENV, "A=2", "b1", "b2");
    story.on(takeBack()).goesOn();
    has(story, ENV, "A=b1", "b1");
    has(story, ENV, "A=1", "b2");
  }

  @Test
  void aReleaseOfFilesAloneIsTakenBackToo() {
    Story story = fleet().on(release("v2")).goesOn();
    story.on(Acts.asked(releaseOf("v2-env", "v2", List.of(file(ENV, "A=2"))))).goesOn();
    has(story, ENV, "A=2", "b1", "b2");
    story.on(takeBack()).goesOn();
    has(story, ENV, "A=1", "b1", "b2");
    assertThat(good(story).version()).isEqualTo("v2");
    story.on(takeBack()).goesOn();
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.digest().equals(World.sha("v1")));
  }

  @Test
  void goBackWhereTheyCameToAPartOfTheFleet() {
    Story story =
        fleet()
            .on(release("v2"))
            .goesOn()
            .on(releaseWith("v3", file(ENV, "A=3")))
            .until("health b1")
            .on(failsForGood("health b1"))
            .endsIn("v3", RolloutPhase.HALTED, Outcome.HALTED);
    has(story, ENV, "A=3", "b1", "b2");
    story.on(takeBack()).goesOn();
    has(story, ENV, "A=1", "b1", "b2");
    assertThat(good(story).version()).isEqualTo("v2");
  }

  @Test
  void goBackWithTheirBinaryWhereTheFirstTryOfTheirReleaseHalted() {
    for (String stopsAt : List.of("drain b1", "health b1")) {
      Story story =
          fleet()
              .on(release("v2"))
              .goesOn()
              .on(releaseWith("v3", file(ENV, "A=3")))
              .until(stopsAt)
              .on(failsForGood(stopsAt))
              .goesOn()
              .endsIn("v3", RolloutPhase.HALTED, Outcome.HALTED)
              .on(Acts.asked(releaseOf("v3-again", "v3", List.of(file(ENV, "A=3")))))
              .goesOn();
      has(story, ENV, "A=3", "b1", "b2");
      story.on(takeBack()).goesOn();
      has(story, ENV, "A=1", "b1", "b2");
      assertThat(story.world().nodes().values())
          .as("halted at %s", stopsAt)
          .allMatch(node -> node.digest().equals(World.sha("v2")));
    }
  }

  @Test
  void theSameReleaseTwiceIsTakenBackAtOnce() {
    Story story =
        rollout()
            .goesOn()
            .on(
                Acts.asked(
                    releaseOf(
                        "v2-again", "v2", List.of(file(ENV, "A=2"), file(UNIT, "[Service]")))))
            .goesOn()
            .on(takeBack())
            .goesOn();
    has(story, ENV, "A=1", "b1", "b2");
    has(story, UNIT, "-", "b1", "b2");
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.digest().equals(World.sha("v1")));
  }

  @Test
  void comeAgainWithARetry() {
    Story story = rollout().until("health b2").on(failsForGood("health b2")).goesOn();
    has(story, ENV, "A=1", "b2");
    story.on(retry(Request.From.STEP)).goesOn();
    has(story, ENV, "A=2", "b1", "b2");
  }

  static final Failure FOREIGN =
      new Failure(Failure.Reason.FOREIGN, "the file as known", "another one", "ask them", false);

  @Test
  void aHandInTheWayOfAPushPausesAndTheRollbackHalts() {
    rollout()
        .until("push b2")
        .on(fails("push b2", FOREIGN), tells("step-failed push b2", "rollout-paused"))
        .then(isIn(RolloutPhase.PAUSED))
        .on(abort())
        .until("restore b2")
        .on(fails("restore b2", FOREIGN))
        .goesOn()
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
  }

  @Test
  void whatIsLeftNamesTheFilesThatAreNotAsTheyWere() {
    Story story = rollout().until("watch 1-3").on(probe(Verdict.FAIL)).until("restore b2");
    story.on(fails("restore b2", FOREIGN)).goesOn().endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    assertThat(story.state("v2").problems())
        .singleElement()
        .asString()
        .contains("these files are as they were before", ENV + ", " + UNIT);
  }

  @Test
  void aFileChangedByHandPausesOnceAndIsNotWatchedAnyMore() {
    Story.Act hand =
        story ->
            answered(
                story,
                new InstancesChangedByHand(
                    new AnswerHead(
                        "look", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                    List.of(
                        new InstanceChange(
                            "b2", Deed.FILE_CHANGED, ENV, World.sha("A=2"), World.sha("mine")))));
    Story story =
        rollout().until("watch 1-3").on(hand, sends("stop-watching"), tells("rollout-paused"));
    assertThat(story.told().getLast().head().why())
        .isEqualTo("somebody has changed the file /etc/api/env on b2; nothing was reverted");
    story.on(resume()).ignores(hand, Decision.Ignored.NOT_AWAITED);
    assertThat(Noticing.known(story.active()))
        .filteredOn(known -> known.instance().node().equals("b2"))
        .flatExtracting(known -> known.files().stream().map(FileState::path).toList())
        .containsExactly(UNIT);
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void onlyTheServicesDefinitionSaysWhereTheyMayGo() {
    Story.of(canaryThenPeers("b2", "b1"))
        .on(
            releaseWith("v2", file(ENV, "A=2")),
            refuses("that it allows none", "install.files", "/etc/api/"));
    fleet()
        .on(
            releaseWith("v2", file("/etc/shadow", "root")),
            refuses("/etc/shadow", "/etc/api/, /etc/systemd/system/api"));
    ReleaseRequested sly = releaseOf("v3", "v3", List.of(file("/etc/shadow", "root")));
    fleet()
        .on(
            Acts.asked(
                new ReleaseRequested(
                    sly.requestId(),
                    sly.service(),
                    sly.requestedBy(),
                    sly.reason(),
                    sly.version(),
                    sly.artifact(),
                    null,
                    null,
                    dev.serin.contracts.json.Json.mapper()
                        .readTree("{\"install\": {\"files\": [\"/etc/\"]}}"),
                    List.of(),
                    false,
                    sly.ifBusy(),
                    sly.labels(),
                    false,
                    sly.files())),
            refuses("overrides.install", "/etc/shadow"));
  }

  @Test
  void theBinaryItselfIsNoneOfThem() {
    Story.of(Services.with(SERVICE, "{\"install\": {\"files\": [\"/opt/api/\"]}}"))
        .on(releaseWith("v2", file("/opt/api/api", "v2")), refuses("found install's own"));
  }

  @Test
  void noneComeWhereNothingIsInstalled() {
    ReleaseRequested restart = releaseOf("v2", "v2", List.of(file(ENV, "A=2")));
    fleet()
        .on(
            Acts.asked(
                new ReleaseRequested(
                    restart.requestId(),
                    restart.service(),
                    restart.requestedBy(),
                    restart.reason(),
                    restart.version(),
                    Artifact.NONE,
                    null,
                    "restart",
                    null,
                    List.of(),
                    false,
                    restart.ifBusy(),
                    restart.labels(),
                    false,
                    restart.files())),
            refuses("strategy restart"));
  }

  @Test
  void anAgentThatDoesNotKnowThemIsAProblem() {
    Story story = rollout();
    for (var sent : List.copyOf(story.sent())) {
      story.on(it -> {
        var answer = it.world().obey(sent, it.now());
        return new Input.Answered(
            answer instanceof InstancesInspected seen
                ? new InstancesInspected(
                    seen.head(),
                    seen.instances().stream().map(FurtherFilesTest::untold).toList(),
                    seen.owners(),
                    seen.problems(),
                    seen.warnings())
                : answer,
            it.now());
      });
    }
    story.endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
    assertThat(story.state("v2").problems())
        .anyMatch(
            problem -> problem.startsWith("file /etc/api/env of b1: expected the incus-agent"));
  }

  private static InstanceSeen untold(InstanceSeen seen) {
    return new InstanceSeen(
        seen.node(),
        seen.sha256(),
        seen.addresses(),
        seen.problems(),
        seen.units(),
        seen.boot(),
        seen.access());
  }

  @Test
  void theRescueSheetHasTheirPlacesAndDigestsInBothDirections() {
    Story story = rollout().until("push b2");
    String sheet = story.sheet();
    String back = sheet.substring(sheet.indexOf("\nback() {"), sheet.indexOf("\nfinish() {"));
    String finish = sheet.substring(sheet.indexOf("\nfinish() {"));
    assertThat(back)
        .contains(ENV + " " + World.sha("A=1") + " " + World.sha("A=2"))
        .contains(" 0:7 0600")
        .contains("sh " + UNIT + " - " + World.sha("[Service]"))
        .contains("systemctl daemon-reload");
    assertThat(finish)
        .contains(
            "send "
                + World.sha("A=2")
                + " /artifacts/file b2/opt/api/.serin/.api.files/.rescue incus file push")
        .contains(ENV + " " + World.sha("A=2") + " " + World.sha("A=1"))
        .contains("/.rescue root:api 0640");
  }

  @Test
  void theStoreKeepsWhatAWayBackNeeds() {
    Story story = rollout().until("watch 1-3");
    assertThat(ArtifactNeedsAccess.digests(story.ledger()))
        .contains(World.sha("A=1"), World.sha("A=2"), World.sha("[Service]"));
    story.goesOn();
    assertThat(ArtifactNeedsAccess.digests(story.ledger()))
        .contains(World.sha("A=1"), World.sha("A=2"), World.sha("[Service]"));
  }
}
