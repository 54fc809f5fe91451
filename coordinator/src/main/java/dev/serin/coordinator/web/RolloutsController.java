package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import dev.serin.coordinator.view.EventLog;
import dev.serin.coordinator.view.RolloutRow;
import dev.serin.coordinator.view.RolloutViews;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The rollouts as they are now, and what happened to each.
@RestController
class RolloutsController {
  private static final int DEFAULT_LIMIT = 50;
  private static final int LARGEST_LIMIT = 1_000;

  private final RolloutViews views;
  private final EventLog log;

  RolloutsController(RolloutViews views, EventLog log) {
    this.views = views;
    this.log = log;
  }

  @GetMapping("/api/v1/rollouts")
  ResponseEntity<String> rollouts(
      @RequestParam(name = "service", required = false) @Nullable String service,
      @RequestParam(name = "active", required = false) @Nullable String active,
      @RequestParam(name = "limit", required = false) @Nullable String limit) {
    List<String> problems = new ArrayList<>();
    if (service != null && !Check.isName(service)) {
      problems.add("service: expected a service's name, found '" + Check.printable(service) + "'");
    }
    if (active != null && !active.equals("true") && !active.equals("false")) {
      problems.add("active: expected true or false, found '" + Check.printable(active) + "'");
    }
    int most = limit == null ? DEFAULT_LIMIT : Limits.read(limit, LARGEST_LIMIT, problems);
    if (!problems.isEmpty()) {
      return Problem.listing(Problem.Kind.INVALID_PARAMETER, problems).response();
    }
    return Answers.notReady(views)
        .orElseGet(() ->
            Answers.array(
                views
                    .rollouts(
                        row ->
                            (service == null || row.service().equals(service))
                                && (active == null
                                    || row.isActive() == Boolean.parseBoolean(active)),
                        most)
                    .stream()
                    .map(RolloutRow::json)
                    .toList()));
  }

  @GetMapping("/api/v1/rollouts/{id}")
  ResponseEntity<String> rollout(@PathVariable("id") String id) {
    return Answers.notReady(views)
        .orElseGet(() ->
            views
                .rollout(id)
                .map(row -> Answers.json(HttpStatus.OK, row.json()))
                .orElseGet(() -> unknown(id)));
  }

  @GetMapping("/api/v1/rollouts/{id}/events")
  ResponseEntity<String> events(@PathVariable("id") String id) {
    return Answers.notReady(views)
        .orElseGet(() -> views.rollout(id).map(this::events).orElseGet(() -> unknown(id)));
  }

  private ResponseEntity<String> events(RolloutRow row) {
    return switch (log.read(row)) {
      case EventLog.Reading.Read(List<String> events) -> Answers.array(events);
      case EventLog.Reading.Unreachable(String why) ->
          Problem.of(
                  Problem.Kind.BROKER_AWAY,
                  "expected the rollout's events from the broker, found: "
                      + Check.printable(why)
                      + "; try again in a moment")
              .response();
      case EventLog.Reading.Busy() ->
          Problem.of(
                  Problem.Kind.TOO_MANY,
                  "expected few readers of old events at once, found too many; try again in a"
                      + " moment")
              .response();
    };
  }

  private static ResponseEntity<String> unknown(String id) {
    return Problem.of(
            Problem.Kind.NOT_FOUND,
            "expected the id of a rollout, found '"
                + Check.printable(id)
                + "'; GET /api/v1/rollouts lists them (one that was asked for just now may need a"
                + " moment)")
        .response();
  }
}
