package dev.serin.sli.watch;

import static dev.serin.sli.Commands.ERROR_RATE;
import static dev.serin.sli.Commands.START;
import static dev.serin.sli.Commands.at;
import static dev.serin.sli.Commands.check;
import static dev.serin.sli.Commands.stop;
import static dev.serin.sli.Commands.watch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.sli.HookCall;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.PlannedWindow;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.SliPower;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.sli.Commands;
import dev.serin.sli.hook.HookWire;
import dev.serin.sli.hook.Hooks;
import dev.serin.sli.prometheus.Prometheus;
import dev.serin.sli.prometheus.PrometheusWire;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SliHandlerTest {
  private final HandAlarms time = new HandAlarms(START);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<SliEvent> told = new ArrayList<>();
  private final List<Instant> askedFor = new ArrayList<>();
  private Function<Instant, Reply> prometheus = instant -> number("0");

  /// Of the newest sample, in seconds.
  private String age = "1";

  private final PrometheusWire wire =
      questions ->
          questions.stream()
              .map(question -> {
                if (question.query().startsWith("time() - ")) {
                  return number(age);
                }
                askedFor.add(question.time());
                return prometheus.apply(question.time());
              })
              .toList();
  private final SliHandler handler = handler(wire);

  private SliHandler handler(PrometheusWire wire) {
    return new SliHandler(
        new Prometheus(wire, "http://prom"),
        new Hooks(post -> new HookWire.Reply.Answered(204, "", ""), Map.of()),
        time,
        new SliMetrics(meters));
  }

  private static Reply number(String value) {
    return new Reply.Answered(
        200,
        "application/json",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\""
            + value
            + "\"]}}");
  }

  private void given(SliCommand command) throws Exception {
    handler.handle(command, time.turn(), told::add);
  }

  private List<SlotProbed> probes() {
    return told.stream().map(SlotProbed.class::cast).toList();
  }

  private List<Integer> slots() {
    return probes().stream().map(SlotProbed::slot).toList();
  }

  @Test
  void tellsEachSlotWhenItsTimeHasCome() throws Exception {
    given(watch(1, 1, 3, 600));
    time.until(at(29));
    assertThat(told).isEmpty();

    time.until(at(300));

    assertThat(slots()).containsExactly(1, 2, 3);
    assertThat(askedFor).containsExactly(at(30), at(60), at(90));
    assertThat(probes()).extracting(SlotProbed::verdict).containsOnly(Verdict.PASS);
    assertThat(probes().getFirst().head().at()).isEqualTo(at(30));
    assertThat(probes().getFirst().head().commandId()).isEqualTo("c-1");
    assertThat(meters.get("serin.sli.probes").tag("verdict", "PASS").counter().count())
        .isEqualTo(3);
  }

  @Test
  void whatNothingNewStandsBehindIsNotGreen() throws Exception {
    age = "200";
    given(watch(1, 1, 1, 600));
    time.until(at(31));

    assertThat(probes().getFirst().verdict()).isEqualTo(Verdict.NO_DATA);
    assertThat(probes().getFirst().results().getFirst())
        .returns(0.0, result -> result.value())
        .returns(
            "error-rate is 0, but the newest sample behind it is 3m20s old, and one counts for"
                + " 35s: nothing scrapes it any more, or its target is gone (one that is scraped as"
                + " seldom needs a maxAge)",
            result -> result.detail());
  }

  @Test
  void asksMissedSlotsAsOfTheirOwnTime() throws Exception {
    time.until(at(100));
    given(watch(1, 1, 100, 600));

    time.until(at(101));

    assertThat(slots()).containsExactly(1, 2, 3);
    assertThat(askedFor).containsExactly(at(30), at(60), at(90));
    assertThat(probes()).allSatisfy(probe -> assertThat(probe.head().at()).isEqualTo(at(100)));
  }

  @Test
  void answersTheNewestCommandOfTheAnalysis() throws Exception {
    given(watch(1, 1, 100, 600));
    time.until(at(35));
    given(watch(2, 2, 100, 600));

    time.until(at(65));

    assertThat(probes())
        .extracting(probe -> probe.head().commandId())
        .containsExactly("c-1", "c-2");
  }

  @Test
  void tellsAgainFromMemoryWhatTheCoordinatorLacks() throws Exception {
    given(watch(1, 1, 100, 600));
    time.until(at(65));

    given(watch(2, 2, 100, 600));
    time.until(at(66));

    assertThat(slots()).containsExactly(1, 2, 2);
    assertThat(askedFor).containsExactly(at(30), at(60));
  }

  @Test
  void stopsAtTheEndOfItsLease() throws Exception {
    given(watch(1, 1, 100, 75));

    time.until(at(600));

    assertThat(slots()).containsExactly(1, 2);
    assertThat(meters.get("serin.sli.analyses").gauge().value()).isZero();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void stopsWhenToldAndStaysStoppedForAnOlderRenewal() throws Exception {
    given(watch(1, 1, 100, 600));
    time.until(at(35));
    given(stop(3));
    given(watch(2, 1, 100, 600));

    time.until(at(300));

    assertThat(slots()).containsExactly(1);
  }

  @Test
  void ignoresAStopOlderThanTheRenewal() throws Exception {
    given(watch(5, 1, 100, 600));
    given(stop(4));

    time.until(at(31));

    assertThat(slots()).containsExactly(1);
  }

  @Test
  void ignoresAnOlderRenewal() throws Exception {
    given(watch(5, 3, 4, 600));
    given(watch(4, 1, 100, 60));

    time.until(at(300));

    assertThat(slots()).containsExactly(3, 4);
  }

  @Test
  void aStopOfNothingIsNoneTheWorse() throws Exception {
    given(stop(1));

    assertThat(told).isEmpty();
  }

  @Test
  void manyRenewalsSetOneAlarm() throws Exception {
    for (int fence = 1; fence <= 50; fence++) {
      given(watch(fence, 1, 100, 600 + fence));
      time.until(at(1));
    }

    assertThat(time.waiting()).isEqualTo(1);
  }

  @Test
  void saysAtOnceThatPrometheusIsAwayAndGoesOn() throws Exception {
    prometheus =
        instant ->
            instant.equals(at(30)) ? new Reply.NotReached("connection refused") : number("0.2");
    given(watch(1, 1, 100, 600));

    time.until(at(65));

    assertThat(probes())
        .extracting(SlotProbed::verdict)
        .containsExactly(Verdict.ERROR, Verdict.FAIL);
    assertThat(probes().getFirst().results().getFirst().detail())
        .isEqualTo("Prometheus at http://prom cannot be reached: connection refused");
  }

  @Test
  void analysesDoNotMix() throws Exception {
    given(watch(1, "a-1", 1, 1, 600));
    given(watch(2, "a-2", 2, 2, 600));

    time.until(at(300));

    assertThat(probes())
        .extracting(SlotProbed::analysisId, SlotProbed::slot)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("a-1", 1),
            org.assertj.core.api.Assertions.tuple("a-2", 2));
  }

  @Test
  void aBugEndsTheAnalysisAndARenewalBeginsItAnew() throws Exception {
    prometheus =
        instant -> {
          throw new IllegalStateException("planted");
        };
    given(watch(1, 1, 100, 600));
    try {
      time.until(at(31));
    } catch (IllegalStateException planted) {
      assertThat(planted).hasMessage("planted");
    }
    prometheus = instant -> number("0");

    given(watch(2, 1, 100, 600));
    time.until(at(61));

    assertThat(slots()).containsExactly(1, 2);
  }

  @Test
  void checksEveryQueryNow() throws Exception {
    time.until(at(17));
    prometheus = instant -> new Reply.Answered(500, "text/html", "<h1>oops</h1>");

    given(check(1, ERROR_RATE));

    assertThat(askedFor).containsExactly(at(17));
    assertThat(told)
        .singleElement()
        .isInstanceOfSatisfying(
            SlisChecked.class,
            checked -> {
              assertThat(checked.problems())
                  .containsExactly(
                      "Prometheus at http://prom answered HTTP 500 with an HTML page, expected its"
                          + " JSON");
              assertThat(checked.results()).hasSize(1);
              assertThat(checked.head().commandId()).isEqualTo("c-1");
            });
  }

  /// What is asked of the canary is only looked at; what is asked of those that serve is judged.
  @Test
  void judgesWhatTheServiceIsLikeBeforeTheStart() throws Exception {
    time.until(at(17));
    prometheus = instant -> number("0.12");

    given(before(ERROR_RATE));

    assertThat(askedFor).as("one question for both").containsExactly(at(17));
    SlisChecked checked = (SlisChecked) told.getFirst();
    assertThat(checked.problems()).isEmpty();
    assertThat(checked.results()).extracting(SliResult::verdict).containsExactly(Verdict.PASS);
    assertThat(checked.before())
        .singleElement()
        .returns(Verdict.FAIL, SliResult::verdict)
        .returns(0.12, SliResult::value)
        .returns("error-rate is 0.12, above the limit of 0.005", SliResult::detail);
  }

  @Test
  void whatHasNoNewSampleBeforeTheStartIsNotRed() throws Exception {
    age = "200";

    given(before(ERROR_RATE));

    assertThat(((SlisChecked) told.getFirst()).before())
        .extracting(SliResult::verdict)
        .containsExactly(Verdict.NO_DATA);
  }

  /// Three of five minutes, of which the newest seven are at hand.
  @Test
  void anAlarmBeforeTheStartLooksBackAsFarAsItReaches() throws Exception {
    List<PrometheusWire.Question> overSteps = new ArrayList<>();
    SliHandler asking =
        handler(questions -> {
          questions.stream().filter(it -> it.steps() != null).forEach(overSteps::add);
          return questions.stream().map(it -> number("0")).toList();
        });

    asking.handle(
        before(
            new SliQuery(
                "errors",
                "q",
                3.0,
                null,
                null,
                0,
                null,
                List.of(),
                new SliQuery.Alarm(3, 5, Duration.ofMinutes(1), TreatMissingData.MISSING),
                null)),
        time.turn(),
        told::add);

    assertThat(overSteps)
        .containsExactly(
            new PrometheusWire.Question(
                "q", START, new PrometheusWire.Question.Steps(7, Duration.ofMinutes(1))));
  }

  /// 3,600 on each side in the hour, none of them bad.
  @Test
  void tellsWhatAWindowCanFindByTheLastHour() throws Exception {
    List<String> queries = new ArrayList<>();
    SliHandler asking =
        handler(questions -> {
          questions.forEach(it -> queries.add(it.query()));
          return questions.stream()
              .map(it -> number(it.query().contains("e{n=") ? "0" : "3600"))
              .toList();
        });
    asking.handle(
        new SliCommand.CheckSlis(
            Commands.head(1),
            List.of(Commands.COMPARED),
            List.of(),
            List.of(),
            List.of(new PlannedWindow(null, Duration.ofMinutes(10), List.of("errors")))),
        time.turn(),
        told::add);
    assertThat(((SlisChecked) told.getFirst()).power())
        .singleElement()
        .returns(null, SliPower::share)
        .satisfies(power ->
            assertThat(power.sentence()).startsWith("at 50 % of 2 requests/s, +0.5 points"));
    assertThat(queries).anyMatch(query -> query.contains("r{n='c'} offset 3600s"));
  }

  private static SliCommand before(SliQuery sli) {
    return new SliCommand.CheckSlis(
        Commands.head(1), List.of(sli), List.of(), List.of(sli), List.of());
  }

  @Test
  void aServiceWithoutSlisNeedsNoPrometheus() throws Exception {
    given(check(1));

    assertThat(askedFor).isEmpty();
    assertThat(told)
        .singleElement()
        .isInstanceOfSatisfying(
            SlisChecked.class, checked -> assertThat(checked.problems()).isEmpty());
  }

  @Test
  void aSecretThatIsNotThereIsFoundBeforehand() throws Exception {
    given(
        new SliCommand.CheckSlis(
            Commands.head(1),
            List.of(),
            List.of(
                hook("board", Hook.At.BEFORE_PROMOTION, Hook.OnSilence.FAIL, "boardkye"),
                hook("chat", Hook.At.BEFORE_PROMOTION, Hook.OnSilence.PASS, "chatkey"),
                hook("pager", Hook.At.AFTER_ROLLBACK, Hook.OnSilence.FAIL, "pagerkey"),
                hook("open", Hook.At.PREFLIGHT, Hook.OnSilence.FAIL, null))));

    assertThat(askedFor).isEmpty();
    assertThat(told)
        .singleElement()
        .isInstanceOfSatisfying(
            SlisChecked.class,
            checked -> {
              assertThat(checked.problems())
                  .containsExactly(
                      "hook board: expected serin.hooks.secrets.boardkye in the sli-watcher's"
                          + " configuration, found none");
              assertThat(checked.warnings())
                  .containsExactly(
                      "hook chat: expected serin.hooks.secrets.chatkey in the sli-watcher's"
                          + " configuration, found none",
                      "hook pager: expected serin.hooks.secrets.pagerkey in the sli-watcher's"
                          + " configuration, found none");
            });
  }

  private static Hook hook(
      String name, Hook.At at, Hook.OnSilence onSilence, @Nullable String secret) {
    return new Hook(
        name,
        at,
        "http://h.example/",
        Duration.ofSeconds(5),
        0,
        Hook.OnVeto.ROLLBACK,
        onSilence,
        secret);
  }

  @Test
  void callsAHookAndCountsWhatItSays() throws Exception {
    given(
        new SliCommand.CallHook(
            Commands.head(1),
            new Hook(
                "board",
                Hook.At.END,
                "http://h/",
                Duration.ofSeconds(1),
                0,
                Hook.OnVeto.ROLLBACK,
                Hook.OnSilence.FAIL,
                null),
            new HookCall(
                "board",
                Hook.At.END,
                "r-1",
                "q-1",
                "backend-api",
                "1.2.3",
                "a".repeat(64),
                RolloutPhase.ROLLING,
                "alice",
                "",
                null,
                null,
                null,
                List.of())));

    assertThat(told)
        .singleElement()
        .satisfies(event ->
            assertThat(((SliEvent.HookAnswered) event).verdict()).isEqualTo(HookVerdict.PASS));
    assertThat(meters.get("serin.hooks.calls").tag("verdict", "PASS").counter().count())
        .isEqualTo(1);
  }
}
