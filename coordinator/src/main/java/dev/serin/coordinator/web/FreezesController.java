package dev.serin.coordinator.web;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.Freeze;
import dev.serin.contracts.rollout.FreezeState;
import dev.serin.contracts.service.FreezeWindow;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.view.FreezeViews;
import dev.serin.coordinator.view.RolloutViews;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/// All freezes that are or are to come: of all services, of each, and by each service's calendar
/// the one that it is in or else the next one.
@RestController
class FreezesController {
  private final RolloutViews services;
  private final FreezeViews freezes;

  FreezesController(RolloutViews services, FreezeViews freezes) {
    this.services = services;
    this.freezes = freezes;
  }

  @GetMapping("/api/v1/freezes")
  ResponseEntity<String> freezes() {
    return Answers.notReady(services)
        .orElseGet(() ->
            freezes.isCaughtUp()
                ? Answers.array(all(freezes.all(), services.services(), Instant.now()))
                : Problem.of(
                        Problem.Kind.STILL_READING,
                        "expected the freezes to be read from the broker, found that reading is"
                            + " not done; try again in a moment")
                    .response());
  }

  /// Those of all services, those of each that were asked for, those of the calendars.
  static List<String> all(List<FreezeState> asked, List<ServiceDefinition> services, Instant now) {
    List<String> lines = new ArrayList<>();
    for (FreezeState state : asked) {
      for (Freeze freeze : state.freezes()) {
        if (!freeze.isOver(now)) {
          ObjectNode line = line(state.service(), "request", freeze.from(), freeze.until(), now);
          line.put("by", freeze.by());
          line.put("reason", freeze.reason());
          line.put("requestId", freeze.requestId());
          lines.add(line.toString());
        }
      }
    }
    for (ServiceDefinition service : services) {
      for (FreezeWindow window : service.freezes()) {
        window
            .next(now)
            .ifPresent(span -> {
              ObjectNode line = line(service.service(), "calendar", span.from(), span.until(), now);
              line.put("reason", window.reason());
              line.put("cron", window.cron());
              line.put("zone", window.zone());
              lines.add(line.toString());
            });
      }
    }
    return lines;
  }

  private static ObjectNode line(
      String service, String kind, Instant from, @Nullable Instant until, Instant now) {
    ObjectNode line = Json.mapper().createObjectNode();
    line.put("service", service);
    line.put("kind", kind);
    line.put("from", from.toString());
    line.put("until", until == null ? null : until.toString());
    line.put("active", !from.isAfter(now));
    return line;
  }
}
