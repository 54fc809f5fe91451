package dev.serin.coordinator.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventPositionTest {
  @Test
  void readsBackWhatItWrote() {
    EventPosition position = new EventPosition(-77, new long[] {0, 5, Long.MAX_VALUE});

    assertThat(EventPosition.parse(position.text())).contains(position);
    assertThat(position.text()).matches("[A-Za-z0-9_-]+");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "42", "!!", "AAAA", "AQAAAAE", "AQAAAAEAAAAAAAAAAQAA", "äöü"})
  void refusesAnyOtherText(String text) {
    assertThat(EventPosition.parse(text)).isEmpty();
  }

  @Test
  void refusesAnOffsetBelowZero() {
    assertThat(EventPosition.parse(new EventPosition(1, new long[] {-1}).text())).isEmpty();
  }

  @Test
  void fitsItsOwnTopicOnly() {
    EventPosition position = new EventPosition(7, new long[] {1, 2});

    assertThat(position.fits(7, 2)).isTrue();
    assertThat(position.fits(8, 2)).isFalse();
    assertThat(position.fits(7, 3)).isFalse();
  }

  @Test
  void neverGoesBack() {
    EventPosition position = new EventPosition(7, new long[] {10, 2});

    assertThat(position.with(0, 3).next(0)).isEqualTo(10);
    assertThat(position.atLeast(new EventPosition(7, new long[] {4, 9})))
        .isEqualTo(new EventPosition(7, new long[] {10, 9}));
  }
}
