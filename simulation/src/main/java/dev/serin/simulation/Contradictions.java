package dev.serin.simulation;

import dev.serin.contracts.json.Json;
import dev.serin.simulation.Scenario.Asked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// In every fourth seed two people ask for opposite things at the same instant, in either order,
/// and some of them under one and the same id: then the second has asked for nothing.
final class Contradictions {
  /// What is left behind by the first of each that lasts is lifted later.
  private static final List<Pair> PAIRS =
      List.of(
          new Pair("abort-requested", "promote-requested", ""),
          new Pair("abort-requested", "resume-requested", ""),
          new Pair("abort-requested", "retry-requested", ""),
          new Pair("pause-requested", "promote-requested", ""),
          new Pair("pause-requested", "resume-requested", ""),
          new Pair("hands-off-requested", "hands-on-requested", "hands-on-requested"),
          new Pair("freeze-requested", "unfreeze-requested", "unfreeze-requested"));

  /// @param lifted what ends it for good; empty where it ends by itself
  private record Pair(String one, String other, String lifted) {}

  private Contradictions() {}

  static List<Asked> by(Random chance) {
    List<Asked> all = new ArrayList<>();
    int times = chance.nextInt(4) == 0 ? 1 + chance.nextInt(2) : 0;
    for (int i = 0; i < times; i++) {
      Pair pair = PAIRS.get(chance.nextInt(PAIRS.size()));
      boolean swapped = chance.nextBoolean();
      String id = "k" + i;
      String otherId = chance.nextInt(3) == 0 ? id : id + "-too";
      Duration at = Duration.ofMillis(3_000 + chance.nextInt(100_000));
      all.add(asked(at, swapped ? pair.other() : pair.one(), id));
      all.add(asked(at, swapped ? pair.one() : pair.other(), otherId));
      Duration later = at.plusMillis(1_000 + chance.nextInt(30_000));
      if (!pair.lifted().isEmpty()) {
        all.add(asked(later, pair.lifted(), id + "-end"));
      }
    }
    return all;
  }

  private static Asked asked(Duration at, String type, String id) {
    return new Asked(at, Json.mapper().writeValueAsString(Scenario.request(type, id)));
  }
}
