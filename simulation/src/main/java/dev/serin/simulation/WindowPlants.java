package dev.serin.simulation;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.simulation.service.Plants;
import dev.serin.simulation.world.VirtualPrometheus;
import dev.serin.sli.prometheus.PrometheusWire;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What can be planted in how windows are watched.
final class WindowPlants {
  private WindowPlants() {}

  /// Timers go off before what waits in the broker is read.
  static final class ClockOutrunsBacklog implements Plants {
    @Override
    public boolean outrunsItsBacklog() {
      return true;
    }
  }

  /// What a check of a node's health has found is not read, and its deadline is not the plan's.
  static final class WaitsForTooLong implements Plants {
    private static final Duration TOO_LONG = Duration.ofMinutes(6);

    /// A deadline that is kept is read, and written once more.
    private final Set<String> postponed = new HashSet<>();

    @Override
    public boolean ignores(String topic, byte @Nullable [] value) {
      return topic.equals(Topics.INCUS_EVENTS)
          && value != null
          && Json.mapper().readValue(value, IncusEvent.class) instanceof IncusEvent.Failed failed
          && failed.head().node() != null;
    }

    @Override
    public byte[] ledger(byte[] json) {
      JsonNode ledger = Json.mapper().readTree(json);
      for (JsonNode pending : ledger.findParents("deadline")) {
        if (pending instanceof ObjectNode waits
            && waits.path("agent").asString().equalsIgnoreCase("incus")
            && postponed.add(waits.path("head").path("commandId").asString())) {
          Instant deadline = Instant.parse(waits.path("deadline").asString());
          waits.put("deadline", deadline.plus(TOO_LONG).toString());
        }
      }
      return Json.mapper().writeValueAsBytes(ledger);
    }
  }

  /// Nobody sees how old what a value rests on is.
  static final class LooksAtNoAge implements Plants {
    @Override
    public PrometheusWire asks(PrometheusWire wire) {
      return questions -> {
        List<Reply> replies = new ArrayList<>(wire.ask(questions));
        for (int i = 0; i < replies.size(); i++) {
          if (questions.get(i).query().startsWith("time() - ")) {
            replies.set(i, VirtualPrometheus.NOTHING);
          }
        }
        return replies;
      };
    }
  }

  /// The probe of a slot in the middle is lost, and as the window goes on the slot is taken for
  /// green: its time has passed.
  static final class EndsByTheClock implements Plants {
    private static final int LOST = 2;

    @Override
    public <E extends AgentEvent> E told(E event) {
      if (!(event instanceof SlotProbed probed) || probed.slot() != LOST) {
        return event;
      }
      @SuppressWarnings("unchecked") // it is the same type
      E repeated =
          (E)
              new SlotProbed(
                  probed.head(),
                  probed.analysisId(),
                  LOST - 1,
                  probed.slotAt(),
                  probed.verdict(),
                  probed.results());
      return repeated;
    }

    @Override
    public byte[] ledger(byte[] json) {
      JsonNode ledger = Json.mapper().readTree(json);
      for (JsonNode watch : ledger.findParents("verdicts")) {
        if (watch.path("needed").asInt() > LOST
            && watch.path("verdicts") instanceof ObjectNode verdicts
            && verdicts.has(String.valueOf(LOST - 1))
            && !verdicts.has(String.valueOf(LOST))) {
          verdicts.put(String.valueOf(LOST), "PASS");
        }
      }
      return Json.mapper().writeValueAsBytes(ledger);
    }
  }
}
