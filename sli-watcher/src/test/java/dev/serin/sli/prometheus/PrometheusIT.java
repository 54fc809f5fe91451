package dev.serin.sli.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Witness;
import dev.serin.contracts.sli.Verdict;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.Judge;
import dev.serin.sli.judge.Preflight;
import dev.serin.sli.judge.Reading;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The parser against a real Prometheus that scrapes this process.
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrometheusIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final AtomicInteger gauge = new AtomicInteger(1);
  private final AtomicBoolean gone = new AtomicBoolean(true);
  private final HttpServer metrics = server();
  private PrometheusProcess process;
  private HttpPrometheusWire wire;

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (java.io.IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    metrics.createContext(
        "/metrics",
        exchange -> {
          byte[] text =
              """
              requests_total{code="200",node="a"} 90
              requests_total{code="200",node="b"} 10
              requests_total{code="200",node="c"} 0
              moving %d
              %s
              """
                  .formatted(gauge.get(), gone.get() ? "" : "leaving 7")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    metrics.start();
    process = PrometheusProcess.scraping("127.0.0.1:" + metrics.getAddress().getPort(), directory);
    wire = new HttpPrometheusWire(process.url(), Duration.ofSeconds(10));
    await("count(requests_total)", new Reading.Number(3)::equals);
  }

  @AfterAll
  void stop() throws Exception {
    wire.close();
    process.close();
    metrics.stop(0);
  }

  private Prometheus prometheus() {
    return new Prometheus(wire, process.url().toString());
  }

  private Reading ask(String query, Instant time, Witness... witnesses)
      throws InterruptedException {
    SliQuery sli = new SliQuery("sli", query, 1.0, null, null, 0, null, List.of(witnesses));
    return prometheus().ask(List.of(sli), time.minusSeconds(60), time).getFirst().value();
  }

  private Reading ask(String query) throws InterruptedException {
    return ask(query, Instant.now());
  }

  private Instant await(String query, Predicate<Reading> wanted) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Instant now = Instant.now();
      Reading reading = ask(query, now);
      if (wanted.test(reading)) {
        return now;
      }
      assertThat(System.nanoTime()).as("%s, found %s", query, reading).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  @Test
  void readsANumberHoweverItComes() throws Exception {
    assertThat(ask("sum(requests_total)")).isEqualTo(new Reading.Number(100));
    assertThat(ask("requests_total{node=~\"a\"}")).isEqualTo(new Reading.Number(90));
    assertThat(ask("scalar(sum(requests_total)) / 200")).isEqualTo(new Reading.Number(0.5));
    assertThat(ask("1 / 0")).isEqualTo(new Reading.Number(Double.POSITIVE_INFINITY));
    assertThat(ask("-1 / vector(0)")).isEqualTo(new Reading.Number(Double.NEGATIVE_INFINITY));
  }

  @Test
  void tellsNoSeriesFromNaNFromSeveral() throws Exception {
    assertThat(ask("requests_total{code=~\"5..\"}")).isEqualTo(new Reading.NoSeries());
    assertThat(ask("sum(requests_total{code=~\"5..\"}) or vector(0)"))
        .isEqualTo(new Reading.Number(0));
    assertThat(ask("requests_total{node=\"c\"} / requests_total{node=\"c\"}"))
        .isEqualTo(new Reading.NotANumber());
    assertThat(ask("requests_total")).isEqualTo(new Reading.NotOneNumber("3 series"));
  }

  @Test
  void namesWhatIsNoNumber() throws Exception {
    assertThat(ask("requests_total[1m]")).isInstanceOf(Reading.NotOneNumber.class);
    assertThat(ask("\"text\"")).isEqualTo(new Reading.NotOneNumber("a text"));
  }

  @Test
  void passesOnWhyPrometheusRefusesAQuery() throws Exception {
    assertThat(ask("sum(requests_total"))
        .isInstanceOfSatisfying(
            Reading.Refused.class,
            refused -> assertThat(refused.text()).contains("unclosed left parenthesis"));
    assertThat(ask("requests_total + on() group_left requests_total"))
        .isInstanceOfSatisfying(
            Reading.Refused.class, refused -> assertThat(refused.text()).contains("many-to-many"));
  }

  @Test
  void asksTooLongQueriesToo() throws Exception {
    assertThat(ask("sum(requests_total) + 0" + " + 0".repeat(2_000)))
        .isEqualTo(new Reading.Number(100));
  }

  @Test
  void asksForAnInstantThatIsPast() throws Exception {
    gauge.set(1);
    Instant before = await("moving", new Reading.Number(1)::equals);
    gauge.set(2);
    await("moving", new Reading.Number(2)::equals);

    assertThat(ask("moving", before)).isEqualTo(new Reading.Number(1));
    assertThat(ask("moving", before.minus(Duration.ofHours(1)))).isEqualTo(new Reading.NoSeries());
  }

  /// The mark that Prometheus sets where a target is gone ends the series, and `rate` goes on: its
  /// range still has samples. How old they are shows once the range reaches over them.
  @Test
  void tellsAValueThatNothingNewStandsBehind() throws Exception {
    gone.set(false);
    await("leaving", new Reading.Number(7)::equals);
    Instant alive = await("count_over_time(leaving[1m]) > bool 10", new Reading.Number(1)::equals);
    gone.set(true);
    Instant marked = await("leaving", new Reading.NoSeries()::equals);

    String query = "avg_over_time(leaving[1m])";
    Witness leaving = new Witness("leaving", Duration.ofMinutes(1), Duration.ofSeconds(35));
    assertThat(ask(query, alive, leaving)).isEqualTo(new Reading.Number(7));
    assertThat(ask(query, marked, leaving)).isEqualTo(new Reading.Number(7));
    assertThat(ask(query, marked.plusSeconds(40), leaving))
        .isInstanceOfSatisfying(
            Reading.Old.class,
            old -> {
              assertThat(old.value()).isEqualTo(7);
              assertThat(old.age()).isBetween(Duration.ofSeconds(38), Duration.ofSeconds(60));
            });
    assertThat(ask(query, marked.plusSeconds(90), leaving)).isEqualTo(new Reading.NoSeries());
  }

  /// Whatever is on its way here leaves no mark: the last samples are given for 5 minutes.
  @Test
  void tellsAnInstantVectorOfWhichNothingNewCameIn() throws Exception {
    Instant now = Instant.now();
    Witness total = new Witness("requests_total{node=~\"a|b\"}", null, Duration.ofSeconds(165));
    assertThat(ask("sum(requests_total)", now, total)).isEqualTo(new Reading.Number(100));
    assertThat(ask("sum(requests_total)", now.plusSeconds(200), total))
        .isInstanceOfSatisfying(
            Reading.Old.class, old -> assertThat(old.age()).isGreaterThan(Duration.ofSeconds(165)));
  }

  @Test
  void aQuestionForAnAgeThatIsRefusedSpoilsNoValue() throws Exception {
    Witness broken = new Witness("requests_total{", null, Duration.ofSeconds(165));
    assertThat(ask("sum(requests_total)", Instant.now(), broken))
        .isInstanceOfSatisfying(
            Reading.Undated.class, undated -> assertThat(undated.value()).isEqualTo(100));
  }

  @Test
  void judgesWhatItReads() throws Exception {
    SliQuery rate =
        new SliQuery(
            "error-rate",
            "sum(requests_total{node=\"b\"}) / sum(requests_total)",
            0.005,
            null,
            "sum(requests_total)",
            20,
            null);

    Asked asked =
        prometheus().ask(List.of(rate), Instant.now().minusSeconds(60), Instant.now()).getFirst();

    assertThat(Judge.judge(asked))
        .returns(Verdict.FAIL, result -> result.verdict())
        .returns(100.0, result -> result.requests())
        .returns("error-rate is 0.1, above the limit of 0.005", result -> result.detail());
  }

  @Test
  void aFrozenPrometheusIsAnErrorAndThenAnswersAgain() throws Exception {
    process.freeze();
    try (HttpPrometheusWire hasty = new HttpPrometheusWire(process.url(), Duration.ofMillis(500))) {
      Prometheus frozen = new Prometheus(hasty, process.url().toString());
      SliQuery sli = new SliQuery("sli", "vector(1)", 2.0, null, null, 0, null);

      Preflight preflight =
          Preflight.of(
              frozen.ask(List.of(sli, sli), Instant.now().minusSeconds(60), Instant.now()));

      assertThat(preflight.problems())
          .containsExactly("Prometheus at " + process.url() + " did not answer within 500 ms");
    } finally {
      process.thaw();
    }
    await("vector(1)", new Reading.Number(1)::equals);
  }
}
