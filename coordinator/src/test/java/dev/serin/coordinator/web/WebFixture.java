package dev.serin.coordinator.web;

import dev.serin.coordinator.rescue.RescueFiles;
import dev.serin.coordinator.view.EventFeed;
import dev.serin.coordinator.view.LedgerViews;
import dev.serin.coordinator.view.RolloutViews;
import dev.serin.coordinator.view.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/// The HTTP side of one coordinator on a free port, and the broker behind it: started once for all
/// tests, so each test uses services of its own.
final class WebFixture implements AutoCloseable {
  /// How many events the stream's ring holds here: few, so that tests get behind it.
  static final int RING = 60;

  /// The HTTP side without the saga.
  @SpringBootConfiguration
  @EnableAutoConfiguration
  @ComponentScan
  static class Application {
    @Bean
    RescueFiles rescueFiles() {
      return new RescueFiles(
          Path.of(System.getProperty("java.io.tmpdir"), "serin-no-sheets"),
          Path.of("none"),
          InstantSource.system(),
          null);
    }
  }

  private final Stage stage;
  private final ConfigurableApplicationContext context;
  private final int port;

  private WebFixture(Stage stage, ConfigurableApplicationContext context) {
    this.stage = stage;
    this.context = context;
    this.port = port(context);
  }

  static WebFixture start() throws InterruptedException {
    Stage stage = new Stage();
    return new WebFixture(stage, coordinator(stage.settings().bootstrapServers(), Map.of()));
  }

  /// One more coordinator, on a free port, ready to answer.
  static ConfigurableApplicationContext coordinator(
      String bootstrapServers, Map<String, Object> settings) {
    ConfigurableApplicationContext started =
        new SpringApplicationBuilder(Application.class)
            .properties(
                Map.of(
                    "server.address",
                    "127.0.0.1",
                    "server.port",
                    "0",
                    "spring.threads.virtual.enabled",
                    "true",
                    "spring.main.banner-mode",
                    "off",
                    "management.endpoints.web.exposure.include",
                    "health,prometheus",
                    "management.endpoint.health.show-details",
                    "always",
                    "serin.http.events-kept",
                    RING,
                    "serin.http.heartbeat",
                    "200ms",
                    "serin.http.hosts",
                    "serin.example",
                    "serin.kafka.bootstrap-servers",
                    bootstrapServers))
            .properties(Map.of("logging.level.root", "warn", "serin.http.plan-patience", "5m"))
            .properties(settings)
            .run();
    HttpCalls http = new HttpCalls(port(started));
    while (http.get("/actuator/health").status() != 200) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    return started;
  }

  static int port(ConfigurableApplicationContext context) {
    return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  Stage stage() {
    return stage;
  }

  RolloutViews views() {
    return context.getBean(RolloutViews.class);
  }

  LedgerViews ledgers() {
    return context.getBean(LedgerViews.class);
  }

  EventFeed feed() {
    return context.getBean(EventFeed.class);
  }

  HttpCalls http() {
    return new HttpCalls(port);
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    context.close();
    stage.close();
  }

  /// Hands the one fixture of this JVM to tests that ask for it.
  static final class Resolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext extension) {
      return parameter.getParameter().getType() == WebFixture.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext extension) {
      return extension
          .getRoot()
          .getStore(Namespace.create(WebFixture.class))
          .computeIfAbsent(WebFixture.class, type -> startUnchecked(), WebFixture.class);
    }

    private static WebFixture startUnchecked() {
      try {
        return start();
      } catch (InterruptedException stop) {
        throw new IllegalStateException(stop);
      }
    }
  }
}
