package dev.serin.contracts.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FieldsTest {
  private static Fields fields(String json) {
    return Fields.of(Json.mapper().readTree(json.replace('\'', '"')));
  }

  @Test
  void aNullFieldIsAMissingOne() {
    Fields fields = fields("{'name': null}");
    assertThat(fields.text("name")).isEmpty();
    assertThat(fields.problems()).isEmpty();
    assertThat(fields.requiredText("name")).isEqualTo("-");
    assertThat(fields.problems()).containsExactly("name: expected a text, is missing");
  }

  @Test
  void aProblemIsListedOnceHoweverOftenTheFieldIsRead() {
    Fields fields = fields("{'name': []}");
    assertThat(fields.text("name")).isEmpty();
    assertThat(fields.text("name")).isEmpty();
    assertThat(fields.problems()).containsExactly("name: expected a text, found []");
  }

  @Test
  void aProblemIsOneLineWhateverTheFieldIsCalled() {
    Fields fields = fields("{'labels': {'a\\nserin: all is well': {}}}");
    assertThat(fields.textMap("labels")).isEmpty();
    assertThat(fields.problems())
        .containsExactly("labels.a\\u000aserin: all is well: expected a text, found {}");
  }

  @Test
  void manyProblemsAreCounted() {
    Fields fields = fields("{'nodes': [" + "1,".repeat(249) + "1]}");
    assertThat(fields.objects("nodes")).isEmpty();
    assertThat(fields.problems())
        .hasSize(101)
        .startsWith("nodes[0]: expected an object with fields, found 1")
        .endsWith("and 150 more problems");
  }

  @Test
  void namesTheFieldBelowTheFieldInAList() {
    Fields fields = fields("{'slis': [{}, {'query': {'expr': 'up'}}]}");
    fields.objects("slis").forEach(sli -> sli.requiredText("query"));
    assertThat(fields.problems())
        .containsExactly(
            "slis[0].query: expected a text, is missing",
            "slis[1].query: expected a text, found {\"expr\":\"up\"}");
  }

  @Test
  void aWholeNumberIsATextAndAFractionIsNot() {
    Fields fields = fields("{'uid': 1001, 'version': 1.10}");
    assertThat(fields.text("uid")).contains("1001");
    assertThat(fields.text("version")).isEmpty();
    assertThat(fields.problems()).containsExactly("version: expected a text, found 1.1");
  }

  @Test
  void hugeNumbersAreRefused() {
    Fields fields =
        fields("{'a': 1e400, 'b': " + "9".repeat(500) + ", 'c': '1e400', 'd': 3.0, 'e': '5'}");
    assertThat(fields.quantity("a")).isEmpty();
    assertThat(fields.integer("b", 0, 10)).isEmpty();
    assertThat(fields.quantity("c")).isEmpty();
    assertThat(fields.integer("d", 0, 10)).isEmpty();
    assertThat(fields.integer("e", 0, 10)).isEmpty();
    assertThat(fields.problems()).hasSize(5).allMatch(problem -> problem.length() < 200);
  }

  @Test
  void durationsHaveBounds() {
    Fields fields = fields("{'a': '-1s', 'b': '367d', 'c': 30, 'd': 'soon', 'e': '59s'}");
    assertThat(fields.duration("a", Duration.ZERO)).isEmpty();
    assertThat(fields.duration("b", Duration.ZERO)).isEmpty();
    assertThat(fields.duration("c", Duration.ZERO)).isEmpty();
    assertThat(fields.duration("d", Duration.ZERO)).isEmpty();
    assertThat(fields.duration("e", Duration.ofMinutes(1))).isEmpty();
    assertThat(fields.problems())
        .contains(
            "a: expected a duration such as 30s, 1h or PT30S, 0 or more and at most 366 days, found"
                + " '-1s'",
            "e: expected a duration such as 30s, 1h or PT30S, at least 1m and at most 366 days,"
                + " found '59s'")
        .hasSize(5);
  }

  @Test
  void pathsStayWhereTheyAre() {
    for (String path : new String[] {"/a/../b", "/..", "a/b", "/a/", "/", "/a\\nb", "../x"}) {
      Fields fields = fields("{'path': '" + path + "'}");
      assertThat(fields.filePath("path")).as(path).isEmpty();
      assertThat(fields.problems()).as(path).hasSize(1);
    }
    Fields fields = fields("{'path': '/opt/api/..hidden/api'}");
    assertThat(fields.filePath("path")).contains("/opt/api/..hidden/api");
  }

  @Test
  void oneTextOrAList() {
    Fields fields =
        fields("{'one': 'a', 'list': ['a', 'b'], 'none': 'none', 'bad': ['a', null, 1.5]}");
    assertThat(fields.texts("one", field -> field.text(""))).containsExactly("a");
    assertThat(fields.texts("list", field -> field.text(""))).containsExactly("a", "b");
    assertThat(fields.texts("none", field -> field.text(""))).isEmpty();
    assertThat(fields.texts("missing", field -> field.text(""))).isEmpty();
    assertThat(fields.problems()).isEmpty();
    assertThat(fields.texts("bad", field -> field.text(""))).containsExactly("a");
    assertThat(fields.problems())
        .containsExactly(
            "bad[1]: expected a text, is missing", "bad[2]: expected a text, found 1.5");
  }

  @Test
  void aSecretInAUriIsNotShown() {
    Fields fields =
        fields(
            "{'a': ['https://u:s3cret@h/x'], 'b': 'https://h/x?token=s3cret', 'c': {'d':"
                + " 'u:s3/cr@s3cret@h'}}");
    assertThat(fields.text("a")).isEmpty();
    assertThat(fields.object("b")).isEmpty();
    assertThat(fields.text("c")).isEmpty();
    assertThat(fields.problems()).hasSize(3).noneMatch(problem -> problem.contains("s3"));
  }
}
