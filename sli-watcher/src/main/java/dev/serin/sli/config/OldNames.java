package dev.serin.sli.config;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/// The environment variables that the deploy script used to have. They count like any environment
/// variable: more than the configuration file, less than the variable's new name.
public final class OldNames implements EnvironmentPostProcessor {
  private static final String PROM_URL = "PROM_URL";

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    Object url = environment.getSystemEnvironment().get(PROM_URL);
    if (url instanceof String text && !text.isBlank()) {
      environment
          .getPropertySources()
          .addAfter(
              StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
              new MapPropertySource(PROM_URL, Map.of("serin.prometheus.url", text)));
    }
  }
}
