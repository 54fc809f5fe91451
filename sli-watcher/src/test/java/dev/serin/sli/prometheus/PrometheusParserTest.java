package dev.serin.sli.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusParserTest {
  private static final String AT = "Prometheus at http://prom:9090 ";

  private static Reading read(Reply reply) {
    return new PrometheusParser("http://prom:9090").read(reply);
  }

  private static Reading read(int status, String body) {
    return read(new Reply.Answered(status, "application/json", body));
  }

  private static Reading data(String type, String result) {
    return read(
        200,
        """
        {"status":"success","data":{"resultType":"%s","result":%s}}\
        """
            .formatted(type, result));
  }

  private static Reading sample(String value) {
    return data("vector", "[{\"metric\":{},\"value\":[1700000000.123,\"" + value + "\"]}]");
  }

  @ParameterizedTest
  @CsvSource({
    "0.21, 0.21",
    "0, 0",
    "1e-05, 0.00001",
    "-3, -3",
    "+Inf, Infinity",
    "-Inf, -Infinity"
  })
  void readsTheOneSampleOfAVector(String text, double value) {
    assertThat(sample(text)).isEqualTo(new Reading.Number(value));
  }

  @Test
  void readsAScalar() {
    assertThat(data("scalar", "[1700000000, \"2.5\"]")).isEqualTo(new Reading.Number(2.5));
  }

  @Test
  void tellsNothingFromNaN() {
    assertThat(data("vector", "[]")).isEqualTo(new Reading.NoSeries());
    assertThat(sample("NaN")).isEqualTo(new Reading.NotANumber());
    assertThat(data("scalar", "[1700000000, \"NaN\"]")).isEqualTo(new Reading.NotANumber());
  }

  @Test
  void countsSeveralSeries() {
    String one = "{\"metric\":{},\"value\":[1,\"1\"]}";

    assertThat(data("vector", "[" + one + "," + one + "," + one + "]"))
        .isEqualTo(new Reading.NotOneNumber("3 series"));
  }

  @Test
  void namesWhatIsNoNumber() {
    assertThat(data("matrix", "[]")).asString().contains("a range of values; drop the [range]");
    assertThat(data("string", "[1,\"x\"]")).isEqualTo(new Reading.NotOneNumber("a text"));
    assertThat(data("tensor", "[]"))
        .isEqualTo(new Reading.NotOneNumber("a result of type 'tensor'"));
    assertThat(data("vector", "[{\"metric\":{},\"histogram\":[1,{}]}]"))
        .asString()
        .contains("histogram_quantile");
    assertThat(sample("twelve")).isEqualTo(new Reading.NotOneNumber("'twelve'"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"success\"}",
        "{\"status\":\"success\",\"data\":{}}",
        "{\"status\":\"success\",\"data\":[]}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\"}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{}]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[null]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,2]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":7,\"result\":\"x\"}}",
      })
  void takesAnUnfinishedAnswerForNoNumber(String body) {
    assertThat(read(200, body)).isInstanceOf(Reading.NotOneNumber.class);
  }

  @Test
  void passesOnPrometheusOwnWordsOnAQueryThatItRefuses() {
    assertThat(
            read(
                400,
                """
                {"status":"error","errorType":"bad_data",
                 "error":"invalid parameter \\"query\\": 1:4: parse error"}\
                """))
        .isEqualTo(new Reading.Refused("invalid parameter \"query\": 1:4: parse error"));
    assertThat(
            read(
                422, "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"too\\nmany\"}"))
        .isEqualTo(new Reading.Refused("too many"));
  }

  @Test
  void doesNotBlameTheQueryForWhatPrometheusLacks() {
    assertThat(
            read(503, "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"timed out\"}"))
        .isEqualTo(new Reading.Unavailable(AT + "answered HTTP 503: timed out"));
    assertThat(read(500, ""))
        .isEqualTo(
            new Reading.Unavailable(AT + "answered HTTP 500 with nothing, expected its JSON"));
    assertThat(read(new Reply.Answered(200, "text/html; charset=utf-8", "<html>login</html>")))
        .isEqualTo(
            new Reading.Unavailable(
                AT
                    + "answered HTTP 200 with an HTML page, expected its JSON; is"
                    + " serin.prometheus.url right?"));
    assertThat(read(new Reply.Answered(404, "text/plain", "404 page not found\n")))
        .isEqualTo(
            new Reading.Unavailable(
                AT
                    + "answered HTTP 404 with '404 page not found', expected its JSON; is"
                    + " serin.prometheus.url right?"));
    assertThat(read(401, "Unauthorized"))
        .isEqualTo(
            new Reading.Unavailable(
                AT
                    + "answered HTTP 401 with 'Unauthorized', expected its JSON; Prometheus wants a"
                    + " login that Serin does not have"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "[]", "7", "{", "{\"status\":\"success\"} trailing <", "{\"a\":1}"})
  void takesNoForeignJsonForPrometheus(String body) {
    assertThat(read(500, body)).isInstanceOf(Reading.Unavailable.class);
  }

  @Test
  void saysWhyThereIsNoAnswer() {
    assertThat(read(new Reply.NotReached("connection refused")))
        .isEqualTo(new Reading.Unavailable(AT + "cannot be reached: connection refused"));
    assertThat(read(new Reply.TimedOut(Duration.ofSeconds(5))))
        .isEqualTo(new Reading.Unavailable(AT + "did not answer within 5000 ms"));
    assertThat(read(new Reply.TooLong(1024 * 1024)))
        .isEqualTo(new Reading.NotOneNumber("an answer of more than 1024 KiB"));
  }
}
