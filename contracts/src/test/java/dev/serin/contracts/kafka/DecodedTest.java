package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.kafka.Decoded.Readable;
import dev.serin.contracts.kafka.Decoded.Unreadable;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecodedTest {
  private static final String CHECK =
      """
      {"type": "check-serving", "commandId": "c", "rolloutId": "r", "service": "api", "node": "b1",
       "fence": 1, "sentAt": "2026-01-02T03:04:05Z", "pools": ["p"], "loadBalancers": ["l"],
       "server": "b1", "path": "/", "within": "PT30S", "unknown": [1, 2]}
      """;

  private static Decoded<HaproxyCommand> command(@Nullable String value) {
    return Decoded.message(
        value == null ? null : value.getBytes(StandardCharsets.UTF_8), HaproxyCommand.class);
  }

  private static String reason(Decoded<?> decoded) {
    return decoded instanceof Unreadable<?>(String reason) ? reason : "readable";
  }

  @Test
  void readsAMessageAndIgnoresWhatItDoesNotKnow() {
    assertThat(command(CHECK))
        .isInstanceOfSatisfying(
            Readable.class,
            readable ->
                assertThat(readable.value()).isInstanceOf(HaproxyCommand.CheckServing.class));
  }

  @Test
  void noValueIsNone() {
    assertThat(reason(command(null))).isEqualTo("expected a JSON object, found no value");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1]  | expected a JSON object, found ARRAY",
        "null | expected a JSON object, found NULL",
        "7    | expected a JSON object, found NUMBER"
      })
  void onlyAnObjectIsAMessage(String value, String expected) {
    assertThat(reason(command(value))).isEqualTo(expected);
  }

  @Test
  void saysWhatIsMalformed() {
    assertThat(reason(command("{\"type\": ")))
        .startsWith("expected a JSON object, found malformed JSON: ");
  }

  @Test
  void saysWhichFieldIsWrong() {
    assertThat(reason(command(CHECK.replace("\"fence\": 1", "\"fence\": 0"))))
        .startsWith("expected a message of this topic, found: ")
        .contains("fence");
    assertThat(reason(command(CHECK.replace("check-serving", "dance"))))
        .startsWith("expected a message of this topic, found: ")
        .contains("dance");
  }

  @Test
  void whatIsTooLargeIsNotEvenRead() {
    byte[] large = new byte[Topics.LARGEST_VALUE_BYTES + 1];
    assertThat(reason(Decoded.tree(large)))
        .isEqualTo("expected at most 262144 bytes, found 262145");
    assertThat(reason(Decoded.tree(new byte[Topics.LARGEST_VALUE_BYTES])))
        .startsWith("expected a JSON object");
  }

  @Test
  void theReasonIsOneLineWithoutControlCharacters() {
    assertThat(reason(command("{\"a\": \u0007\n\n x}"))).doesNotContainPattern("\\p{Cntrl}");
  }
}
