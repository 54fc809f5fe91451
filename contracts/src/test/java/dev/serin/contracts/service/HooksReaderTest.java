package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HooksReaderTest {
  private static final String HOOK =
      "{'name': 'board', 'at': 'before-promotion', 'url': 'https://board.example/serin'}";

  private static Parsed<ServiceDefinition> read(String hooks) {
    return ServiceReader.read(
        Json.mapper()
            .readTree(
                """
                {'service': 'api', 'nodes': [{'name': 'b1'}, {'name': 'b2', 'canary': true}],
                 'install': {'path': '/opt/api', 'unit': 'api'},
                 'health': {'url': 'http://127.0.0.1:8080/health'},
                 'analysis': {'window': '0s'}, 'hooks': [%s]}
                """
                    .formatted(hooks)
                    .replace('\'', '"')));
  }

  private static List<String> problems(String hooks) {
    return switch (read(hooks)) {
      case Parsed.Valid<ServiceDefinition> valid -> List.of();
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) -> problems;
    };
  }

  private static List<Hook> hooks(String hooks) {
    return switch (read(hooks)) {
      case Parsed.Valid<ServiceDefinition>(ServiceDefinition definition) -> definition.hooks();
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
          throw new AssertionError(String.join("\n", problems));
    };
  }

  private static String with(String field, String value) {
    return HOOK.replace("}", ", '" + field + "': " + value + "}");
  }

  @Test
  void aHookHasDefaultsForTheRest() {
    assertThat(hooks(HOOK))
        .containsExactly(
            new Hook(
                "board",
                Hook.At.BEFORE_PROMOTION,
                "https://board.example/serin",
                Duration.ofSeconds(10),
                2,
                Hook.OnVeto.ROLLBACK,
                Hook.OnSilence.FAIL,
                null));
  }

  @Test
  void everyFieldIsRead() {
    assertThat(
            hooks(
                "{'name': 'board', 'at': 'before-promotion', 'url': 'http://10.0.0.9:8000/a?b=c',"
                    + " 'timeout': '2s', 'retries': 0, 'onVeto': 'pause', 'onSilence': 'pass',"
                    + " 'secret': 'board-key'}"))
        .containsExactly(
            new Hook(
                "board",
                Hook.At.BEFORE_PROMOTION,
                "http://10.0.0.9:8000/a?b=c",
                Duration.ofSeconds(2),
                0,
                Hook.OnVeto.PAUSE,
                Hook.OnSilence.PASS,
                "board-key"));
  }

  @ParameterizedTest
  @CsvSource({
    "preflight, PREFLIGHT, true",
    "before-promotion, BEFORE_PROMOTION, true",
    "after-rollback, AFTER_ROLLBACK, false",
    "end, END, false"
  })
  void eachPointHasItsName(String name, Hook.At at, boolean mayVeto) {
    Hook hook = hooks(HOOK.replace("before-promotion", name)).getFirst();
    assertThat(hook.at()).isEqualTo(at);
    assertThat(hook.at().mayVeto()).isEqualTo(mayVeto);
    assertThat(hooks(Json.mapper().writeValueAsString(hook)))
        .as("what is written is read again")
        .containsExactly(hook);
  }

  @Test
  void anUnknownPointOrNoneIsAProblem() {
    assertThat(problems(HOOK.replace("before-promotion", "lunch")))
        .singleElement()
        .asString()
        .contains("hooks[0].at", "preflight, before-promotion, after-rollback, end", "lunch");
    assertThat(problems("{'name': 'board', 'url': 'http://a/'}"))
        .singleElement()
        .asString()
        .contains("hooks[0].at", "is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://board.example/",
    "board.example",
    "'/serin'",
    "file:///etc/passwd",
    "'http:///serin'",
    "http://board.example/#part",
    "http://board.example/ä",
    "http://board.example/a b",
    "http://board.example:99999/"
  })
  void anotherTextThanAPlainHttpUrlIsAProblem(String url) {
    assertThat(problems(HOOK.replace("https://board.example/serin", url)))
        .singleElement()
        .asString()
        .contains("hooks[0].url", "expected an http or https URL")
        .doesNotContain(url);
  }

  @Test
  void aUrlWithAPasswordIsRefusedAndNotShown() {
    assertThat(problems(HOOK.replace("board.example", "serin:hunter2@board.example")))
        .singleElement()
        .asString()
        .contains("hooks[0].url", "without user and password")
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @CsvSource({
    "timeout, '61s'",
    "timeout, '50ms'",
    "timeout, 10",
    "retries, 6",
    "retries, -1",
    "onVeto, 'ask'",
    "onSilence, 'hold'",
    "secret, 'a b'"
  })
  void aValueOutOfItsRangeIsAProblem(String field, String value) {
    String json = value.matches("-?[0-9]+") ? value : "'" + value + "'";
    assertThat(problems(with(field, json)))
        .singleElement()
        .asString()
        .startsWith("hooks[0]." + field);
  }

  @Test
  void onlyAPromotionCanPauseOverAVeto() {
    assertThat(problems(with("onVeto", "'pause'").replace("before-promotion", "preflight")))
        .singleElement()
        .asString()
        .contains("hooks[0].onVeto", "always ends the rollout");
    assertThat(problems(with("onVeto", "'pause'").replace("before-promotion", "end")))
        .singleElement()
        .asString()
        .contains("can't veto");
  }

  @Test
  void aNameIsThereOnce() {
    assertThat(problems(HOOK + "," + HOOK))
        .singleElement()
        .asString()
        .contains("hooks[1].name", "board twice");
    assertThat(problems("{'at': 'end', 'url': 'http://a/'}"))
        .singleElement()
        .asString()
        .contains("hooks[0].name");
  }

  @Test
  void thereAreAtMostTwenty() {
    StringBuilder many = new StringBuilder(HOOK);
    for (int i = 1; i <= 20; i++) {
      many.append(',').append(HOOK.replace("'board'", "'board" + i + "'"));
    }
    assertThat(problems(many.toString())).singleElement().asString().contains("at most 20");
  }

  @Test
  void allAttemptsAndPausesCountForItsBound() {
    assertThat(hooks(HOOK).getFirst().atMost()).isEqualTo(Duration.ofSeconds(3 * 10 + 1 + 2));
    assertThat(hooks(with("retries", "5")).getFirst().atMost())
        .isEqualTo(Duration.ofSeconds(6 * 10 + 1 + 2 + 4 + 8 + 8));
  }
}
