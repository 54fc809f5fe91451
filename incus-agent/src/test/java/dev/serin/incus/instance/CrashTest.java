package dev.serin.incus.instance;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The crash scenarios with the real scripts, in a directory of this machine.
class CrashTest extends CrashScenarios {
  @TempDir Path instance;
  private LocalBed bed;

  @BeforeEach
  void open() {
    bed = new LocalBed(instance);
  }

  @Override
  Bed bed() {
    return bed;
  }

  @Override
  String owner() {
    return Owner.number();
  }

  @Override
  Set<FaultyWire.Fault> faults() {
    return EnumSet.allOf(FaultyWire.Fault.class);
  }
}
