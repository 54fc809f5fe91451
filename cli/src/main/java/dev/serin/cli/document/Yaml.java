package dev.serin.cli.document;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.JsonNode;

/// YAML 1.2 as JSON trees, and back. JSON is YAML too.
public final class Yaml {
  private Yaml() {}

  /// The documents of a file, those that are empty left out.
  public static Parsed<List<JsonNode>> read(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(50)
            .build();
    try {
      List<JsonNode> documents = new ArrayList<>();
      for (Object document : new Load(settings).loadAllFromString(text)) {
        if (document != null) {
          documents.add(Json.mapper().valueToTree(document));
        }
      }
      return documents.isEmpty()
          ? new Parsed.Invalid<>(List.of("expected a YAML document, found none"))
          : new Parsed.Valid<>(List.copyOf(documents));
    } catch (MarkedYamlEngineException wrong) {
      return new Parsed.Invalid<>(List.of(sentence(wrong)));
    } catch (YamlEngineException wrong) {
      return new Parsed.Invalid<>(List.of("expected YAML, found: " + wrong.getMessage()));
    }
  }

  private static String sentence(MarkedYamlEngineException wrong) {
    String where =
        wrong
            .getProblemMark()
            .map(mark ->
                "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ")
            .orElse("");
    return where + "expected YAML, found: " + wrong.getProblem();
  }

  /// One document as a person would write it.
  public static String write(JsonNode document) {
    DumpSettings settings =
        DumpSettings.builder()
            .setSchema(new CoreSchema())
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setWidth(1000)
            .build();
    Map<?, ?> tree = Json.mapper().convertValue(document, Map.class);
    return new Dump(settings).dumpToString(tree);
  }
}
