package dev.serin.cli.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Parsed;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class YamlTest {
  private static List<JsonNode> read(String text) {
    return ((Parsed.Valid<List<JsonNode>>) Yaml.read(text)).value();
  }

  @Test
  void readsWhatPeopleWriteAsTheyMeanIt() {
    JsonNode document =
        read("answer: no\nmode: '0755'\nat: 12:30\nsame: &a {x: 1}\nagain: *a\nn: 0.5\n")
            .getFirst();

    assertThat(document)
        .hasToString(
            "{\"answer\":\"no\",\"mode\":\"0755\",\"at\":\"12:30\",\"same\":{\"x\":1},"
                + "\"again\":{\"x\":1},\"n\":0.5}");
  }

  @Test
  void readsJsonToo() {
    assertThat(read("{\"service\": \"a\", \"nodes\": []}").getFirst())
        .hasToString("{\"service\":\"a\",\"nodes\":[]}");
  }

  @Test
  void refusesWhatGrowsWithoutBound() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 100; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }

    assertThat(Yaml.read(bomb.toString())).isInstanceOf(Parsed.Invalid.class);
  }

  @Test
  void writesWhatItReads() {
    JsonNode document = read("mode: '0755'\nlist: [a, b]\nempty: ''\nyes: 'true'\n").getFirst();

    assertThat(read(Yaml.write(document)).getFirst()).isEqualTo(document);
  }
}
