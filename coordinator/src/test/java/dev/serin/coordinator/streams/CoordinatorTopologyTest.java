package dev.serin.coordinator.streams;

import static dev.serin.coordinator.streams.VirtualKafka.header;
import static dev.serin.coordinator.streams.VirtualKafka.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.kafka.DeadLetters;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.coordinator.rescue.RescueFiles;
import dev.serin.coordinator.saga.Limit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoordinatorTopologyTest {
  private final VirtualKafka kafka = new VirtualKafka();

  @AfterEach
  void close() {
    kafka.close();
  }

  private static String service(String name) {
    return """
    {"service": "%s", "pool": "api_pool", "loadBalancers": ["haproxy-1"],
     "nodes": [{"name": "b1"}, {"name": "b2", "canary": true}],
     "install": {"path": "/opt/api/api", "unit": "api"},
     "health": {"url": "http://127.0.0.1:8080/health"},
     "analysis": {"window": "0s"}}
    """
        .formatted(name);
  }

  private static String release(String service, String requestId) {
    return release(service, requestId, "");
  }

  private static String release(String service, String requestId, String more) {
    return """
    {"type": "release-requested", "requestId": "%s", "service": "%s", "requestedBy": "alice",
     "version": "v2", "artifact": {"uri": "file:/artifacts/v2", "sha256": "%s"}%s}
    """
        .formatted(requestId, service, "ab".repeat(32), more);
  }

  private void define(String name) {
    kafka.write(Topics.SERVICES, name, service(name));
  }

  private void ask(String value) {
    kafka.write(Topics.REQUESTS, null, value);
  }

  private TestRecord<String, byte[]> deadLetter(String topic) {
    List<TestRecord<String, byte[]>> records = kafka.read(Topics.deadLetters(topic));
    assertThat(records).hasSize(1);
    assertThat(header(records.getFirst(), "serin-origin")).startsWith(topic + "/0/");
    return records.getFirst();
  }

  private String deadReason(String topic) {
    return header(deadLetter(topic), DeadLetters.REASON);
  }

  @Test
  void startsARolloutFromNothingButTheJson() {
    define("api");
    ask(release("api", "r1"));
    String id = RolloutIds.of("api", "r1");

    TestRecord<String, byte[]> check = kafka.read(Topics.HAPROXY_COMMANDS).getFirst();
    assertThat(check.key()).isEqualTo("api");
    assertThat(tree(check).get("type").stringValue()).isEqualTo("check-pool");
    assertThat(header(check, "ce_type")).isEqualTo("dev.serin.check-pool.v1");
    assertThat(header(check, "ce_subject")).isEqualTo(id);
    assertThat(header(check, "ce_id")).startsWith(id + "/");

    TestRecord<String, byte[]> inspect = kafka.read(Topics.INCUS_COMMANDS).getFirst();
    assertThat(inspect.key()).isEqualTo("api");
    assertThat(kafka.read(Topics.SLI_COMMANDS)).isEmpty();

    TestRecord<String, byte[]> started = kafka.read(Topics.ROLLOUTS).getFirst();
    assertThat(started.key()).isEqualTo("api");
    assertThat(tree(started).get("sequence").intValue()).isEqualTo(1);
    assertThat(header(started, "ce_type")).isEqualTo("dev.serin.rollout-started.v1");
    assertThat(header(started, "ce_source")).isEqualTo("/serin/coordinator");
    assertThat(header(started, "ce_id")).isEqualTo(id + "/1");
    assertThat(header(started, "ce_time")).isEqualTo("2026-11-20T12:00:00Z");

    TestRecord<String, byte[]> state = kafka.read(Topics.ROLLOUT_STATES).getFirst();
    assertThat(state.key()).isEqualTo(id);
    assertThat(tree(state).get("phase").stringValue()).isEqualTo("PREFLIGHT");
  }

  @Test
  void bringsARequestToItsServiceWhateverItsKey() {
    define("api");
    kafka.write(Topics.REQUESTS, "somebody-else", release("api", "r1"));
    assertThat(kafka.commands()).hasSize(2).allMatch(it -> it.head().service().equals("api"));
  }

  @Test
  void countsARepeatedRequestOnce() {
    define("api");
    ask(release("api", "r1"));
    ask(release("api", "r1"));
    assertThat(kafka.events()).containsExactly("rollout-started");
    assertThat(kafka.meters.counter("serin.coordinator.ignored", "reason", "KNOWN_REQUEST").count())
        .isEqualTo(1);
  }

  @Test
  void forgetsRequestIdsAfterThirtyDays() {
    ask(release("api", "r1"));
    kafka.jump(Duration.ofDays(29));
    ask(release("api", "r1"));
    assertThat(kafka.events()).containsExactly("rollout-rejected");
    kafka.jump(Duration.ofDays(1));
    kafka.jump(Duration.ofHours(1));
    assertThat(kafka.store(SagaProcessor.REQUESTS_SEEN).approximateNumEntries()).isZero();
    ask(release("api", "r1"));
    assertThat(kafka.events()).containsExactly("rollout-rejected");
  }

  @Test
  void asksAgainWhenTheWallClockSaysSo() {
    define("api");
    ask(release("api", "r1"));
    List<AgentCommand> first = kafka.commands();
    kafka.pass(Duration.ofMillis(4_900));
    assertThat(kafka.commands()).isEmpty();
    kafka.pass(Duration.ofMillis(100));
    assertThat(kafka.commands()).isEqualTo(first);
    assertThat(kafka.store(SagaProcessor.WAKEUPS).approximateNumEntries()).isEqualTo(1);
  }

  @Test
  void wakesEveryServiceByItself() {
    for (int number = 0; number < 20; number++) {
      define("api-" + number);
      ask(release("api-" + number, "r1"));
      kafka.pass(Duration.ofMillis(100));
    }
    kafka.commands();
    kafka.pass(Duration.ofMillis(3_100));
    assertThat(kafka.commands().stream().map(it -> it.head().service()).distinct())
        .containsExactly("api-0", "api-1");
  }

  @Test
  void letsNothingExpireBeforeTheInputIsReadToItsEnd() {
    kafka.isCaughtUp = false;
    define("api");
    ask(release("api", "r1"));
    kafka.events();
    kafka.pass(Duration.ofMinutes(3));
    assertThat(kafka.events()).isEmpty();
    assertThat(kafka.watched)
        .containsExactlyInAnyOrder(
            "serin-coordinator-by-service-repartition",
            Topics.HAPROXY_EVENTS,
            Topics.INCUS_EVENTS,
            Topics.SLI_EVENTS);
    kafka.isCaughtUp = true;
    kafka.commands();
    kafka.pass(Duration.ofMillis(200));
    assertThat(kafka.commands()).as("it asks again first").hasSize(2);
    kafka.pass(Duration.ofSeconds(90));
    assertThat(kafka.events()).containsExactly("preflight-failed", "rollout-rejected");
  }

  @Test
  void readsWhatWaitedInTheBrokerBeforeAnyDeadlineAfterAnOutage() {
    define("api");
    ask(release("api", "r1"));
    kafka.pass(Duration.ofSeconds(1));
    kafka.events();
    kafka.isCaughtUp = false;
    kafka.jump(Duration.ofSeconds(9));
    kafka.commands();
    kafka.pass(Duration.ofMinutes(3));
    assertThat(kafka.events()).as("answers may be waiting there").isEmpty();
    assertThat(kafka.commands()).isEmpty();
    kafka.isCaughtUp = true;
    kafka.pass(Duration.ofMillis(300));
    assertThat(kafka.commands()).as("it asks again").hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"type":                       | malformed JSON
          [1, 2]                         | expected a JSON object, found ARRAY
          {"type": "dance-requested", "requestId": "r", "service": "api"} | found 'dance-requested'
          {"requestId": "r", "service": "api"}                            | type
          {"type": "abort-requested", "service": "api"}                   | requestId
          {"type": "abort-requested", "requestId": "r"}                   | service
          {"type": "abort-requested", "requestId": "r", "service": "a;b"} | service
          {"type": "release-requested", "requestId": "r", "service": "api"} | artifact
          """)
  void sendsARequestThatItCannotReadToTheDeadLetters(String value, String reason) {
    define("api");
    ask(value);
    TestRecord<String, byte[]> dead = deadLetter(Topics.REQUESTS);
    assertThat(header(dead, DeadLetters.REASON)).contains(reason);
    assertThat(new String(dead.value(), java.nio.charset.StandardCharsets.UTF_8)).isEqualTo(value);
    assertThat(kafka.events()).isEmpty();
    ask(release("api", "r1"));
    assertThat(kafka.events()).as("the next good one works").containsExactly("rollout-started");
  }

  @Test
  void namesEveryProblemOfARequestAtOnce() {
    ask("{\"type\": \"release-requested\"}");
    assertThat(deadReason(Topics.REQUESTS)).contains("requestId", "service", "version", "artifact");
  }

  @Test
  void sendsANullRequestAndOneThatIsTooLargeToTheDeadLetters() {
    kafka.write(Topics.REQUESTS, "api", (byte @Nullable []) null);
    assertThat(deadReason(Topics.REQUESTS)).contains("found no value");
    ask(release("api", "r1", ", \"reason\": \"" + "x".repeat(1_000_000) + "\""));
    assertThat(deadReason(Topics.REQUESTS)).contains("expected at most 262144 bytes, found 1000");
  }

  @Test
  void refusesADefinitionThatIsNotSound() {
    kafka.write(Topics.SERVICES, "web", service("api"));
    assertThat(deadReason(Topics.SERVICES))
        .isEqualTo("expected the key to equal the service 'api', found 'web'");
    kafka.write(Topics.SERVICES, "api", service("api").replace(", \"canary\": true", ""));
    assertThat(deadReason(Topics.SERVICES)).contains("canary: true, found none");
    kafka.write(Topics.SERVICES, null, (byte @Nullable []) null);
    assertThat(deadReason(Topics.SERVICES)).contains("name as the key, found none");
    ask(release("api", "r1"));
    assertThat(kafka.events()).containsExactly("rollout-rejected");
  }

  @Test
  void deletesAServiceUnlessARolloutIsActive() {
    define("api");
    ask(release("api", "r1"));
    kafka.write(Topics.SERVICES, "api", (byte @Nullable []) null);
    assertThat(deadReason(Topics.SERVICES)).contains("no active rollout", "of api");
    ask("{\"type\": \"abort-requested\", \"requestId\": \"r2\", \"service\": \"api\"}");
    assertThat(kafka.events())
        .containsExactly("rollout-started", "rollback-started", "rollback-completed");
    kafka.write(Topics.SERVICES, "api", (byte @Nullable []) null);
    assertThat(kafka.read(Topics.deadLetters(Topics.SERVICES))).isEmpty();
    ask(release("api", "r3"));
    assertThat(kafka.events()).containsExactly("rollout-rejected");
  }

  @Test
  void tellsOfAGlobalFreezeAndRefusesWhatMeetsIt() {
    define("api");
    ask("{\"type\": \"freeze-requested\", \"requestId\": \"f\", \"service\": \"*\"}");
    ask(release("api", "r1"));
    assertThat(kafka.events()).containsExactly("service-frozen", "rollout-rejected");
  }

  @Test
  void sendsAnAnswerThatItCannotReadToTheDeadLetters() {
    kafka.write(Topics.INCUS_EVENTS, "api", "{\"type\": \"binary-kept\"}");
    assertThat(deadReason(Topics.INCUS_EVENTS)).contains("expected a message of this topic");
    kafka.write(Topics.HAPROXY_EVENTS, "api", "nonsense");
    assertThat(deadReason(Topics.HAPROXY_EVENTS)).contains("malformed JSON");
    kafka.write(Topics.SLI_EVENTS, "api", (byte @Nullable []) null);
    assertThat(deadReason(Topics.SLI_EVENTS)).contains("found no value");
  }

  @Test
  void refusesAnAnswerUnderAnotherServicesKey() {
    define("api");
    ask(release("api", "r1"));
    InstancesInspected answer = inspected(kafka.commands(), "ab".repeat(32));
    kafka.write(
        Topics.INCUS_EVENTS,
        "web",
        dev.serin.contracts.json.Json.mapper().writeValueAsBytes(answer));
    assertThat(deadReason(Topics.INCUS_EVENTS)).contains("expected the key to be the service api");
  }

  private InstancesInspected inspected(List<AgentCommand> commands, String digest) {
    AgentCommand inspect =
        commands.stream()
            .filter(dev.serin.contracts.incus.IncusCommand.class::isInstance)
            .findFirst()
            .orElseThrow();
    return new InstancesInspected(
        inspect.head().answered(kafka.now()),
        List.of(
            new InstanceSeen("b1", digest, List.of(), List.of(), List.of(), "", null),
            new InstanceSeen("b2", digest, List.of(), List.of(), List.of(), "", null)),
        Map.of(),
        List.of(),
        List.of());
  }

  @Test
  void outlivesAnAnswerThatNoSagaCouldDecideOn() {
    define("worker");
    kafka.write(
        Topics.SERVICES,
        "worker",
        service("worker").replace("\"api_pool\"", "null").replace("[\"haproxy-1\"]", "null"));
    ask(release("worker", "r1"));
    List<AgentCommand> commands = kafka.commands();
    kafka.write(inspected(commands, "no-digest"));
    assertThat(deadReason(Topics.INCUS_EVENTS)).contains("an error in the saga");
    define("api");
    ask(release("api", "r1"));
    assertThat(kafka.events()).containsExactly("rollout-started", "rollout-started");
    kafka.write(inspected(commands, "cd".repeat(32)));
    assertThat(kafka.events()).containsExactly("preflight-passed", "step-started");
  }

  private List<Integer> triesOfWakeUps() {
    List<Integer> tries = new ArrayList<>();
    try (var all = kafka.store(SagaProcessor.WAKEUPS).all()) {
      all.forEachRemaining(entry -> tries.add(TryAgain.tries(entry.value)));
    }
    return tries;
  }

  @Test
  void guessesNothingFromALedgerThatItCannotRead() {
    define("api");
    ask(release("api", "r1"));
    assertThat(kafka.events()).containsExactly("rollout-started");
    InstancesInspected answer = inspected(kafka.commands(), "cd".repeat(32));
    kafka
        .store(SagaProcessor.LEDGERS)
        .put(
            "api",
            "{\"service\": 17, \"active\": \"?\"}"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));

    ask(release("api", "r2"));
    assertThat(kafka.events()).containsExactly("rollout-rejected");
    kafka.write(answer);
    assertThat(deadReason(Topics.INCUS_EVENTS)).contains("an error in the saga");
    kafka.pass(Duration.ofMinutes(5));
    assertThat(kafka.commands()).isEmpty();
    assertThat(triesOfWakeUps()).as("at 0, 1 and 3 min; the next is at 7 min").containsExactly(3);
    define("web");
    ask(release("web", "r1"));
    assertThat(kafka.events()).as("the others go on").containsExactly("rollout-started");

    kafka.write(Topics.SERVICES, "api", (byte @Nullable []) null);
    define("api");
    ask(release("api", "r3"));
    assertThat(kafka.events()).as("deleted, it begins anew").containsExactly("rollout-started");
  }

  @Test
  void keepsALedgerWithAFullQueueOfLargeReleases() {
    define("api");
    String sql =
        ", \"migrations\": [{\"path\": \"1.sql\", \"sql\": \"" + "x".repeat(250_000) + "\"}]";
    for (int number = 0; number < 12; number++) {
      ask(release("api", "r" + number, sql));
    }
    byte[] ledger = kafka.store(SagaProcessor.LEDGERS).get("api");
    assertThat(ledger.length).isBetween(2_700_000, CoordinatorTopology.largestRecordBytes() / 2);
    assertThat(kafka.events())
        .startsWith("rollout-started", "rollout-queued")
        .endsWith("rollout-queued", "rollout-rejected")
        .hasSize(12);
    assertThat(kafka.read(Topics.ROLLOUT_STATES)).allMatch(state -> state.value().length < 10_000);
  }

  private static String freezing(String type, String requestId, String more) {
    return """
    {"type": "%s", "requestId": "%s", "service": "*", "requestedBy": "carol"%s}
    """
        .formatted(type, requestId, more);
  }

  private void defineOneThatWaits(String name) {
    kafka.write(
        Topics.SERVICES,
        name,
        service(name).stripTrailing().replaceFirst("\\}$", ", \"onFreeze\": \"wait\"}"));
  }

  @Test
  void aFreezeOfAllServicesHoldsEachAndItsEndStartsThem() {
    defineOneThatWaits("api");
    defineOneThatWaits("chat");
    define("web");
    ask(freezing("freeze-requested", "f1", ", \"reason\": \"black friday\""));
    assertThat(kafka.events()).containsExactly("service-frozen");
    TestRecord<String, byte[]> told = kafka.read(Topics.FREEZES).getFirst();
    assertThat(told.key()).isEqualTo("*");
    assertThat(tree(told).path("freezes").path(0).path("reason").asString())
        .isEqualTo("black friday");

    ask(release("api", "r1"));
    ask(release("chat", "r1"));
    ask(release("web", "r1"));
    assertThat(kafka.events())
        .containsExactly("rollout-queued", "rollout-queued", "rollout-rejected");
    ask(freezing("freeze-requested", "f1", ""));
    assertThat(kafka.events()).as("a repeat changes nothing").isEmpty();

    ask(freezing("unfreeze-requested", "u1", ""));
    assertThat(kafka.events())
        .containsExactlyInAnyOrder("service-unfrozen", "rollout-started", "rollout-started");
    assertThat(tree(kafka.read(Topics.FREEZES).getFirst()).path("freezes").isEmpty()).isTrue();
    ask(release("web", "r2"));
    assertThat(kafka.events()).containsExactly("rollout-started");
  }

  /// What a person needs when all of Serin is stopped.
  @Test
  void aCoordinatorThatIsStoppedLeavesItsRescueSheetsOnTheDisk(@TempDir Path directory)
      throws IOException {
    RescueFiles files =
        new RescueFiles(directory, Path.of("store"), () -> VirtualKafka.NOON, "one");
    Path file = directory.resolve("api.sh");
    try (VirtualKafka stopped = new VirtualKafka(Published.NOTHING, List.of(), files)) {
      stopped.write(Topics.SERVICES, "api", service("api"));
      stopped.write(Topics.REQUESTS, null, release("api", "r1"));
      assertThat(files.read("api").orElseThrow()).isEqualTo(Files.readString(file));
    }
    assertThat(file).content().contains("# Rescue sheet of api", "coordinator let go of it at");
    assertThat(files.read("api")).isEmpty();
  }

  @Test
  void whatWaitsIsWokenAtTheEndOfAFreeze() {
    defineOneThatWaits("api");
    ask(freezing("freeze-requested", "f1", ", \"until\": \"" + kafka.now().plusSeconds(60) + "\""));
    ask(release("api", "r1"));
    kafka.pass(Duration.ofSeconds(59));
    assertThat(kafka.events()).containsExactly("service-frozen", "rollout-queued");
    kafka.pass(Duration.ofSeconds(2));
    assertThat(kafka.events()).containsExactly("rollout-started");
  }

  @Test
  void whatIsAskedOfAllServicesReachesEveryPartitionAndAllElseItsOwn() {
    assertThat(CoordinatorTopology.partitions("any", "*", new byte[0], 6))
        .contains(java.util.Set.of(0, 1, 2, 3, 4, 5));
    assertThat(CoordinatorTopology.partitions("any", "api", new byte[0], 6)).isEmpty();
  }

  private static void abort(VirtualKafka limited, String service) {
    limited.write(
        Topics.REQUESTS,
        null,
        """
        {"type": "abort-requested", "requestId": "abort-%s", "service": "%s",
         "requestedBy": "alice", "rolloutId": "%s"}
        """
            .formatted(service, service, RolloutIds.of(service, "r1")));
  }

  @Test
  void noMoreRolloutsRunAtOnceThanTheLimitSays() {
    try (VirtualKafka limited = new VirtualKafka(Published.NOTHING, List.of(Limit.of(1, null)))) {
      for (String name : List.of("api", "web", "mail")) {
        limited.write(Topics.SERVICES, name, service(name));
        limited.write(Topics.REQUESTS, null, release(name, "r1"));
      }
      assertThat(limited.commands())
          .as("one is checked, the others wait")
          .isNotEmpty()
          .allMatch(it -> it.head().service().equals("api"));
      assertThat(limited.read(Topics.ROLLOUT_STATES))
          .extracting(VirtualKafka::tree)
          .filteredOn(it -> it.get("service").stringValue().equals("web"))
          .last()
          .satisfies(it -> {
            assertThat(it.get("phase").stringValue()).isEqualTo("QUEUED");
            assertThat(it.get("waitingFor").stringValue()).contains("serin.limits");
          });

      abort(limited, "web");
      assertThat(limited.commands()).as("who waits no more is passed over").isEmpty();
      abort(limited, "api");
      assertThat(limited.commands())
          .filteredOn(it -> !(it instanceof StopGuardingServers))
          .isNotEmpty()
          .allMatch(it -> it.head().service().equals("mail"));
    }
  }

  @Test
  void anEmergencyWaitsForNobody() {
    try (VirtualKafka limited = new VirtualKafka(Published.NOTHING, List.of(Limit.of(1, null)))) {
      for (String name : List.of("api", "web")) {
        limited.write(Topics.SERVICES, name, service(name));
      }
      limited.write(Topics.REQUESTS, null, release("api", "r1"));
      assertThat(limited.commands()).isNotEmpty();
      limited.write(Topics.REQUESTS, null, release("web", "r1", ", \"strategy\": \"emergency\""));
      assertThat(limited.commands()).anyMatch(it -> it.head().service().equals("web"));
    }
  }
}
