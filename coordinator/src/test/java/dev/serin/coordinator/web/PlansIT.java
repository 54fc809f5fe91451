package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.streams.CoordinatorStreams;
import dev.serin.coordinator.view.LedgerViews;
import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.node.ObjectNode;

/// Plans over HTTP, with agents that a thread of the test plays.
@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class PlansIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String SERVICE = "plans-api";
  private static final String DIGEST = "0".repeat(63) + "1";
  private static final Map<String, Class<? extends AgentCommand>> COMMANDS =
      Map.of(
          Topics.HAPROXY_COMMANDS,
          HaproxyCommand.class,
          Topics.INCUS_COMMANDS,
          IncusCommand.class,
          Topics.SLI_COMMANDS,
          SliCommand.class);

  private final WebFixture serin;
  private final Set<String> silent = ConcurrentHashMap.newKeySet();
  private volatile boolean over;
  private final Thread agents = Thread.ofPlatform().daemon().unstarted(this::playAgents);

  PlansIT(WebFixture serin) {
    this.serin = serin;
  }

  @BeforeEach
  void define() throws InterruptedException, ExecutionException {
    serin.stage().service(Samples.service(SERVICE));
    assertThat(serin.views().await(it -> it.service(SERVICE).isPresent(), PATIENCE)).isTrue();
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", serin.stage().settings().bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(CoordinatorStreams.LEDGERS_CHANGELOG, Topics.PARTITIONS, (short) 1)))
          .all()
          .get();
    } catch (ExecutionException failed) {
      assertThat(failed.getCause()).isInstanceOf(TopicExistsException.class);
    }
    while (serin.ledgers().ledger(SERVICE) instanceof LedgerViews.Reading.NotReady) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    agents.start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    over = true;
    agents.join();
  }

  /// Answers every question but those on the silent topics.
  private void playAgents() {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(serin.stage().settings().consumer())) {
      List<TopicPartition> partitions =
          COMMANDS.keySet().stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(one -> new TopicPartition(one.topic(), one.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!over) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(50))) {
          if (!silent.contains(record.topic())) {
            answer(record);
          }
        }
      }
    }
  }

  private void answer(ConsumerRecord<String, byte[]> record) {
    AgentCommand command =
        ((Decoded.Readable<? extends AgentCommand>)
                Decoded.message(
                    record.value(), Objects.requireNonNull(COMMANDS.get(record.topic()))))
            .value();
    AgentEvent event = answer(command);
    serin
        .stage()
        .raw(
            record.topic().replace("commands", "events"),
            record.key(),
            Json.mapper().writeValueAsString(event));
  }

  private static AgentEvent answer(AgentCommand command) {
    AnswerHead head = command.head().answered(command.head().sentAt());
    return switch (command) {
      case HaproxyCommand.CheckPool pool ->
          new PoolChecked(
              head,
              pool.servers().stream()
                  .map(server ->
                      new ServerSeen(
                          server.node(),
                          new ServerSetting(
                              "haproxy-1", "api_pool", server.server(), 100, AdminState.READY),
                          null,
                          "UP",
                          true,
                          null))
                  .toList(),
              List.of(),
              List.of(),
              List.of("no leaving map"),
              List.of());
      case IncusCommand.InspectInstances inspect ->
          new InstancesInspected(
              head,
              inspect.instances().stream()
                  .map(one ->
                      new InstanceSeen(
                          one.node(), DIGEST, List.of(), List.of(), List.of(), "", null))
                  .toList(),
              Map.of(),
              List.of(),
              List.of());
      case SliCommand.CheckSlis slis ->
          new SlisChecked(
              head,
              List.of(),
              List.of(),
              List.of(),
              slis.before().stream()
                  .map(sli ->
                      new SliResult(
                          sli.name(),
                          sli.query(),
                          0.0,
                          sli.max(),
                          sli.min(),
                          null,
                          Verdict.PASS,
                          "is 0",
                          null))
                  .toList(),
              List.of());
      default -> new SlisChecked(head, List.of(), List.of(), List.of());
    };
  }

  private static ObjectNode body() {
    ObjectNode body = (ObjectNode) Json.mapper().readTree(Samples.release(SERVICE, "r"));
    body.remove(List.of("type", "requestId"));
    return body;
  }

  private static ObjectNode rollback() {
    return Json.mapper()
        .createObjectNode()
        .put("type", "rollback-requested")
        .put("service", SERVICE);
  }

  private Answer plan(ObjectNode body) {
    return plan(serin.http(), body);
  }

  private static Answer plan(HttpCalls coordinator, ObjectNode body) {
    return coordinator.post("/api/v1/plans", body.toString());
  }

  private static ReleasePlan read(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    return Json.mapper().treeToValue(answer.json(), ReleasePlan.class);
  }

  private Map<String, Integer> written() {
    Map<String, Integer> counts = new HashMap<>();
    for (String topic :
        List.of(
            Topics.REQUESTS,
            Topics.SERVICES,
            Topics.ROLLOUTS,
            Topics.ROLLOUT_STATES,
            CoordinatorStreams.LEDGERS_CHANGELOG)) {
      counts.put(
          topic,
          (int)
              serin.stage().records(topic).stream()
                  .filter(record -> record.key() == null || record.key().startsWith("plans-"))
                  .count());
    }
    return counts;
  }

  @Test
  void tellsTheStepsAndEveryCheckAndWritesNothingButQuestions() {
    Map<String, Integer> before = written();

    ReleasePlan plan = read(plan(body()));

    assertThat(plan.plan().steps()).isNotEmpty();
    assertThat(plan.problems()).isEmpty();
    assertThat(plan.checks()).isNotEmpty().allMatch(ReleasePlan.CheckResult::ok);
    assertThat(plan.warnings()).containsExactly("no leaving map");
    assertThat(plan.nodes()).extracting(ReleasePlan.NodeNow::sha256).containsOnly(DIGEST);
    assertThat(written()).isEqualTo(before);
    assertThat(serin.stage().records(Topics.HAPROXY_COMMANDS))
        .filteredOn(record -> SERVICE.equals(record.key()))
        .map(record ->
            ((Decoded.Readable<HaproxyCommand>)
                    Decoded.message(record.value(), HaproxyCommand.class))
                .value())
        .isNotEmpty()
        .allMatch(command -> RolloutIds.isPlan(command.head().rolloutId()))
        .allMatch(command -> command.head().node() == null);
  }

  @Test
  void knowsWhatTheSagaAloneKnows() {
    Ledger ledger =
        new Ledger(
            SERVICE,
            null,
            null,
            List.of(),
            null,
            List.of(),
            null,
            Map.of(SERVICE + "-1", List.of()),
            List.of(new Ledger.KnownVersion(DIGEST, "1.9.0")),
            1,
            null,
            List.of(),
            List.of(),
            null,
            null,
            null,
            false);
    remembered(ledger);

    ReleasePlan plan = read(plan(body()));

    assertThat(plan.nodes().getFirst().name()).isEqualTo(SERVICE + "-1");
    assertThat(plan.nodes().getFirst().leftOut()).isTrue();
    assertThat(plan.nodes()).extracting(ReleasePlan.NodeNow::version).containsOnly("1.9.0");

    serin.stage().raw(CoordinatorStreams.LEDGERS_CHANGELOG, SERVICE, "{\"fence\": \"other\"}");
    while (!(serin.ledgers().ledger(SERVICE) instanceof LedgerViews.Reading.Unreadable)) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    assertThat(plan(body()).detail()).contains("this version can't read");

    forgotten();
  }

  @Test
  void ofARollbackNamesTheBinaryThatGoesBack() {
    String before = "0".repeat(63) + "2";
    Ledger ledger =
        new Ledger(
            SERVICE,
            null,
            null,
            List.of(),
            new Ledger.KnownGood(
                "2.0.0", new Artifact("file:/srv/api", DIGEST), "r-1", "canary-then-peers"),
            List.of(new Ledger.KnownVersion(before, "1.9.0")),
            null,
            Map.of(),
            List.of(),
            1,
            null,
            List.of(),
            List.of(),
            null,
            null,
            null,
            false);
    remembered(ledger);

    ReleasePlan plan = read(plan(rollback()));

    assertThat(plan.version()).isEqualTo("1.9.0");
    assertThat(plan.plan().strategy()).isEqualTo("emergency");
    assertThat(plan.checks())
        .filteredOn(check -> check.name().equals("artifact"))
        .singleElement()
        .satisfies(check -> assertThat(check.detail()).contains("node:/", before));
    forgotten();
  }

  private void remembered(Ledger ledger) {
    serin
        .stage()
        .raw(
            CoordinatorStreams.LEDGERS_CHANGELOG,
            SERVICE,
            Json.mapper().writeValueAsString(ledger));
    while (!(serin.ledgers().ledger(SERVICE) instanceof LedgerViews.Reading.Read(Ledger read)
        && read.equals(ledger))) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private void forgotten() {
    serin.stage().raw(CoordinatorStreams.LEDGERS_CHANGELOG, SERVICE, null);
    while (!(serin.ledgers().ledger(SERVICE) instanceof LedgerViews.Reading.Read)) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  @Test
  void namesTheAgentThatDoesNotAnswer() {
    assertThat(read(plan(body())).problems()).isEmpty();
    silent.add(Topics.INCUS_COMMANDS);

    try (ConfigurableApplicationContext impatient =
        WebFixture.coordinator(
            serin.stage().settings().bootstrapServers(),
            Map.of("serin.http.plan-patience", "15s"))) {
      ReleasePlan plan = read(plan(new HttpCalls(WebFixture.port(impatient)), body()));

      assertThat(plan.problems())
          .containsExactly(
              "incus-agent: expected an answer within 15s, found none; is it running?");
      assertThat(plan.checks())
          .filteredOn(check -> !check.ok())
          .extracting(ReleasePlan.CheckResult::name)
          .containsExactly("instances");
    }
  }

  @Test
  void refusesWhatIsNoRelease() {
    ObjectNode abort = body();
    abort.put("type", "abort-requested");
    assertThat(plan(abort).status()).isEqualTo(400);
    assertThat(plan(abort).detail())
        .contains("expected release-requested, rollback-requested or none");

    Answer back = plan(rollback());
    assertThat(back.status()).isEqualTo(400);
    assertThat(back.detail()).contains("that completed, found none");

    ObjectNode nothing = body();
    nothing.remove(List.of("version", "artifact"));
    assertThat(plan(nothing).status()).isEqualTo(400);
    assertThat(plan(nothing).json().path("problems").size()).isGreaterThanOrEqualTo(2);

    ObjectNode strategy = body();
    strategy.put("strategy", "all-of-them");
    assertThat(plan(strategy).status()).isEqualTo(400);
    assertThat(plan(strategy).detail()).contains("strategy: expected");

    ObjectNode unknown = body();
    unknown.put("service", "plans-unknown");
    assertThat(plan(unknown).status()).isEqualTo(400);
    assertThat(plan(unknown).detail()).contains("expected one that is defined");
  }
}
