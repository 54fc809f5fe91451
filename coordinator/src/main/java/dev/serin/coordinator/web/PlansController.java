package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.request.Request.RollbackRequested;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.Preview;
import dev.serin.coordinator.view.AgentAnswers;
import dev.serin.coordinator.view.LedgerViews;
import dev.serin.coordinator.view.RolloutViews;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a release, or the rollback of one, would do, its checks run and nothing changed: no rollout
/// begins, no record of Serin's own is written. The agents are asked by commands that belong to no
/// rollout.
@RestController
class PlansController {
  private static final String SOURCE = "/serin/coordinator/api";
  private static final String RELEASE = "release-requested";
  private static final String ROLLBACK = "rollback-requested";

  private final RolloutViews views;
  private final LedgerViews ledgers;
  private final AgentAnswers answers;
  private final RecordPublisher publisher;
  private final Duration patience;

  PlansController(
      RolloutViews views,
      LedgerViews ledgers,
      AgentAnswers answers,
      RecordPublisher publisher,
      ApiSettings settings) {
    this.views = views;
    this.ledgers = ledgers;
    this.answers = answers;
    this.publisher = publisher;
    this.patience = settings.planPatience();
  }

  @PostMapping(path = "/api/v1/plans", consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<String> plan(HttpServletRequest http) throws IOException {
    return switch (Body.of(http)) {
      case Body.Refused(ResponseEntity<String> answer) -> answer;
      case Body.Json(JsonNode tree) -> Answers.notReady(views).orElseGet(() -> plan(tree));
    };
  }

  private ResponseEntity<String> plan(JsonNode tree) {
    return switch (RequestReader.read(completed(tree))) {
      case Parsed.Invalid<Request>(List<String> problems) -> refused(problems);
      case Parsed.Valid<Request>(ReleaseRequested release) ->
          plan(release.service(), (ledger, it) -> Preview.of(ledger, it, release));
      case Parsed.Valid<Request>(RollbackRequested back) ->
          plan(back.service(), (ledger, it) -> Preview.of(ledger, it, back));
      case Parsed.Valid<Request>(Request other) ->
          refused(
              List.of(
                  "type: expected "
                      + RELEASE
                      + ", "
                      + ROLLBACK
                      + " or none, found '"
                      + EventHeaders.typeOf(other)
                      + "'"));
    };
  }

  /// A plan is no request, so it needs neither a type nor an id.
  private static JsonNode completed(JsonNode tree) {
    if (!(tree instanceof ObjectNode given)) {
      return tree;
    }
    ObjectNode whole = given.deepCopy();
    if (!whole.has("type")) {
      whole.put("type", RELEASE);
    }
    if (!whole.has("requestId")) {
      whole.put("requestId", "plan");
    }
    return whole;
  }

  private static ResponseEntity<String> refused(List<String> problems) {
    return Problem.listing(Problem.Kind.INVALID_REQUEST, problems).response();
  }

  /// What there is to plan, or why there is nothing.
  private interface Planned {
    Parsed<Preview> of(Ledger ledger, ServiceDefinition definition);
  }

  private ResponseEntity<String> plan(String service, Planned planned) {
    Optional<ServiceDefinition> definition = views.service(service);
    if (definition.isEmpty()) {
      return refused(List.of(RequestsController.unknown(views, service)));
    }
    return switch (ledgers.ledger(service)) {
      case LedgerViews.Reading.NotReady() ->
          Problem.of(
                  Problem.Kind.STILL_READING,
                  "expected the saga's record of every service to be read from the broker, found"
                      + " that reading is not done; try again in a moment (if it lasts, see whether"
                      + " a coordinator runs)")
              .response();
      case LedgerViews.Reading.Unreadable() ->
          refused(
              List.of(
                  "expected Serin's own record of "
                      + service
                      + ", found one that this version can't read; run the version that wrote it"));
      case LedgerViews.Reading.Read(Ledger ledger) ->
          switch (planned.of(ledger, definition.get())) {
            case Parsed.Invalid<Preview>(List<String> problems) -> refused(problems);
            case Parsed.Valid<Preview>(Preview preview) -> asked(service, preview);
          };
    };
  }

  private ResponseEntity<String> asked(String service, Preview preview) {
    String id = RolloutIds.ofPlan(UUID.randomUUID().toString());
    Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS);
    return switch (answered(service, preview, id, now)) {
      case AgentAnswers.Reading.Read(List<AgentEvent> found) ->
          Answers.json(
              HttpStatus.OK,
              Json.mapper().writeValueAsString(preview.judged(found, patience, now)));
      case AgentAnswers.Reading.Unreachable(String why) ->
          Problem.of(
                  Problem.Kind.BROKER_AWAY,
                  "expected the agents' answers from the broker, found: "
                      + Check.printable(why)
                      + "; try again in a moment")
              .response();
      case AgentAnswers.Reading.Busy() ->
          Problem.of(
                  Problem.Kind.TOO_MANY,
                  "expected few plans at once, found too many; try again in a moment")
              .response();
    };
  }

  /// What the agents say, with what one says that had to be asked over in place of its first
  /// answer.
  private AgentAnswers.Reading answered(String service, Preview preview, String id, Instant now) {
    AgentAnswers.Reading first = answered(service, preview.questions(id, now));
    if (!(first instanceof AgentAnswers.Reading.Read(List<AgentEvent> found))) {
      return first;
    }
    List<AgentCommand> over = preview.askedOver(found, id, now);
    if (over.isEmpty()) {
      return first;
    }
    AgentAnswers.Reading second = answered(service, over);
    return second instanceof AgentAnswers.Reading.Read(List<AgentEvent> again)
        ? new AgentAnswers.Reading.Read(Preview.answered(found, again))
        : second;
  }

  private AgentAnswers.Reading answered(String service, List<AgentCommand> questions) {
    Set<String> ids =
        questions.stream().map(it -> it.head().commandId()).collect(Collectors.toSet());
    return answers.await(service, ids, () -> sent(questions), patience);
  }

  /// Empty when the broker has them all.
  private Optional<String> sent(List<AgentCommand> questions) {
    List<String> unsent = new ArrayList<>();
    for (AgentCommand question : questions) {
      String topic =
          switch (question) {
            case HaproxyCommand haproxy -> Topics.HAPROXY_COMMANDS;
            case IncusCommand incus -> Topics.INCUS_COMMANDS;
            default -> Topics.SLI_COMMANDS;
          };
      RecordPublisher.Outcome outcome =
          publisher.publish(
              topic,
              question.head().service(),
              Json.mapper().writeValueAsBytes(question),
              EventHeaders.of(SOURCE, question));
      if (outcome instanceof RecordPublisher.Outcome.Unconfirmed(String why)) {
        unsent.add(why);
      }
    }
    return unsent.stream().findFirst();
  }
}
