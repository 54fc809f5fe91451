package dev.serin.simulation.world;

import dev.serin.simulation.engine.Loop;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Prometheus over what it scraped of the truth: the worst share of failed requests of some nodes,
/// as a gauge or as the rate of a counter, and the age of the newest sample behind it, all as of an
/// instant.
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

  /// How old the newest sample behind a green value may be, as docs/sli.md has it for the two
  /// queries here.
  private static final Duration RATE_COUNTS = Duration.ofSeconds(20);

  private static final Duration GAUGE_COUNTS = Duration.ofSeconds(165);

  /// The query of a service's SLI as a counter's rate, and as a gauge.
  public static final String RATE = "max(rate(failures_total{node=~\"$canary\"}[30s]))";

  public static final String GAUGE = "max(failed_share{node=~\"$canary\"})";

  /// No series matches.
  public static final Reply NOTHING = json(200, "{\"resultType\":\"vector\",\"result\":[]}");

  private static final Pattern NODES = Pattern.compile("node=~\"([^\"]+)\"");
  private static final double LIMIT = 0.005;

  private final Scrapes scrapes;
  private final Map<String, Instance> instances;
  private final Map<Instant, Boolean> green = new HashMap<>();

  /// As of when a red value was given, and whether it was one only for what somebody had begun anew
  /// by hand.
  private final Map<Instant, Boolean> onlyByHand = new HashMap<>();

  /// As of when a value was asked for that rests on a sample which counts, or of which nobody could
  /// know.
  private final Set<Instant> counted = new HashSet<>();

  private Mood mood = Mood.WELL;

  VirtualPrometheus(Loop loop, Map<String, Instance> instances) {
    this.instances = instances;
    this.scrapes = new Scrapes(loop);
  }

  public void setMood(Mood next) {
    mood = next;
  }

  public Mood mood() {
    return mood;
  }

  /// From now on, or no longer, nothing new comes in, while it answers as ever.
  public Scrapes scrapes() {
    return scrapes;
  }

  /// Whether a question as of this instant was ever answered with a green value that rested on a
  /// sample which counts, and never with a red one; none where there was no such value.
  public @Nullable Boolean wasGreen(Instant asOf) {
    boolean unsure = !counted.contains(asOf);
    Boolean value = green.get(asOf);
    if (value != null && value && unsure) {
      return null;
    }
    return value;
  }

  /// Whether every red value as of this instant was one only because somebody had restarted a unit.
  public boolean wasRedOnlyByHand(Instant asOf) {
    return onlyByHand.getOrDefault(asOf, false);
  }

  /// An answer that did not arrive as it should: a value whose age nobody knows counts.
  void unanswered(Question question) {
    if (isAge(question)) {
      counted.add(question.time());
    }
  }

  Reply answer(Question question) {
    if (mood != Mood.WELL) {
      unanswered(question);
    }
    return switch (mood) {
      case WELL -> vector(question);
      case EMPTY -> NOTHING;
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
    String query = question.query();
    Instant at = question.time();
    boolean rate = query.contains("failures_total");
    if (isAge(question)) {
      boolean ofRange = query.contains("max_over_time");
      Duration age =
          age(query, at, it -> ofRange ? scrapes.inRange(it, at) : scrapes.newest(it, at));
      return age == null ? NOTHING : value(question, String.valueOf(age.toMillis() / 1_000.0));
    }
    Double worst = worst(query, at, rate, true);
    if (worst == null) {
      return NOTHING;
    }
    if (worst >= LIMIT) {
      Double without = worst(query, at, rate, false);
      onlyByHand.merge(at, without != null && without < LIMIT, Boolean::logicalAnd);
    }
    green.merge(at, worst < LIMIT, Boolean::logicalAnd);
    Duration age = age(query, at, it -> scrapes.newest(it, at));
    if (rate && (age == null || age.compareTo(RATE_COUNTS) > 0)) {
      age = age(query, at, it -> scrapes.inRange(it, at));
    }
    if (age != null && age.compareTo(rate ? RATE_COUNTS : GAUGE_COUNTS) <= 0) {
      counted.add(at);
    }
    return value(question, worst.toString());
  }

  private @Nullable Double worst(String query, Instant at, boolean rate, boolean hands) {
    return of(query, it -> rate ? scrapes.rate(it, at, hands) : scrapes.gauge(it, at, hands))
        .max(Double::compareTo)
        .orElse(null);
  }

  private static boolean isAge(Question question) {
    return question.query().startsWith("time() - ");
  }

  private @Nullable Duration age(
      String query, Instant at, Function<Instance, @Nullable Instant> newest) {
    return of(query, newest)
        .max(Instant::compareTo)
        .map(it -> Duration.between(it, at))
        .orElse(null);
  }

  private <T> Stream<T> of(String query, Function<Instance, @Nullable T> what) {
    Matcher found = NODES.matcher(query);
    if (!found.find()) {
      return Stream.of();
    }
    Pattern wanted = Pattern.compile(found.group(1));
    return instances.values().stream()
        .filter(instance -> wanted.matcher(instance.name()).matches())
        .map(what)
        .filter(Objects::nonNull);
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
}
