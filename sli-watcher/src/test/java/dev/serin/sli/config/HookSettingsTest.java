package dev.serin.sli.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class HookSettingsTest {
  private final ApplicationContextRunner context =
      new ApplicationContextRunner().withUserConfiguration(Bound.class);

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(HookSettings.class)
  static class Bound {}

  @Test
  void knowsNoSecretByDefault() {
    context.run(bound -> assertThat(bound.getBean(HookSettings.class).secrets()).isEmpty());
  }

  @Test
  void takesSecretsByTheirNamesAndNeverShowsThem() {
    context
        .withPropertyValues("serin.hooks.secrets.board-key=hunter2-hunter2-hunter2")
        .run(bound -> {
          HookSettings settings = bound.getBean(HookSettings.class);
          assertThat(settings.secrets()).containsEntry("board-key", "hunter2-hunter2-hunter2");
          assertThat(settings).asString().contains("board-key").doesNotContain("hunter2");
        });
  }

  @Test
  void refusesASecretThatIsSoonGuessedAndDoesNotShowIt() {
    context
        .withPropertyValues("serin.hooks.secrets.board-key=hunter2")
        .run(bound -> {
          StringWriter trace = new StringWriter();
          Objects.requireNonNull(bound.getStartupFailure()).printStackTrace(new PrintWriter(trace));
          assertThat(trace.toString())
              .contains("serin.hooks.secrets.board-key: expected 16 to 500 characters, found 7")
              .doesNotContain("hunter2");
        });
  }
}
