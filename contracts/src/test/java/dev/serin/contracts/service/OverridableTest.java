package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class OverridableTest {
  private static final Set<Class<?>> KNOWN =
      Set.of(Duration.class, Batch.class, Integer.class, String.class, List.class);

  @Test
  void eachIsAFieldOfADefinitionOrShortForOne() {
    List<String> fields =
        Arrays.stream(ServiceDefinition.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toList();
    List<String> ofAnalysis =
        Arrays.stream(ServiceDefinition.Analysis.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toList();

    assertThat(Overridable.FIELDS)
        .allMatch(field ->
            fields.contains(field)
                || Overridable.SHORT.contains(field)
                || field.equals(Overridable.CANARIES));
    assertThat(ofAnalysis).containsAll(Overridable.SHORT);
  }

  @Test
  void readsWhatAPersonWroteAsTheWireHasIt() {
    assertThat(read("analysis", "{\"window\": \"90s\", \"deadMan\": {\"action\": \"alert\"}}"))
        .isEqualTo(
            new Parsed.Valid<>(
                Json.mapper()
                    .readTree("{\"window\": \"PT1M30S\", \"deadMan\": {\"action\": \"alert\"}}")));
    assertThat(read("minAvailable", "\"2\"")).isEqualTo(read("minAvailable", "2"));
    assertThat(read("batch", "2")).isEqualTo(read("batch", "\"2\""));
    assertThat(read("soak", "null")).isEqualTo(new Parsed.Valid<>(Json.mapper().nullNode()));
  }

  @Test
  void namesEachProblemOfAnObject() {
    Parsed<JsonNode> read = read("drain", "{\"within\": \"soon\", \"onTimeout\": 5, \"more\": 1}");

    assertThat(read instanceof Parsed.Invalid<JsonNode>(List<String> found) ? found : List.of())
        .containsExactly(
            "drain.within: expected a duration such as 30s, 1h or PT30S, found 'soon'",
            "drain.onTimeout: expected fail or force, found 5",
            "drain.more: expected one of drain.onTimeout, drain.tunnels, drain.within, found"
                + " 'drain.more'");
  }

  /// A pipeline keeps what a command prints, and a smoke request may have a token.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "smoke|{\"get\": \"/\", \"headers\": {\"Authorization\": \"Bearer hush\"}}|expected a list such as [], found an object",
        "smoke|\"get: /, headers: {Authorization: Bearer hush}\"|expected a list such as [], found a text",
        "health.url|[\"http://hush@b1/\"]|expected a text, found a list",
        "health.within|\"http://alice:hush@b1/\"|expected a duration such as 30s, 1h or PT30S, found 'http:***@b1/'"
      })
  void neverShowsWhatMayBeASecret(String path, String json, String problem) {
    assertThat(read(path, json)).isEqualTo(new Parsed.Invalid<>(List.of(problem)));
  }

  /// Another type would be taken for a text, which a definition does not take for it.
  @Test
  void knowsTheTypeOfEachField() {
    Overridable.FIELDS.forEach(field -> known(field, ServiceDefinition.class));
  }

  private static void known(String field, Class<?> above) {
    Arrays.stream(above.getRecordComponents())
        .filter(component -> component.getName().equals(field))
        .map(RecordComponent::getType)
        .forEach(type -> {
          if (type.isRecord() && type != Batch.class) {
            Arrays.stream(type.getRecordComponents()).forEach(it -> known(it.getName(), type));
          } else {
            assertThat(type.isEnum() || KNOWN.contains(type)).as(field + ": " + type).isTrue();
          }
        });
  }

  private static Parsed<JsonNode> read(String path, String json) {
    return Overridable.read(path, Json.mapper().readTree(json));
  }
}
