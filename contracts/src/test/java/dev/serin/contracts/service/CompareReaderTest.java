package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Fields;
import dev.serin.contracts.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareReaderTest {

  @Test
  void hasDefaults() {
    Fields sli = sli("{'bad': 'e{n=`$canary`}', 'all': 'r{n=`$canary`}'}");
    assertThat(CompareReader.read(sli))
        .isEqualTo(new Compare("e{n='$canary'}", null, "r{n='$canary'}", 0.001, 0.01, 20));
    assertThat(sli.problems()).isEmpty();
  }

  @Test
  void takesWhatIsSaid() {
    Fields sli =
        sli(
            "{'good': 'e{n=`$canary`}', 'all': 'r{n=`$canary`}', 'least': '0.5%', 'alpha': '5%',"
                + " 'minRequests': 100}");
    assertThat(CompareReader.read(sli))
        .isEqualTo(new Compare(null, "e{n='$canary'}", "r{n='$canary'}", 0.005, 0.05, 100));
    assertThat(sli.problems()).isEmpty();
  }

  @Test
  void isNoneWhereNothingIsSaid() {
    assertThat(CompareReader.read(Fields.of(Json.mapper().readTree("{}")))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'all': 'r{n=`$canary`}'} | compare.bad: expected bad or good",
        "{'bad': 'e{n=`$canary`}', 'good': 'g{n=`$canary`}', 'all': 'r{n=`$canary`}'} | found both",
        "{'bad': 'e{n=`$canary`}'} | compare.all: expected a text, is missing",
        "{'bad': 'sum(e{n=`$canary`})', 'all': 'r{n=`$canary`}'} | compare.bad: expected the selector",
        "{'bad': 'e{n=`$canary`}[1m]', 'all': 'r{n=`$canary`}'} | compare.bad: expected the selector",
        "{'bad': 'e', 'all': 'r{n=`$canary`}'} | compare.bad: expected $canary in it",
        "{'bad': 'e{n=`$canary`,v=`$version`}', 'all': 'r{n=`$canary`}'} | expected no $version",
        "{'bad': 'e{n=`$canary`}', 'all': 'r{n=`$canary`}', 'alpha': 0.5} | compare.alpha: expected",
        "{'bad': 'e{n=`$canary`}', 'all': 'r{n=`$canary`}', 'least': -1} | compare.least: expected",
        "{'bad': 'e{n=`$canary`}', 'all': 'r{n=`$canary`}', 'minRequests': 0} | expected 1 or more",
      })
  void refusesWhatCantBe(String compare, String problem) {
    Fields sli = sli(compare);
    CompareReader.read(sli);
    assertThat(sli.problems()).anyMatch(it -> it.contains(problem));
  }

  private static Fields sli(String compare) {
    return Fields.of(
        Json.mapper()
            .readTree(("{'compare': " + compare + "}").replace('\'', '"').replace('`', '\'')));
  }
}
