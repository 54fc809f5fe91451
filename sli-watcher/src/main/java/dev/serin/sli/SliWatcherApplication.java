package dev.serin.sli;

import dev.serin.contracts.config.Launch;
import dev.serin.sli.config.SliConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/// The sli-watcher in a process of its own.
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(SliConfiguration.class)
public class SliWatcherApplication {

  public static void main(String[] arguments) {
    Launch.run(SliWatcherApplication.class, "serin-sli-watcher", arguments);
  }
}
