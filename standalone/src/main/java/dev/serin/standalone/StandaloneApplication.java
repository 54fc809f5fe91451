package dev.serin.standalone;

import dev.serin.contracts.config.Launch;
import dev.serin.contracts.config.StoreToken;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.coordinator.config.CoordinatorConfiguration;
import dev.serin.haproxy.config.HaproxyConfiguration;
import dev.serin.incus.config.IncusConfiguration;
import dev.serin.sli.config.SliConfiguration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/// `serin standalone`: the broker, the coordinator and the three agents. `--without NAME` leaves
/// one out to run as a process of its own; without all four it is a broker.
@SpringBootApplication(scanBasePackages = "dev.serin.standalone")
@EnableConfigurationProperties(KafkaSettings.class)
public class StandaloneApplication {
  private static final Map<String, Class<?>> SERVICES = services();

  private static Map<String, Class<?>> services() {
    Map<String, Class<?>> services = new LinkedHashMap<>();
    services.put("coordinator", CoordinatorConfiguration.class);
    services.put("haproxy-agent", HaproxyConfiguration.class);
    services.put("incus-agent", IncusConfiguration.class);
    services.put("sli-watcher", SliConfiguration.class);
    return services;
  }

  public static void main(String[] arguments) {
    Launch.Options options = Launch.parse(arguments, List.copyOf(SERVICES.keySet()));
    Launch.start(application(options), "serin standalone");
  }

  /// Coordinator and incus-agent in one process need not be told of a token for private files: they
  /// have one of this process. One that is configured goes before it.
  private static Map<String, Object> properties(Launch.Options options) {
    boolean isTogether =
        !options.without().contains("coordinator") && !options.without().contains("incus-agent");
    return isTogether ? Map.of(StoreToken.SETTING, StoreToken.random()) : Map.of();
  }

  /// The application, ready to run.
  static SpringApplication application(Launch.Options options) {
    SpringApplication application =
        Launch.prepare(
            StandaloneApplication.class, "serin-standalone", options, properties(options));
    SERVICES.forEach((name, configuration) -> {
      if (!options.without().contains(name)) {
        application.addPrimarySources(List.of(configuration));
      }
    });
    if (options.without().contains("coordinator")) {
      application.setWebApplicationType(WebApplicationType.NONE);
    }
    return application;
  }
}
