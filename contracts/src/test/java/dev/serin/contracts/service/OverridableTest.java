package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OverridableTest {
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

  private static Parsed<JsonNode> read(String path, String json) {
    return Overridable.read(path, Json.mapper().readTree(json));
  }
}
