package dev.serin.sli.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class PrometheusSettingsTest {
  private final ApplicationContextRunner context =
      new ApplicationContextRunner().withUserConfiguration(Bound.class);

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(PrometheusSettings.class)
  static class Bound {}

  @Test
  void knowsPrometheusOwnPortAndGivesItFiveSeconds() {
    context.run(bound -> {
      PrometheusSettings settings = bound.getBean(PrometheusSettings.class);
      assertThat(settings.url()).hasToString("http://127.0.0.1:9090");
      assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(5));
    });
  }

  @Test
  void takesWhatIsSet() {
    context
        .withPropertyValues(
            "serin.prometheus.url=https://prom.example/base", "serin.prometheus.timeout=750ms")
        .run(bound -> {
          PrometheusSettings settings = bound.getBean(PrometheusSettings.class);
          assertThat(settings.url()).hasToString("https://prom.example/base");
          assertThat(settings.timeout()).isEqualTo(Duration.ofMillis(750));
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "url=ftp://prom | expected a URL such as http://127.0.0.1:9090, found 'ftp://prom'",
        "url=prom:9090 | expected a URL such as http://127.0.0.1:9090, found 'prom:9090'",
        "url=http://prom/?a=b | expected a URL such as http://127.0.0.1:9090",
        "timeout=0s | serin.prometheus.timeout: expected 100ms to 5m, found PT0S",
        "timeout=1h | serin.prometheus.timeout: expected 100ms to 5m, found PT1H",
      })
  void refusesWhatCannotBe(String property, String problem) {
    context
        .withPropertyValues("serin.prometheus." + property)
        .run(bound -> assertThat(bound).getFailure().rootCause().hasMessageContaining(problem));
  }

  @Test
  void refusesAPasswordInTheUrlWithoutRepeatingIt() {
    context
        .withPropertyValues("serin.prometheus.url=http://me:hunter2@prom:9090")
        .run(bound ->
            assertThat(bound)
                .getFailure()
                .rootCause()
                .hasMessageContaining("expected a URL without user and password")
                .hasMessageNotContaining("hunter2"));
  }

  @Test
  void theOldNameCountsMoreThanTheFileAndLessThanTheNewName() {
    assertThat(url(Map.of("PROM_URL", "http://old:1"))).isEqualTo("http://old:1");
    assertThat(url(Map.of("PROM_URL", ""))).isEqualTo("http://file:1");
    assertThat(url(Map.of())).isEqualTo("http://file:1");
    assertThat(url(Map.of("PROM_URL", "http://old:1", "SERIN_PROMETHEUS_URL", "http://new:1")))
        .isEqualTo("http://new:1");
  }

  private static String url(Map<String, Object> variables) {
    StandardEnvironment environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return variables;
          }
        };
    environment
        .getPropertySources()
        .addLast(new MapPropertySource("file", Map.of("serin.prometheus.url", "http://file:1")));
    new OldNames().postProcessEnvironment(environment, new SpringApplication());
    return org.springframework.boot.context.properties.bind.Binder.get(environment)
        .bind("serin.prometheus.url", String.class)
        .get();
  }
}
