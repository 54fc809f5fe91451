package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceReader;
import dev.serin.coordinator.rescue.RescueFiles;
import dev.serin.coordinator.view.RolloutRow;
import dev.serin.coordinator.view.RolloutViews;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/// The services' definitions, on `serin.services.v1`. Whoever writes one reads it afterwards.
@RestController
class ServicesController {
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(5);

  private final RolloutViews views;
  private final RecordPublisher publisher;
  private final RescueFiles rescue;

  ServicesController(RolloutViews views, RecordPublisher publisher, RescueFiles rescue) {
    this.views = views;
    this.publisher = publisher;
    this.rescue = rescue;
  }

  @GetMapping("/api/v1/services")
  ResponseEntity<String> all() {
    return Answers.notReady(views)
        .orElseGet(() -> Answers.array(views.services().stream().map(RolloutViews::json).toList()));
  }

  @GetMapping("/api/v1/services/{name}")
  ResponseEntity<String> one(@PathVariable("name") String name) {
    return Answers.notReady(views)
        .orElseGet(() ->
            views
                .service(name)
                .map(found -> Answers.json(HttpStatus.OK, RolloutViews.json(found)))
                .orElseGet(() -> unknown(name)));
  }

  /// The rescue sheet, as `serin rescue` prints it: for those who want to read it beforehand.
  @GetMapping("/api/v1/services/{name}/rescue")
  ResponseEntity<String> rescue(@PathVariable("name") String name) {
    return rescue
        .read(name)
        .map(sheet ->
            ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .contentType(new MediaType("text", "x-shellscript", StandardCharsets.UTF_8))
                .body(sheet))
        .orElseGet(() ->
            Problem.of(
                    Problem.Kind.NOT_FOUND,
                    "expected a service whose rollout this coordinator is at work on, found '"
                        + Check.printable(name)
                        + "'; another coordinator may have its rescue sheet")
                .response());
  }

  private static ResponseEntity<String> unknown(String name) {
    return Problem.of(
            Problem.Kind.NOT_FOUND,
            "expected a service that is defined, found '"
                + Check.printable(name)
                + "'; GET /api/v1/services lists them all")
        .response();
  }

  @PutMapping(path = "/api/v1/services/{name}", consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<String> put(@PathVariable("name") String name, HttpServletRequest http)
      throws IOException {
    return switch (Body.of(http)) {
      case Body.Refused(ResponseEntity<String> answer) -> answer;
      case Body.Json(var tree) ->
          switch (ServiceReader.read(tree)) {
            case Parsed.Invalid<ServiceDefinition>(List<String> problems) -> {
              List<String> all = new ArrayList<>(problems);
              String written = tree.path("service").asString(name);
              if (!written.equals(name)) {
                all.add(misnamed(name, written));
              }
              yield Problem.listing(Problem.Kind.INVALID_SERVICE, all).response();
            }
            case Parsed.Valid<ServiceDefinition>(ServiceDefinition definition) ->
                definition.service().equals(name)
                    ? Answers.notReady(views).orElseGet(() -> define(definition))
                    : Problem.listing(
                            Problem.Kind.INVALID_SERVICE,
                            List.of(misnamed(name, definition.service())))
                        .response();
          };
    };
  }

  private static String misnamed(String name, String written) {
    return "service: expected '"
        + Check.printable(name)
        + "' as in the path, found '"
        + Check.printable(written)
        + "'";
  }

  private ResponseEntity<String> define(ServiceDefinition definition) {
    String json = RolloutViews.json(definition);
    byte[] value = json.getBytes(StandardCharsets.UTF_8);
    if (value.length > Topics.LARGEST_VALUE_BYTES) {
      return Body.tooLarge();
    }
    return write(definition.service(), value).orElseGet(() -> Answers.json(HttpStatus.OK, json));
  }

  @DeleteMapping("/api/v1/services/{name}")
  ResponseEntity<String> delete(@PathVariable("name") String name) {
    Optional<ResponseEntity<String>> notReady = Answers.notReady(views);
    if (notReady.isPresent()) {
      return notReady.get();
    }
    if (views.service(name).isEmpty()) {
      return unknown(name);
    }
    List<RolloutRow> unfinished =
        views.rollouts(row -> row.service().equals(name) && row.isUnfinished(), 1);
    if (!unfinished.isEmpty()) {
      return Problem.of(
              Problem.Kind.ROLLOUT_UNFINISHED,
              "expected no rollout of "
                  + name
                  + " under way or waiting, found "
                  + unfinished.getFirst().rolloutId()
                  + " in phase "
                  + unfinished.getFirst().phase()
                  + "; wait for its end or abort it")
          .response();
    }
    return write(name, null).orElseGet(() -> ResponseEntity.noContent().build());
  }

  /// Empty when the view has what was written.
  private Optional<ResponseEntity<String>> write(String name, byte @Nullable [] value) {
    return switch (publisher.publish(Topics.SERVICES, name, value, new RecordHeaders())) {
      case RecordPublisher.Outcome.Published(int partition, long offset) ->
          isVisible(partition, offset)
              ? Optional.empty()
              : Optional.of(
                  Problem.of(
                          Problem.Kind.STILL_READING,
                          "expected the definition to be visible within 5 s of being written,"
                              + " found that it is not yet; it is written, ask again in a moment")
                      .response());
      case RecordPublisher.Outcome.Unconfirmed(String why) ->
          Optional.of(
              Problem.of(
                      Problem.Kind.BROKER_AWAY,
                      "expected the broker to take the definition within 10 s, found: "
                          + Check.printable(why)
                          + "; send it again (twice does no harm)")
                  .response());
    };
  }

  private boolean isVisible(int partition, long offset) {
    try {
      return views.awaitRead(Topics.SERVICES, partition, offset, VISIBLE_WITHIN);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
