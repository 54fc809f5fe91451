package dev.serin.incus.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class StoreAddressTest {
  @Configuration(proxyBeanMethods = false)
  static class Bound {
    @Bean
    String store(@Value(IncusConfiguration.STORE) String store) {
      return store;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:7070, http://127.0.0.1:7070",
    "0.0.0.0:7070, http://127.0.0.1:7070",
    ":::7071, http://127.0.0.1:7071",
    "fd00::1:7070, http://[fd00::1]:7070",
    "https://serin.example/, https://serin.example"
  })
  void isWhereTheCoordinatorListens(String text, String address) {
    assertThat(StoreAddress.of(text)).contains(URI.create(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "127.0.0.1:0"})
  void isNowhereWhereNothingIsSet(String text) {
    assertThat(StoreAddress.of(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://host", "http://", "http://me:secret@host", "http://host?a=b"})
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> StoreAddress.of(text))
        .hasMessageStartingWith("serin.artifacts.url: expected an address such as")
        .hasMessageNotContaining("secret");
  }

  @Test
  void comesFromTheCoordinatorsOwnSettings() {
    ApplicationContextRunner context =
        new ApplicationContextRunner().withUserConfiguration(Bound.class);
    context.run(bound -> assertThat(bound.getBean(String.class)).isEqualTo("127.0.0.1:7070"));
    context
        .withPropertyValues("serin.http.bind=10.0.0.5", "serin.http.port=7171")
        .run(bound -> assertThat(bound.getBean(String.class)).isEqualTo("10.0.0.5:7171"));
    context
        .withPropertyValues("serin.artifacts.url=http://far:7070", "serin.http.port=7171")
        .run(bound -> assertThat(bound.getBean(String.class)).isEqualTo("http://far:7070"));
  }
}
