package dev.serin.simulation.world;

import dev.serin.sli.prometheus.PrometheusWire.Question;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Prometheus over the truth: the share of failed requests of some nodes, as of an instant.
public final class VirtualPrometheus {
  /// How it may be at a time.
  public enum Mood {
    WELL,
    /// It answers with an empty vector: nothing is scraped.
    EMPTY,
    NOT_A_NUMBER,
    /// HTTP 500.
    FAILING,
    /// A proxy's page.
    HTML
  }

  private static final Pattern NODES = Pattern.compile("node=~\"([^\"]+)\"");

  /// `rate` needs two samples.
  private static final Duration FIRST_RATE = Duration.ofSeconds(2);

  private final Map<String, Instance> instances;
  private final Map<Instant, Boolean> green = new HashMap<>();
  private Mood mood = Mood.WELL;

  VirtualPrometheus(Map<String, Instance> instances) {
    this.instances = instances;
  }

  public void setMood(Mood next) {
    mood = next;
  }

  public Mood mood() {
    return mood;
  }

  /// Whether a question as of this instant was ever answered with a green value, and never with a
  /// red one; none where no value was ever given.
  public @Nullable Boolean wasGreen(Instant asOf) {
    return green.get(asOf);
  }

  Reply answer(Question question) {
    return switch (mood) {
      case WELL -> vector(question);
      case EMPTY -> json(200, "{\"resultType\":\"vector\",\"result\":[]}");
      case NOT_A_NUMBER -> value(question, "NaN");
      case FAILING ->
          new Reply.Answered(
              500,
              "application/json",
              "{\"status\":\"error\",\"errorType\":\"internal\",\"error\":\"tsdb: closed\"}");
      case HTML -> new Reply.Answered(502, "text/html", "<html>Bad Gateway</html>");
    };
  }

  private Reply vector(Question question) {
    Matcher found = NODES.matcher(question.query());
    if (!found.find()) {
      return json(200, "{\"resultType\":\"vector\",\"result\":[]}");
    }
    Pattern wanted = Pattern.compile(found.group(1));
    Double worst = null;
    for (Instance instance : instances.values()) {
      if (wanted.matcher(instance.name()).matches()) {
        Double rate = rate(instance, question.time());
        if (rate != null && (worst == null || rate > worst)) {
          worst = rate;
        }
      }
    }
    if (worst == null) {
      return json(200, "{\"resultType\":\"vector\",\"result\":[]}");
    }
    green.merge(question.time(), worst < 0.005, Boolean::logicalAnd);
    return value(question, worst.toString());
  }

  private static Reply value(Question question, String number) {
    return json(
        200,
        "{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":["
            + question.time().getEpochSecond()
            + ",\""
            + number
            + "\"]}]}");
  }

  private static Reply json(int status, String data) {
    return new Reply.Answered(
        status, "application/json", "{\"status\":\"success\",\"data\":" + data + "}");
  }

  /// None while the process is too young for a rate, or is gone.
  private static @Nullable Double rate(Instance instance, Instant at) {
    List<Unit.Life> lives = new ArrayList<>(instance.unit().lives());
    Unit.Life current = instance.unit().life();
    if (current != null) {
      lives.add(current);
    }
    for (Unit.Life life : lives) {
      Instant end = life.endedAt();
      if (!life.startedAt().plus(FIRST_RATE).isAfter(at) && (end == null || end.isAfter(at))) {
        return life.behaviour().fails(life.startedAt(), at) ? 0.2 : 0.001;
      }
    }
    return null;
  }
}
