package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.DeadLetters;
import dev.serin.contracts.kafka.Topics;
import dev.serin.coordinator.view.DeadLetter;
import dev.serin.coordinator.view.DeadLetterLog;
import dev.serin.coordinator.view.DeadLetterLog.Reading;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/// What could not be used: which records, why, and once more once the cause is mended.
@RestController
class DeadLettersController {
  private static final int DEFAULT_LIMIT = 50;
  private static final int LARGEST_LIMIT = 1_000;

  private final DeadLetterLog log;
  private final RecordPublisher publisher;

  DeadLettersController(DeadLetterLog log, RecordPublisher publisher) {
    this.log = log;
    this.publisher = publisher;
  }

  @GetMapping("/api/v1/dead-letters")
  ResponseEntity<String> list(
      @RequestParam(name = "topic", required = false) @Nullable String topic,
      @RequestParam(name = "limit", required = false) @Nullable String limit) {
    List<String> problems = new ArrayList<>();
    if (topic != null && !DeadLetterLog.TOPICS.contains(topic)) {
      problems.add(unknownTopic(topic));
    }
    int most = limit == null ? DEFAULT_LIMIT : Limits.read(limit, LARGEST_LIMIT, problems);
    if (!problems.isEmpty()) {
      return Problem.listing(Problem.Kind.INVALID_PARAMETER, problems).response();
    }
    return answered(
        log.newest(topic, most),
        lines -> Answers.array(lines.stream().map(ObjectNode::toString).toList()));
  }

  private static String unknownTopic(String topic) {
    return "topic: expected one of "
        + String.join(", ", DeadLetterLog.TOPICS)
        + ", found '"
        + Check.printable(topic)
        + "'";
  }

  @GetMapping("/api/v1/dead-letters/{topic}/{partition}/{offset}")
  ResponseEntity<String> one(
      @PathVariable("topic") String topic,
      @PathVariable("partition") String partition,
      @PathVariable("offset") String offset) {
    return found(
        topic, partition, offset, letter -> Answers.json(HttpStatus.OK, letter.whole().toString()));
  }

  @PostMapping("/api/v1/dead-letters/{topic}/{partition}/{offset}/replay")
  ResponseEntity<String> replay(
      @PathVariable("topic") String topic,
      @PathVariable("partition") String partition,
      @PathVariable("offset") String offset) {
    return found(topic, partition, offset, this::replay);
  }

  /// The record once more, as it was; then the mark among the dead letters. Where the mark is lost
  /// the record may be sent once more: its ids make that harmless.
  private ResponseEntity<String> replay(DeadLetter letter) {
    String id = letter.id().toString();
    Headers again = letter.originalHeaders();
    again.add(DeadLetters.REPLAYED, id.getBytes(StandardCharsets.UTF_8));
    return switch (publisher.publish(letter.id().topic(), letter.key(), letter.value(), again)) {
      case RecordPublisher.Outcome.Published(int partition, long offset) -> {
        Headers mark = new RecordHeaders();
        mark.add(DeadLetters.REPLAYED, id.getBytes(StandardCharsets.UTF_8));
        publisher.publish(Topics.deadLetters(letter.id().topic()), letter.key(), null, mark);
        ObjectNode body = Json.mapper().createObjectNode();
        body.put("id", id);
        body.put("sentTo", letter.id().topic() + "/" + partition + "/" + offset);
        yield Answers.json(HttpStatus.ACCEPTED, body.toString());
      }
      case RecordPublisher.Outcome.Unconfirmed(String why) ->
          Problem.of(
                  Problem.Kind.BROKER_AWAY,
                  "expected the broker to take the record within 10 s, found: "
                      + Check.printable(why)
                      + "; send it again (twice does no harm)")
              .response();
    };
  }

  private ResponseEntity<String> found(
      String topic,
      String partition,
      String offset,
      Function<DeadLetter, ResponseEntity<String>> then) {
    Optional<DeadLetter.Id> id = id(topic, partition, offset);
    if (id.isEmpty()) {
      return unknown(topic + "/" + partition + "/" + offset);
    }
    return answered(
        log.one(id.get()),
        letter -> letter.map(then).orElseGet(() -> unknown(id.get().toString())));
  }

  private static Optional<DeadLetter.Id> id(String topic, String partition, String offset) {
    boolean sound =
        DeadLetterLog.TOPICS.contains(topic)
            && partition.matches("[0-9]{1,4}")
            && offset.matches("[0-9]{1,18}");
    return sound
        ? Optional.of(new DeadLetter.Id(topic, Integer.parseInt(partition), Long.parseLong(offset)))
        : Optional.empty();
  }

  private static ResponseEntity<String> unknown(String id) {
    return Problem.of(
            Problem.Kind.NOT_FOUND,
            "expected the id of a dead letter, found '"
                + Check.printable(id)
                + "'; GET /api/v1/dead-letters lists them (they are kept for 30 days)")
        .response();
  }

  private static <T> ResponseEntity<String> answered(
      Reading<T> reading, Function<T, ResponseEntity<String>> then) {
    return switch (reading) {
      case Reading.Read<T>(T found) -> then.apply(found);
      case Reading.Unreachable<T>(String why) ->
          Problem.of(
                  Problem.Kind.BROKER_AWAY,
                  "expected the dead letters from the broker, found: "
                      + Check.printable(why)
                      + "; try again in a moment")
              .response();
      case Reading.Busy<T>() ->
          Problem.of(
                  Problem.Kind.TOO_MANY,
                  "expected few readers of dead letters at once, found too many; try again in a"
                      + " moment")
              .response();
    };
  }
}
