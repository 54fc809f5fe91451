package dev.serin.contracts.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreTokenTest {
  private static final String TEXT = "a-token-of-a-test";

  @Test
  void isKnownByWhoHasItAlone() {
    StoreToken token = StoreToken.of(TEXT).orElseThrow();
    assertThat(token.isIn(token.shown())).isTrue();
    assertThat(token.isIn("bearer " + TEXT)).isTrue();
    assertThat(token.isIn("Bearer " + TEXT + "x")).isFalse();
    assertThat(token.isIn("Bearer ")).isFalse();
    assertThat(token.isIn("Basic " + TEXT)).isFalse();
    assertThat(token.isIn(null)).isFalse();
    assertThat(StoreToken.isShownIn("Basic " + TEXT)).isFalse();
    assertThat(token.toString()).doesNotContain(TEXT);
  }

  @Test
  void noneIsConfiguredByAnEmptyText() {
    assertThat(StoreToken.of("")).isEmpty();
  }

  @Test
  void aRandomOneIsOne() {
    assertThat(StoreToken.of(StoreToken.random())).isPresent();
    assertThat(StoreToken.random()).isNotEqualTo(StoreToken.random());
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "with a space in its middle", "with-a-line\nof-another-header"})
  void whatIsNoneIsRefusedAndNotQuoted(String text) {
    assertThatThrownBy(() -> StoreToken.of(text))
        .hasMessageStartingWith("serin.artifacts.token: expected 16 to 500 letters")
        .hasMessageNotContaining(text);
  }
}
