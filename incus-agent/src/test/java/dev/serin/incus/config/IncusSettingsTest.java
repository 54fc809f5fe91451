package dev.serin.incus.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class IncusSettingsTest {
  private final ApplicationContextRunner context =
      new ApplicationContextRunner().withUserConfiguration(Bound.class);

  @TempDir Path directory;

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(IncusSettings.class)
  static class Bound {
    @Bean
    Wires wires(IncusSettings settings) {
      return new Wires(settings.servers());
    }
  }

  @Test
  void theDefaultIsTheServerOnThisMachine() {
    context.run(bound -> {
      IncusSettings settings = bound.getBean(IncusSettings.class);
      assertThat(settings.servers()).containsOnlyKeys("default");
      assertThat(settings.servers().get("default"))
          .extracting(IncusSettings.Server::url, IncusSettings.Server::project)
          .containsExactly("unix:/var/lib/incus/unix.socket", "default");
      assertThat(settings.settle()).isEqualTo(Duration.ofMillis(500));
      assertThat(settings.restartWithin()).isEqualTo(Duration.ofMinutes(3));
      assertThat(settings.filesFrom()).isNull();
    });
  }

  @Test
  void takesSeveralServers() {
    context
        .withPropertyValues(
            "serin.incus.servers.default.url=unix:/run/incus.sock",
            "serin.incus.servers.other.url=unix:/run/lxd.sock",
            "serin.incus.servers.other.project=team",
            "serin.incus.settle=700ms")
        .run(bound -> {
          IncusSettings settings = bound.getBean(IncusSettings.class);
          assertThat(settings.servers()).containsOnlyKeys("default", "other");
          assertThat(settings.settle()).isEqualTo(Duration.ofMillis(700));
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "servers.a.url=tcp:1 | servers.a.url: expected unix:/path or https://host:port, was 'tcp:1'",
        "servers.a.project=x | servers.a.url: expected unix:/path or https://host:port, was ''",
        "servers.a.url=https://h:1 | servers.a.client-key: expected a PEM file for an https url",
        "settle=2m | serin.incus.settle: expected PT0S to PT1M, was PT2M",
        "restart-within=0s | serin.incus.restart-within: expected PT1S to PT1H, was PT0S",
      })
  void refusesWhatCannotBe(String property, String problem) {
    context
        .withPropertyValues("serin.incus." + property)
        .run(bound -> assertThat(bound).getFailure().rootCause().hasMessageContaining(problem));
  }

  @Test
  void anUnreadableKeyIsNamedAndNotShown() throws IOException {
    Path file = directory.resolve("client.key");
    Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    context
        .withPropertyValues(
            "serin.incus.servers.a.url=https://127.0.0.1:1",
            "serin.incus.servers.a.client-cert=" + file,
            "serin.incus.servers.a.client-key=" + file,
            "serin.incus.servers.a.server-cert=" + file)
        .run(bound ->
            assertThat(bound)
                .getFailure()
                .rootCause()
                .hasMessageContaining("serin.incus.servers.a.client-cert")
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining("c2VjcmV0"));
  }
}
