package dev.serin.incus.instance;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/// The crash scenarios on a real Incus, with the one fault of which it has something to show: what
/// it goes on with once the agent is gone. The others are the agent's own ([CrashTest]).
@Tag("lab")
class CrashOnIncusIT extends CrashScenarios {
  private static IncusBed bed;

  @BeforeAll
  static void start() {
    bed = IncusBed.start();
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @Override
  Bed bed() {
    return bed;
  }

  @Override
  String owner() {
    return "0";
  }

  @Override
  Set<FaultyWire.Fault> faults() {
    return EnumSet.of(FaultyWire.Fault.DIES_AFTER);
  }
}
