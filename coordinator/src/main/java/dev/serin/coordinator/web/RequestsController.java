package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.view.RolloutRow;
import dev.serin.coordinator.view.RolloutViews;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/// Takes requests and publishes them to `serin.requests.v1`, where the saga reads them like those
/// of anybody else.
@RestController
class RequestsController {
  private static final String SOURCE = "/serin/coordinator/api";

  /// How many services an error names at most.
  private static final int MOST_NAMES = 20;

  private final RolloutViews views;
  private final RecordPublisher publisher;

  RequestsController(RolloutViews views, RecordPublisher publisher) {
    this.views = views;
    this.publisher = publisher;
  }

  @PostMapping(path = "/api/v1/requests", consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<String> request(HttpServletRequest http) throws IOException {
    return switch (Body.of(http)) {
      case Body.Refused(ResponseEntity<String> answer) -> answer;
      case Body.Json(var tree) ->
          switch (RequestReader.read(tree)) {
            case Parsed.Invalid<Request>(List<String> problems) ->
                Problem.listing(Problem.Kind.INVALID_REQUEST, problems).response();
            case Parsed.Valid<Request>(Request request) ->
                Answers.notReady(views).orElseGet(() -> accept(request));
          };
    };
  }

  private ResponseEntity<String> accept(Request request) {
    String service = request.service();
    if (!service.equals("*") && views.service(service).isEmpty()) {
      return Problem.listing(Problem.Kind.INVALID_REQUEST, List.of(unknown(views, service)))
          .response();
    }
    byte[] value = Json.mapper().writeValueAsBytes(request);
    if (value.length > Topics.LARGEST_VALUE_BYTES) {
      return Body.tooLarge();
    }
    // Before publishing: afterwards an abort may already have ended what it aborts.
    String rolloutId = rolloutId(request);
    Headers headers = EventHeaders.of(SOURCE, request, Instant.now(), rolloutId);
    return switch (publisher.publish(Topics.REQUESTS, service, value, headers)) {
      case RecordPublisher.Outcome.Published _ ->
          Answers.json(HttpStatus.ACCEPTED, accepted(request, rolloutId));
      case RecordPublisher.Outcome.Unconfirmed(String why) ->
          Problem.of(
                  Problem.Kind.BROKER_AWAY,
                  "expected the broker to take the request within 10 s, found: "
                      + Check.printable(why)
                      + "; send it again with the same requestId (were it there already, that"
                      + " changes nothing)")
              .response();
    };
  }

  /// What is said of a service that nobody has defined.
  static String unknown(RolloutViews views, String service) {
    List<String> names = views.services().stream().map(ServiceDefinition::service).toList();
    String known =
        names.isEmpty()
            ? "none is defined yet"
            : String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())))
                + (names.size() > MOST_NAMES
                    ? " and " + (names.size() - MOST_NAMES) + " more"
                    : "");
    return "service: expected one that is defined ("
        + known
        + "), found '"
        + Check.printable(service)
        + "'; define it with PUT /api/v1/services/"
        + service
        + " or serin services apply";
  }

  private @Nullable String rolloutId(Request request) {
    return switch (request) {
      case Request.ReleaseRequested release ->
          RolloutIds.of(release.service(), release.requestId());
      case Request.RollbackRequested back -> RolloutIds.of(back.service(), back.requestId());
      case Request.RetryRequested retry -> retried(retry);
      case Request.Steering steering ->
          Optional.ofNullable(steering.rolloutId())
              .or(() -> views.active(steering.service()).map(RolloutRow::rolloutId))
              .orElse(null);
      case Request.FreezeRequested _,
          Request.UnfreezeRequested _,
          Request.HandsOffRequested _,
          Request.HandsOnRequested _ ->
          null;
    };
  }

  /// A rollout that waits goes on under its own id; one that is over begins anew under another.
  private String retried(Request.RetryRequested retry) {
    return views
        .active(retry.service())
        .map(RolloutRow::rolloutId)
        .filter(active -> retry.from() == Request.From.STEP)
        .orElseGet(() -> RolloutIds.of(retry.service(), retry.requestId()));
  }

  private static String accepted(Request request, @Nullable String rolloutId) {
    ObjectNode body = Json.mapper().createObjectNode();
    body.put("requestId", request.requestId());
    body.put("rolloutId", rolloutId);
    return body.toString();
  }
}
