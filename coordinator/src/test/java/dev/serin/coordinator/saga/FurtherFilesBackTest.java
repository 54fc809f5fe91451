package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.defined;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.FurtherFilesTest.ENV;
import static dev.serin.coordinator.saga.FurtherFilesTest.FOREIGN;
import static dev.serin.coordinator.saga.FurtherFilesTest.file;
import static dev.serin.coordinator.saga.FurtherFilesTest.fleet;
import static dev.serin.coordinator.saga.FurtherFilesTest.has;
import static dev.serin.coordinator.saga.FurtherFilesTest.releaseWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.Verdict;
import java.util.List;
import java.util.Objects;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What takes a release's further files back is Serin's own record, whatever has changed since.
class FurtherFilesBackTest {
  private static final ServiceDefinition ALLOWS_NONE = Services.canaryThenPeers("b2", "b1");

  @Test
  void theyGoBackThoughTheServiceNoLongerAllowsThem() {
    Story story = fleet().on(releaseWith("v2", file(ENV, "A=2"))).goesOn();
    has(story, ENV, "A=2", "b1", "b2");
    story
        .on(defined(ALLOWS_NONE))
        .on(
            releaseWith("v3", file(ENV, "A=3")),
            sends(),
            refuses("expected a path that the service allows"));

    story.on(takeBack()).goesOn();

    has(story, ENV, "A=1", "b1", "b2");
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.digest().equals(World.sha("v1")));
  }

  @Test
  void soTheyDoFromAPartOfTheFleet() {
    Story story =
        fleet()
            .on(releaseWith("v2"))
            .goesOn()
            .on(releaseWith("v3", file(ENV, "A=3")))
            .until("push b1")
            .on(fails("push b1", FOREIGN))
            .on(Acts.abort())
            .until("restore b1")
            .on(fails("restore b1", FOREIGN))
            .until("restore b2")
            .on(fails("restore b2", FOREIGN))
            .goesOn();
    story.endsIn("v3", RolloutPhase.HALTED, Outcome.HALTED);
    has(story, ENV, "A=3", "b2");

    story.on(defined(ALLOWS_NONE)).on(takeBack()).goesOn();

    has(story, ENV, "A=1", "b1", "b2");
  }

  private static final ServiceDefinition TWO_GROUPS =
      Services.with(
          Services.blueGreen(List.of("b1"), List.of("g1")),
          "{\"install\": {\"files\": [\"/etc/api/\"]}}");

  /// Blue serves with `v1`, green stands by; both have an environment file of their own.
  private static Story twoGroups() {
    Story story = Story.of(TWO_GROUPS);
    story.world().standsBy("g1", "v0");
    story.world().place("b1", new FileState(ENV, World.sha("A=blue"), "0", "0", "0640"));
    story.world().place("g1", new FileState(ENV, World.sha("A=green"), "0", "0", "0640"));
    return story;
  }

  @Test
  void ofTwoGroupsEachBinaryComesBackWithItsOwnFilesHoweverFarBack() {
    Story story =
        twoGroups()
            .on(releaseWith("v2", file(ENV, "A=2")))
            .goesOn()
            .on(releaseWith("v3", file(ENV, "A=3")))
            .goesOn()
            .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
    has(story, ENV, "A=3", "b1");

    story.on(takeBack()).goesOn();
    assertThat(story.world().node("g1")).isEqualTo(serving("v2"));
    has(story, ENV, "A=2", "g1");

    story.on(takeBack()).goesOn();
    assertThat(story.world().node("b1")).isEqualTo(serving("v1"));
    has(story, ENV, "A=blue", "b1");
  }

  private static final ServiceDefinition GROUPS_OF_TWO =
      Services.with(
          Services.blueGreen(List.of("b1", "b2"), List.of("g1", "g2")),
          "{\"install\": {\"files\": [\"/etc/api/\"]}}");

  private static final ServiceDefinition BLUE_ALONE =
      Services.with(
          Services.canaryThenPeers("b2", "b1"), "{\"install\": {\"files\": [\"/etc/api/\"]}}");

  /// For a while there was no other group. An earlier version put on record that each node had the
  /// same files then, without naming the nodes.
  @Test
  void whatTheGroupThatComesHadIsNotKeptWithTheFilesOfEveryNode() {
    Story story = Story.of(GROUPS_OF_TWO);
    for (String green : List.of("g1", "g2")) {
      story.world().standsBy(green, "v0");
      story.world().place(green, new FileState(ENV, World.sha("A=green"), "0", "0", "0640"));
    }
    for (String blue : List.of("b1", "b2")) {
      story.world().place(blue, new FileState(ENV, World.sha("A=blue"), "0", "0", "0640"));
    }
    story.on(releaseWith("v2")).goesOn().on(releaseWith("v3")).goesOn();
    story.on(defined(BLUE_ALONE)).on(releaseWith("v4", file(ENV, "A=4"))).goesOn();
    story.on(releaseWith("v5")).goesOn();
    story.finds(FurtherFilesBackTest::namingNoNodes).on(defined(GROUPS_OF_TWO));

    story.on(releaseWith("v6", file(ENV, "A=6"))).goesOn();

    List<Ledger.KnownVersion> earlier = story.ledger().earlier();
    assertThat(earlier)
        .extracting(Ledger.KnownVersion::version)
        .containsExactly("sha256:" + World.sha("v1").substring(0, 12), "v2", "v3", "v4", "v5");
    assertThat(filesOf(earlier.get(1)))
        .containsExactly(tuple(ENV, World.sha("A=green"), List.of("g1", "g2")));
    assertThat(filesOf(earlier.get(2))).containsExactly(tuple(ENV, World.sha("A=blue"), List.of()));
  }

  private static Ledger namingNoNodes(Ledger ledger) {
    JsonNode old = Json.mapper().valueToTree(ledger);
    old.path("earlier")
        .forEach(known -> known.path("files").forEach(file -> ((ObjectNode) file).remove("nodes")));
    return Json.mapper().treeToValue(old, Ledger.class);
  }

  private static List<Tuple> filesOf(Ledger.KnownVersion known) {
    return known.files().stream()
        .map(file ->
            tuple(file.path(), Objects.requireNonNull(file.artifact()).sha256(), file.nodes()))
        .toList();
  }

  private static World.Node serving(String version) {
    return new World.Node(World.sha(version), AdminState.READY, 100);
  }

  /// The same binary came to both groups: the first one has lost the release before, the other one
  /// never had its files.
  @Test
  void ofTwoGroupsTheOneThatNeverHadTheFilesIsNotTakenBackWithoutThem() {
    Story story =
        twoGroups()
            .on(releaseWith("v2", file(ENV, "A=2")))
            .goesOn()
            .on(Acts.asked(FurtherFilesTest.releaseOf("v2-again", "v2", List.of(file(ENV, "A=3")))))
            .goesOn()
            .on(takeBack())
            .goesOn();
    assertThat(story.ledger().active()).isNull();
    assertThat(story.told().getLast().head().why()).contains("together with its files");
    has(story, ENV, "A=3", "b1");
  }

  @Test
  void ofTwoGroupsAReleaseWithoutTheFilesOfTheLastOneIsWarned() {
    Story story =
        twoGroups()
            .on(releaseWith("v2", file(ENV, "A=2")))
            .goesOn()
            .on(releaseWith("v3"))
            .until("keep b1");
    assertThat(story.told())
        .filteredOn(RolloutEvent.PreflightPassed.class::isInstance)
        .last()
        .extracting(event -> ((RolloutEvent.PreflightPassed) event).warnings().toString())
        .asString()
        .contains("v2 brought " + ENV, "this release does not");
  }

  private static Story.Act byAnAgentOfBefore(String words) {
    return story -> {
      AgentCommand command = story.newest(words);
      AgentEvent answer = story.world().obey(command, story.now());
      return new Input.Answered(
          switch (answer) {
            case IncusEvent.ArtifactPushed it ->
                new IncusEvent.ArtifactPushed(
                    it.head(), it.sha256(), it.sizeBytes(), it.unchanged(), List.of());
            case IncusEvent.BinaryRestored it ->
                new IncusEvent.BinaryRestored(it.head(), it.sha256(), it.source());
            default -> throw new AssertionError(answer);
          },
          story.now());
    };
  }

  /// Several incus-agents may share their commands, and one be of the version before.
  @Test
  void anAgentThatDropsThemHasNotPushed() {
    Story story =
        fleet()
            .on(releaseWith("v2", file(ENV, "A=2")))
            .until("push b2")
            .on(byAnAgentOfBefore("push b2"), tells("step-failed push b2"));

    assertThat(story.state("v2").steps())
        .noneMatch(step -> step.name().equals("push") && step.status() == StepStatus.SUCCEEDED);
    story.goesOn().endsIn("v2", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  /// The binary has changed all the same, and a person is told which one runs.
  @Test
  void whatAnAgentThatDropsThemHasDoneToTheBinaryIsKnown() {
    Story story =
        fleet()
            .on(releaseWith("v2", file(ENV, "A=2")))
            .until("push b2")
            .on(byAnAgentOfBefore("push b2"));
    assertThat(current(story)).isEqualTo(World.sha("v2"));

    story
        .on(Acts.abort())
        .until("restore b2")
        .on(byAnAgentOfBefore("restore b2"), tells("step-failed undo-restore b2"));
    assertThat(current(story)).isEqualTo(World.sha("v1"));
  }

  private static String current(Story story) {
    return Objects.requireNonNull(story.active().nodes().get("b2")).current();
  }

  /// A push that somebody else's file has stopped has nothing to take back there.
  @Test
  void aFileThatWasSomebodyElsesBeforeThePushStaysTheirs() {
    Story story =
        fleet()
            .on(releaseWith("v2", file(ENV, "A=2")))
            .until("push b2")
            .on(fails("push b2", FOREIGN))
            .on(Acts.abort())
            .until("restore b2");
    story
        .on(it -> {
          IncusEvent.BinaryRestored back =
              (IncusEvent.BinaryRestored) it.world().obey(it.newest("restore b2"), it.now());
          FileState theirs = new FileState(ENV, World.sha("by hand"), "0", "0", "0644");
          return new Input.Answered(
              new IncusEvent.BinaryRestored(
                  back.head(), back.sha256(), back.source(), List.of(theirs)),
              it.now());
        })
        .goesOn()
        .endsIn("v2", RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    assertThat(story.state("v2").steps())
        .anySatisfy(step ->
            assertThat(step.detail())
                .isNotNull()
                .contains("but for " + ENV + ", which somebody else has changed: theirs stays"));
  }

  @Test
  void anAgentThatDropsThemHasNotTakenThemBack() {
    fleet()
        .on(releaseWith("v2", file(ENV, "A=2")))
        .until("watch 1-3")
        .on(probe(Verdict.FAIL))
        .until("restore b2")
        .on(byAnAgentOfBefore("restore b2"), tells("step-failed undo-restore b2"))
        .goesOn()
        .endsIn("v2", RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }
}
