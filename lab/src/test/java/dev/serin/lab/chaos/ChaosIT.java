package dev.serin.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.lab.fleet.AtHome;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.LoadPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Twenty of the faults that `make soak` makes a hundred of.
@Tag("lab")
@ExtendWith(AtHome.class)
class ChaosIT {
  private static final int FAULTS = 20;
  private static final long SEED = 20_251;

  @Test
  void twentyFaultsLeaveNothingStuckLostOrBehind() throws IOException, InterruptedException {
    Path root = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    ChaosReport report =
        new ChaosRun(
                root,
                Files.createTempDirectory("serin-chaos"),
                SEED,
                line -> System.out.println(line))
            .run(FAULTS, LoadPlan.light(Fleet.FRONT, ChaosRun.LOAD_LIMIT));
    System.out.println(report.page());
    assertThat(report.violations()).isEmpty();
  }
}
