package dev.serin.coordinator;

import dev.serin.contracts.config.Launch;
import dev.serin.coordinator.config.CoordinatorConfiguration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;

/// The coordinator as a process of its own.
@SpringBootApplication(scanBasePackages = "dev.serin.coordinator.none")
@Import(CoordinatorConfiguration.class)
public class CoordinatorApplication {
  public static void main(String[] arguments) {
    Launch.run(CoordinatorApplication.class, "serin-coordinator", arguments);
  }
}
