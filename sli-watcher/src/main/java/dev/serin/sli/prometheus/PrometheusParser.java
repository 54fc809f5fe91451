package dev.serin.sli.prometheus;

import dev.serin.contracts.json.Json;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// Reads what Prometheus answered. The format is that of Prometheus' HTTP API, "Expression
/// queries": `{"status": "success", "data": {"resultType": …, "result": …}}`, or `{"status":
/// "error", "errorType": …, "error": …}`.
public final class PrometheusParser {
  private static final Reading NO_SERIES = new Reading.NoSeries();
  private static final Reading HISTOGRAM =
      new Reading.NotOneNumber("a histogram; take histogram_quantile(…) of it");

  private final String address;

  /// @param address Prometheus' address, as messages name it
  public PrometheusParser(String address) {
    this.address = address;
  }

  public Reading read(Reply reply) {
    return switch (reply) {
      case Reply.Answered(int status, String contentType, String body) ->
          answered(status, contentType, body);
      case Reply.TooLong(int limitBytes) ->
          new Reading.NotOneNumber("an answer of more than " + limitBytes / 1024 + " KiB");
      case Reply.NotReached(String why) ->
          new Reading.Unavailable("Prometheus at " + address + " cannot be reached: " + why);
      case Reply.TimedOut(var after) ->
          new Reading.Unavailable(
              "Prometheus at " + address + " did not answer within " + after.toMillis() + " ms");
    };
  }

  /// The answer to a question over several instants: one reading for each, in order. Where nothing
  /// usable came, each is what came instead.
  public List<Reading> read(Reply reply, Question question, Question.Steps steps) {
    if (reply instanceof Reply.Answered(int status, _, String body) && status / 100 == 2) {
      JsonNode data = json(body).map(it -> it.path("data")).orElse(MissingNode.getInstance());
      if (data.path("resultType").asString("").equals("matrix")) {
        return matrix(data.path("result"), question.first(), steps);
      }
    }
    return Collections.nCopies(steps.points(), read(reply));
  }

  /// Each series has a value where it was there, `[time, "value"]`. A series that follows another
  /// one is the same for us: a label of it has changed.
  private static List<Reading> matrix(JsonNode result, Instant first, Question.Steps steps) {
    List<Reading> readings = new ArrayList<>(Collections.nCopies(steps.points(), NO_SERIES));
    for (JsonNode series : result) {
      if (series.has("histograms")) {
        return Collections.nCopies(steps.points(), HISTOGRAM);
      }
      for (JsonNode sample : series.path("values")) {
        double after = sample.path(0).asDouble(Double.NaN) * 1_000 - first.toEpochMilli();
        long index = Math.round(after / steps.step().toMillis());
        if (index >= 0 && index < readings.size()) {
          readings.set(
              (int) index,
              readings.get((int) index).equals(NO_SERIES)
                  ? sample(sample)
                  : new Reading.NotOneNumber("several series"));
        }
      }
    }
    return readings;
  }

  private Reading answered(int status, String contentType, String body) {
    Optional<JsonNode> json = json(body);
    if (json.isEmpty()) {
      return new Reading.Unavailable(notPrometheus(status, contentType, body));
    }
    String outcome = json.get().path("status").asString("");
    if (status / 100 == 2 && outcome.equals("success")) {
      return result(json.get().path("data"));
    }
    if (!outcome.equals("error")) {
      return new Reading.Unavailable(notPrometheus(status, contentType, body));
    }
    String text = Excerpt.of(json.get().path("error").asString("no reason given"));
    // 400 is a query that does not parse, 422 one that does not execute; 401, 403 and 404 are no
    // word on the query.
    return status == 400 || status == 422 || status / 100 == 2
        ? new Reading.Refused(text)
        : new Reading.Unavailable(
            "Prometheus at " + address + " answered HTTP " + status + ": " + text);
  }

  private static Optional<JsonNode> json(String body) {
    try {
      JsonNode read = Json.mapper().readTree(body);
      return read.isObject() ? Optional.of(read) : Optional.empty();
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  private String notPrometheus(int status, String contentType, String body) {
    String type = contentType.split(";", 2)[0].strip();
    boolean html =
        type.toLowerCase(Locale.ROOT).contains("html") || body.stripLeading().startsWith("<");
    String what =
        html
            ? "an HTML page"
            : body.isBlank() ? "nothing" : "'" + Excerpt.of(body.strip(), 80) + "'";
    String advice =
        switch (status) {
          case 401, 403 -> "; Prometheus wants a login that Serin does not have";
          case 404 -> "; is serin.prometheus.url right?";
          default ->
              status / 100 == 2 || status / 100 == 3 ? "; is serin.prometheus.url right?" : "";
        };
    return "Prometheus at "
        + address
        + " answered HTTP "
        + status
        + " with "
        + what
        + ", expected its JSON"
        + advice;
  }

  private static Reading result(JsonNode data) {
    String type = data.path("resultType").asString("");
    JsonNode result = data.path("result");
    return switch (type) {
      case "vector" -> vector(result);
      case "scalar" -> sample(result);
      case "matrix" ->
          new Reading.NotOneNumber(
              "a range of values; drop the [range] or put a function such as rate(…) around it");
      case "string" -> new Reading.NotOneNumber("a text");
      case "" -> new Reading.NotOneNumber("an answer without a result type");
      default -> new Reading.NotOneNumber("a result of type '" + Excerpt.of(type, 40) + "'");
    };
  }

  private static Reading vector(JsonNode result) {
    if (!result.isArray()) {
      return new Reading.NotOneNumber("a vector that is no list");
    }
    return switch (result.size()) {
      case 0 -> new Reading.NoSeries();
      case 1 -> {
        JsonNode series = result.get(0);
        yield series.has("histogram") ? HISTOGRAM : sample(series.path("value"));
      }
      default -> new Reading.NotOneNumber(result.size() + " series");
    };
  }

  /// `[time, "value"]`
  private static Reading sample(JsonNode sample) {
    JsonNode value =
        sample.isArray() && sample.size() == 2 ? sample.get(1) : MissingNode.getInstance();
    if (!value.isString()) {
      return new Reading.NotOneNumber("a sample without a value");
    }
    String text = value.stringValue();
    try {
      double number =
          switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
          };
      return Double.isNaN(number) ? new Reading.NotANumber() : new Reading.Number(number);
    } catch (NumberFormatException noNumber) {
      return new Reading.NotOneNumber("'" + Excerpt.of(text, 40) + "'");
    }
  }
}
