package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstancesChangedByHand;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.request.Request.Scope;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.Pause;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliCommand.CallHook;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// Stories that nobody thought of: anything may happen at any moment, and what [Invariants] says
/// holds after each of it. Then only healthy agents are left, and everything comes to an end. A
/// failure names its seed.
class RandomStoriesTest {
  private static final int SEEDS = 300;

  @Test
  void holdsItsInvariantsWhateverHappens() {
    Map<RolloutPhase, Integer> ends = new EnumMap<>(RolloutPhase.class);
    for (int seed = 0; seed < SEEDS; seed++) {
      try {
        Random random = new Random(seed);
        Story story = tell(random, Story.of(service(random)));
        story.phases().forEach(phase -> ends.merge(phase, 1, Integer::sum));
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
      }
    }
    assertThat(ends.keySet())
        .as("every rollout ends, and in every way")
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(RolloutPhase.values()).filter(RolloutPhase::isOver).toList());
  }

  @Test
  void holdsItsInvariantsWhereTwoGroupsChange() {
    Map<RolloutPhase, Integer> ends = new EnumMap<>(RolloutPhase.class);
    for (int seed = 0; seed < SEEDS; seed++) {
      try {
        Story story = tell(new Random(seed), twoGroups(new Random(~seed)));
        story.phases().forEach(phase -> ends.merge(phase, 1, Integer::sum));
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
      }
    }
    assertThat(ends.keySet())
        .as("nothing halts: of two groups nothing stays on a part")
        .containsExactlyInAnyOrder(
            RolloutPhase.COMPLETED,
            RolloutPhase.ROLLED_BACK,
            RolloutPhase.REJECTED,
            RolloutPhase.ROLLBACK_FAILED);
  }

  private static Story twoGroups(Random random) {
    List<String> green = random.nextBoolean() ? List.of("g1") : List.of("g1", "g2");
    ServiceDefinition service =
        Services.blueGreen(random.nextBoolean() ? List.of("b1") : List.of("b1", "b2"), green);
    if (random.nextInt(3) == 0) {
      service =
          with(
              service,
              "{\"trafficSteps\": [{\"share\": 10, \"window\": \"60s\"}, {\"share\": 20}, {\"share\":"
                  + " 50}, {\"share\": 100, \"window\": \"30s\"}]}");
    }
    if (random.nextInt(3) == 0) {
      service = with(service, "{\"noData\": {\"then\": \"pause\"}}");
    }
    if (random.nextInt(3) == 0) {
      service =
          with(
              service,
              "{\"pauses\": [{\"after\": \""
                  + (random.nextBoolean() ? "canary" : "peers")
                  + "\", \"ask\": [\"fine\"], \"expires\": \"90s\"}]}");
    }
    if (random.nextInt(3) == 0) {
      service = with(service, HOOKS.get(random.nextInt(HOOKS.size())));
    }
    String onBreach = List.of("rollback", "rollback", "pause", "hold").get(random.nextInt(4));
    Story story = Story.of(with(service, "{\"onBreach\": \"" + onBreach + "\"}"));
    green.forEach(node -> story.world().standsBy(node, "v0"));
    return story;
  }

  private static ServiceDefinition service(Random random) {
    List<String> canaries = random.nextInt(4) == 0 ? List.of("n1", "n2") : List.of("n1");
    List<String> peers =
        switch (random.nextInt(4)) {
          case 0 -> List.of();
          case 1 -> List.of("n3");
          case 2 -> List.of("n3", "n4");
          default -> List.of("n3", "n4", "n5", "n6");
        };
    ServiceDefinition service = canariesThenPeers(canaries, peers);
    String onPeerFailure = List.of("halt", "rollback-peer", "rollback-all").get(random.nextInt(3));
    service = with(service, "{\"onPeerFailure\": \"" + onPeerFailure + "\"}");
    if (random.nextInt(3) == 0) {
      service = with(service, "{\"noData\": {\"then\": \"pause\"}}");
    }
    if (random.nextInt(3) == 0) {
      service = with(service, "{\"analysis\": {\"window\": \"0s\"}}");
    }
    if (random.nextInt(5) == 0) {
      service = with(service, "{\"pool\": null, \"loadBalancers\": null}");
    } else if (!peers.isEmpty() && random.nextInt(3) == 0) {
      service =
          with(
              service,
              "{\"strategy\": \"traffic-steps\", \"trafficSteps\": [{\"share\": 10, \"window\":"
                  + " \"60s\"}, {\"share\": 50}, {\"share\": 100, \"window\": \"30s\"}]}");
    }
    if (random.nextInt(4) == 0) {
      String how =
          List.of(
                  "\"for\": \"60s\"",
                  "\"ask\": [\"fine\"], \"expires\": \"90s\"",
                  "\"expires\": \"60s\", \"then\": \"go-on\"")
              .get(random.nextInt(3));
      service = with(service, pause(random.nextBoolean() ? "canary" : "peers", how));
    }
    if (random.nextInt(4) == 0) {
      service = with(service, "{\"soak\": \"60s\"}");
    }
    if (random.nextInt(4) == 0) {
      service = with(service, "{\"smoke\": [{\"get\": \"/version\"}]}");
    }
    if (!service.trafficSteps().isEmpty() && random.nextBoolean()) {
      service = with(service, ALONE);
    }
    String batches = batches(random, service);
    if (batches.contains("strategy") && !service.pauses().isEmpty()) {
      // There the canaries do not come first, so that nothing can come right after them.
      service = with(service, pauseAfterPeers(service));
    }
    service = with(service, batches);
    if (random.nextInt(3) == 0) {
      service = with(service, HOOKS.get(random.nextInt(HOOKS.size())));
    }
    String onBreach = List.of("rollback", "rollback", "pause", "hold").get(random.nextInt(4));
    service = with(service, "{\"onBreach\": \"" + onBreach + "\"}");
    return random.nextBoolean() ? service : with(service, "{\"onFreeze\": \"wait\"}");
  }

  private static String pause(String after, String how) {
    return "{\"pauses\": [{\"after\": \"" + after + "\", " + how + "}]}";
  }

  private static String pauseAfterPeers(ServiceDefinition service) {
    ObjectNode patch = Json.mapper().createObjectNode();
    ObjectNode pause = Json.mapper().valueToTree(service.pauses().getFirst());
    patch.putArray("pauses").add(pause.put("after", Pause.PEERS));
    return patch.toString();
  }

  /// Every third service updates several nodes at once.
  private static String batches(Random random, ServiceDefinition service) {
    int nodes = service.nodes().size();
    boolean named = !service.strategy().equals("traffic-steps") && random.nextBoolean();
    return switch (random.nextInt(6)) {
      case 0 ->
          named
              ? "{\"strategy\": \"AllAtOnce\"}"
              : "{\"batch\": 2, \"minAvailable\": " + Math.max(0, nodes - 2) + "}";
      case 1 ->
          named ? "{\"strategy\": \"HalfAtATime\"}" : "{\"batch\": \"100%\", \"minAvailable\": 0}";
      default -> "{}";
    };
  }

  /// The peers leave rotation before they are updated.
  private static final String ALONE =
      "{\"trafficSteps\": [{\"share\": 10, \"window\": \"60s\"}, {\"share\": 50}, {\"share\": 100,"
          + " \"window\": \"30s\", \"minAvailable\": 1}]}";

  /// Whom a story's service asks and tells.
  private static final List<String> HOOKS =
      Stream.of("rollback", "pause")
          .map(onVeto ->
              """
              {"hooks": [
                {"name": "gate", "at": "preflight", "url": "http://h/", "onSilence": "pass"},
                {"name": "board", "at": "before-promotion", "url": "http://h/", "onVeto": "%s"},
                {"name": "pager", "at": "after-rollback", "url": "http://h/"},
                {"name": "notes", "at": "end", "url": "http://h/"}]}
              """
                  .formatted(onVeto))
          .toList();

  private static Story tell(Random random, Story story) {
    boolean looks = random.nextBoolean();
    if (!looks) {
      story.nobodyLooks();
    }
    for (int act = 0; act < 120; act++) {
      happen(story, random, act);
      Rollout active = story.ledger().active();
      if (active != null && active.doubt() != null && random.nextInt(3) == 0) {
        story.on(looked(active.doubt(), random));
      }
    }
    if (!story.ledger().freezes().isEmpty()) {
      story.on(Acts.unfreeze()).on(Acts.woken());
    }
    for (int again = 0; again < 20 && story.ledger().active() != null; again++) {
      story.goesOn();
      if (story.ledger().active() != null) {
        story
            .on(Acts.promote())
            .on(Acts.promote(Scope.STEP, "fine=yes"))
            .on(Acts.resume())
            .goesOn()
            .after(Duration.ofMinutes(2));
      }
    }
    assertThat(story.ledger().active()).as("nothing hangs (I6)").isNull();
    assertThat(story.ledger().queue()).as("nobody is forgotten").isEmpty();
    return story;
  }

  private static void happen(Story story, Random random, int act) {
    switch (random.nextInt(30)) {
      case 0 -> story.on(Story.release("v" + act, List.of(IfBusy.values()).get(random.nextInt(4))));
      case 1 -> story.on(Acts.abort());
      case 2 -> story.on(random.nextBoolean() ? Acts.promote() : Acts.resume());
      case 3 -> story.after(Duration.ofSeconds(random.nextInt(1_000)));
      case 4 -> story.away(Duration.ofSeconds(random.nextInt(10_000)));
      case 5 -> story.on(Acts.woken());
      case 6 -> story.on(Acts.defined(null));
      case 7, 8 -> probe(story, random);
      case 9, 10 -> fail(story, random);
      case 11 -> replay(story, random);
      case 12 -> story.on(steering(random));
      default -> story.goOn(random.nextInt(6));
    }
    if (story.ledger().definition() == null) {
      story.on(Acts.defined(story.service()));
    }
  }

  /// The look that a red probe waits for finds somebody, or nobody.
  private static Story.Act looked(Doubt doubt, Random random) {
    List<InstanceChange> changes =
        random.nextBoolean()
            ? List.of()
            : List.of(
                new InstanceChange(
                    "n1", Deed.UNIT_RESTARTED, "api", "started by serin", "by ansible"));
    return story ->
        Acts.answered(
            story, new InstancesChangedByHand(doubt.look().answered(story.now()), changes));
  }

  private static Story.Act steering(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> Acts.promoteFully();
      case 1 -> Acts.retry(From.STEP);
      case 2 -> Acts.retry(From.START);
      case 3 -> Acts.takeBack();
      case 4 ->
          Acts.freeze(random.nextBoolean() ? null : Story.NOON.plusSeconds(random.nextInt(9_999)));
      case 5, 6 -> Acts.unfreeze();
      default -> Acts.pause();
    };
  }

  private static void probe(Story story, Random random) {
    if (story.ledger().active() != null) {
      Verdict verdict = List.of(Verdict.values()).get(random.nextInt(4));
      story.on(Acts.probe(1 + random.nextInt(6), verdict));
    }
  }

  /// What is awaited fails, for good or not.
  private static void fail(Story story, Random random) {
    List<AgentCommand> awaited = story.allAwaited();
    if (!awaited.isEmpty()) {
      AgentCommand command = awaited.get(random.nextInt(awaited.size()));
      story.on(
          command instanceof CallHook call && random.nextInt(4) > 0
              ? says(call, random.nextBoolean() ? HookVerdict.VETO : HookVerdict.SILENT)
              : random.nextBoolean()
                  ? Acts.fails(Words.of(command))
                  : Acts.failsForGood(Words.of(command)));
    }
  }

  private static Story.Act says(CallHook call, HookVerdict verdict) {
    return story ->
        Acts.answered(
            story,
            new HookAnswered(
                call.head().answered(story.now()),
                call.hook().name(),
                verdict,
                "chance",
                1,
                Duration.ZERO));
  }

  /// An old answer comes once more; it tells of what was, and has no effect in the world.
  private static void replay(Story story, Random random) {
    List<AgentCommand> sent = story.sent();
    if (!sent.isEmpty()) {
      AgentCommand command = sent.get(random.nextInt(sent.size()));
      if (!story.isPending(command)) {
        story.ignores(
            it -> Acts.answered(it, new World(it.service()).obey(command, it.now())),
            Decision.Ignored.NOT_AWAITED);
      }
    }
  }
}
