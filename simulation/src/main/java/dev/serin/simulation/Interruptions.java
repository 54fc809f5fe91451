package dev.serin.simulation;

import dev.serin.contracts.json.Json;
import dev.serin.simulation.Scenario.Asked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.node.ObjectNode;

/// Whatever can be asked for, at any time: in the second after a release as often as later, since
/// preflight is over soon.
final class Interruptions {
  /// What is asked for, and what lifts it; nothing where it ends by itself.
  private record Kind(String type, String field, String value, String lifted) {
    Kind(String type) {
      this(type, "", "", "");
    }

    Kind(String type, String field, String value) {
      this(type, field, value, "");
    }
  }

  private static final List<Kind> KINDS =
      List.of(
          new Kind("release-requested", "ifBusy", "queue"),
          new Kind("release-requested", "ifBusy", "latest"),
          new Kind("release-requested", "ifBusy", "supersede"),
          new Kind("release-requested", "ifBusy", "reject"),
          new Kind("abort-requested"),
          new Kind("promote-requested", "scope", "step"),
          new Kind("promote-requested", "scope", "full"),
          new Kind("pause-requested"),
          new Kind("resume-requested"),
          new Kind("retry-requested", "from", "step"),
          new Kind("retry-requested", "from", "start"),
          new Kind("rollback-requested"),
          new Kind("freeze-requested", "", "", "unfreeze-requested"),
          new Kind("unfreeze-requested"),
          new Kind("hands-off-requested", "", "", "hands-on-requested"),
          new Kind("hands-on-requested"));

  private static final Duration SOON = Duration.ofMillis(1_200);

  private Interruptions() {}

  /// @param releases when each is asked for
  static List<Asked> by(Random chance, List<Duration> releases) {
    List<Asked> all = new ArrayList<>();
    int times = chance.nextInt(3);
    for (int i = 0; i < times; i++) {
      Kind kind = KINDS.get(chance.nextInt(KINDS.size()));
      Duration at =
          chance.nextBoolean()
              ? releases
                  .get(chance.nextInt(releases.size()))
                  .plusMillis(chance.nextInt((int) SOON.toMillis()))
              : Duration.ofMillis(3_000 + chance.nextInt(130_000));
      ObjectNode request = Scenario.request(kind.type(), "i" + i);
      if (!kind.field().isEmpty()) {
        request.put(kind.field(), kind.value());
      }
      if (kind.type().equals("release-requested")) {
        request.put("version", "as-it-is-i" + i).put("strategy", "restart");
      }
      all.add(new Asked(at, Json.mapper().writeValueAsString(request)));
      if (!kind.lifted().isEmpty()) {
        Duration later = at.plusMillis(1_000 + chance.nextInt(20_000));
        all.add(
            new Asked(
                later,
                Json.mapper()
                    .writeValueAsString(Scenario.request(kind.lifted(), "i" + i + "-end"))));
      }
    }
    return all;
  }
}
