package dev.serin.incus;

import dev.serin.contracts.config.Launch;
import dev.serin.incus.config.IncusConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/// The incus-agent as a process of its own.
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(IncusConfiguration.class)
public class IncusApplication {
  public static void main(String[] arguments) {
    Launch.run(IncusApplication.class, "serin-incus-agent", arguments);
  }
}
