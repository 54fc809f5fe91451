package dev.serin.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckTest {
  private static final String A_HUNDRED = "n".repeat(100);

  @ParameterizedTest
  @ValueSource(strings = {"n", "9", "backend-api-2", "A.b_c:d-e", "n.", "Zz09"})
  void nameIsMadeOfLettersDigitsAndFourSigns(String text) {
    assertThat(Check.isName(text)).isTrue();
    assertThat(Check.isName(A_HUNDRED)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".n", "-n", "_n", ":n", "n;m", "n m", "n\n", "n\\", "n/m", "é", "nÀ", "n٣"})
  void nothingElseIsAName(String text) {
    assertThat(Check.isName(text)).isFalse();
    assertThat(Check.isName(A_HUNDRED + "n")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "9", "a", "f"})
  void digestIsMadeOf64LowerCaseHexadecimalDigits(String digit) {
    assertThat(Check.isSha256(digit.repeat(64))).isTrue();
    assertThat(Check.isSha256(digit.repeat(63))).isFalse();
    assertThat(Check.isSha256(digit.repeat(65))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"g", "A", "F", "/", ":", "`", " ", "٣"})
  void nothingElseIsADigest(String digit) {
    assertThat(Check.isSha256("0".repeat(63) + digit)).isFalse();
  }
}
