package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.ERROR;
import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.RolloutEvent.PreflightFailed;
import dev.serin.contracts.rollout.RolloutEvent.PreflightPassed;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.SliBefore;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.PlannedWindow;
import dev.serin.contracts.sli.SliCommand.CheckSlis;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliPower;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A service that is red already stops a release before anything is changed, unless the service
/// says otherwise, or the release is said to be the cure.
class BeforeTheStartTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");
  static final String ABOVE = "errors is 0.12, above the limit of 0.005";

  static SliResult is(String name, Verdict verdict, String detail) {
    return new SliResult(name, "q", 0.12, 0.005, null, 1200.0, verdict, detail, null);
  }

  static Story.Act finds(SliResult... before) {
    return finds(List.of(), before);
  }

  private static Story.Act finds(List<String> warnings, SliResult... before) {
    return story -> Acts.answered(story, checked(story, warnings, before));
  }

  private static SlisChecked checked(Story story, List<String> warnings, SliResult... before) {
    return checked(story.newest("check-slis").head().answered(story.now()), warnings, before);
  }

  static SlisChecked checked(AnswerHead head, List<String> warnings, SliResult... before) {
    return new SlisChecked(head, List.of(), List.of(), warnings, List.of(before), List.of());
  }

  /// The other agents have nothing against it.
  private static Story released(
      ServiceDefinition service, @Nullable String strategy, String overrides) {
    return Story.of(service)
        .on(Acts.asked(Acts.by(strategy, overrides)))
        .on(done("check-pool"))
        .on(done("inspect"));
  }

  static PreflightPassed passed(Story story) {
    return story.last().events().stream()
        .filter(PreflightPassed.class::isInstance)
        .map(PreflightPassed.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aServiceThatIsRedStopsARelease() {
    Story story =
        released(SERVICE, null, "{}")
            .on(
                finds(is("errors", FAIL, ABOVE)),
                tells("preflight-failed", "rollout-rejected"),
                refuses(
                    "red before anything is changed: "
                        + ABOVE
                        + "; wait until it is green; where this release is the cure, say so with"
                        + " --red-baseline warn, or in an incident with --strategy emergency"));
    PreflightFailed failed = (PreflightFailed) story.last().events().getFirst();
    assertThat(failed.problems()).hasSize(1);
    assertThat(failed.before()).containsExactly(new SliBefore("errors", 0.12, 1200.0, FAIL, ABOVE));
  }

  @Test
  void whatEachSliWasIsRecorded() {
    Story story =
        released(SERVICE, null, "{}")
            .on(finds(is("errors", PASS, "errors is 0.12")), isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).before())
        .containsExactly(new SliBefore("errors", 0.12, 1200.0, PASS, "errors is 0.12"));
    assertThat(passed(story).warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          {"redBaseline": "warn"}               ;           ; no release is stopped for it (redBaseline: warn)
          {"analysis": {"redBaseline": "warn"}} ;           ; no release is stopped for it (redBaseline: warn)
          {"soak": "90s"}                       ; emergency ; in an incident that is what it is for
          {}                                    ; restart   ; a restart may be the cure
          {"window": "0s", "soak": "90s"}       ;           ; it is not watched before every node has the release
          {"soak": "90s"}                       ; OneAtATime; it is not watched before every node has the release
          """)
  void aCureGoesOnAndSaysSo(String overrides, @Nullable String strategy, String why) {
    Story story =
        released(SERVICE, strategy, overrides)
            .on(finds(is("errors", FAIL, ABOVE)), isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).warnings())
        .contains("red before anything is changed: " + ABOVE + "; " + why);
    assertThat(passed(story).before()).extracting(SliBefore::verdict).containsExactly(FAIL);
  }

  @Test
  void theServiceItselfMaySayThatItOnlyWarns() {
    ServiceDefinition warns = with(SERVICE, "{\"analysis\": {\"redBaseline\": \"warn\"}}");
    released(warns, null, "{}").on(finds(is("errors", FAIL, ABOVE)), isIn(RolloutPhase.ROLLING));
    released(warns, null, "{\"redBaseline\": \"stop\"}")
        .on(finds(is("errors", FAIL, ABOVE)), refuses("red before anything is changed: "));
  }

  @Test
  void anotherWordThanStopOrWarnIsRefused() {
    Story.of(SERVICE)
        .on(
            Acts.asked(Acts.by(null, "{\"redBaseline\": \"ignore\"}")),
            refuses("analysis.redBaseline: expected one of stop, warn, found 'ignore'"));
  }

  /// A limit may be meant for one canary, and red peers are no reason to keep a fix from them.
  @Test
  void aBaselineThatIsRedIsRecordedAndWarnedOf() {
    String ill = "errors.baseline is 0.3, above the limit of 0.005";
    Story story =
        released(SERVICE, null, "{}")
            .on(
                finds(is("errors", PASS, "errors is 0"), is("errors.baseline", FAIL, ill)),
                isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).before())
        .extracting(SliBefore::name)
        .containsExactly("errors", "errors.baseline");
    assertThat(passed(story).warnings())
        .containsExactly(
            "red before anything is changed: "
                + ill
                + "; the nodes beside the canary are so, and keep what they have: what is compared"
                + " with them may pass though it is as bad");
  }

  @Test
  void whatOnlyWarnsStopsNothing() {
    ServiceDefinition service =
        with(
            SERVICE,
            """
            {"slis": [{"name": "errors", "query": "q{n=~'$canary'}", "max": 1},
                      {"name": "queue", "query": "q{n=~'$canary'}", "max": 1, "onBreach": "warn"}]}
            """);
    Story story =
        released(service, null, "{}")
            .on(
                finds(is("errors", PASS, "errors is 0"), is("queue", FAIL, "queue is 2")),
                isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).warnings())
        .containsExactly("red before anything is changed: queue is 2; it only warns");
  }

  @ParameterizedTest
  @CsvSource({"NO_DATA", "ERROR"})
  void withoutAValueItIsNotRedAndThatIsToldOnce(Verdict none) {
    Story story =
        released(SERVICE, null, "{}")
            .on(finds(is("errors", none, "errors has none")), isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).warnings())
        .containsExactly("not known before anything is changed: errors has none");
    story =
        released(SERVICE, null, "{}")
            .on(
                finds(List.of("errors: no series matches now"), is("errors", none, "has none")),
                isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).warnings()).containsExactly("errors: no series matches now");
    assertThat(List.of(NO_DATA, ERROR)).contains(none);
  }

  @Test
  void anOlderWatcherMeasuresNothingAndTheReleaseSaysSo() {
    Story story = released(SERVICE, null, "{}").on(finds(), isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).before()).isEmpty();
    assertThat(passed(story).warnings())
        .singleElement()
        .asString()
        .contains("it is older than the coordinator, upgrade it");
  }

  /// Only what the plan acts upon while a node is there that has not got the release.
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          ;  ; PREFLIGHT
          25; {"strategy": "traffic-steps", "trafficSteps": [{"share": 5, "window": "60s"}, {"share": 25, "window": "60s"}, {"share": 100}]}; PREFLIGHT
          30; {"strategy": "traffic-steps", "trafficSteps": [{"share": 5, "window": "60s"}, {"share": 25, "window": "60s"}, {"share": 100, "window": "60s"}]}; ROLLING
          75; {"soak": "90s"}; ROLLING
          50; {"soak": "90s"}; PREFLIGHT
          100; {"strategy": "traffic-steps", "trafficSteps": [{"share": 50, "window": "60s"}, {"share": 100, "window": "60s", "minAvailable": 1}]}; PREFLIGHT
          ; {"analysis": {"window": "0s"}, "pauses": [{"after": "canary"}]}; PREFLIGHT
          ; {"analysis": {"window": "0s"}, "pauses": [{"after": "peers"}]}; ROLLING
          """)
  void countsWhatIsWatchedInTime(
      @Nullable Integer from, @Nullable String more, RolloutPhase expected) {
    String sli = "{\"name\": \"%s\", \"query\": \"q{n=~'$canary'}\", \"max\": 1";
    String slis =
        "{\"slis\": ["
            + sli.formatted("always")
            + "}, "
            + sli.formatted("errors")
            + (from == null ? "" : ", \"from\": " + from)
            + "}]}";
    Story story =
        released(with(with(SERVICE, slis), more == null ? "{}" : more), null, "{}")
            .on(finds(is("errors", FAIL, ABOVE)));
    if (expected == RolloutPhase.PREFLIGHT) {
      PreflightFailed failed = (PreflightFailed) story.last().events().getFirst();
      assertThat(failed.problems())
          .singleElement()
          .asString()
          .startsWith("red before anything is changed: " + ABOVE);
    } else {
      story.then(isIn(expected));
      assertThat(passed(story).warnings())
          .contains(
              "red before anything is changed: "
                  + ABOVE
                  + "; it is not watched before every node has the release");
    }
  }

  /// A plan has the problem, too, and what each SLI is.
  @Test
  void aPlanSaysWhatIsRed() {
    Story story = released(SERVICE, null, "{}");
    ReleasePlan plan =
        AskedBeforeTheStartTest.planned(
            story, SERVICE, head -> checked(head, List.of(), is("errors", FAIL, ABOVE)));
    assertThat(plan.before()).containsExactly(new SliBefore("errors", 0.12, 1200.0, FAIL, ABOVE));
    assertThat(plan.problems()).singleElement().asString().contains(ABOVE);
    assertThat(plan.checks())
        .filteredOn(check -> !check.ok())
        .extracting(ReleasePlan.CheckResult::name)
        .containsExactly("slis");
  }

  private static final ServiceDefinition COMPARED =
      with(
          canaryThenPeers("b2", "b1", "b3"),
          """
          {"slis": [{"name": "errors", "query": "q{n=~'$canary'}", "max": 1,
                     "compare": {"bad": "e{n=~'$canary'}", "all": "r{n=~'$canary'}"}},
                    {"name": "late", "query": "q{n=~'$canary'}", "from": 25,
                     "compare": {"bad": "l{n=~'$canary'}", "all": "r{n=~'$canary'}"}}]}
          """);

  private static List<PlannedWindow> windows(Story story) {
    return ((CheckSlis) story.newest("check-slis")).windows();
  }

  /// At the share 100 nobody is left to compare with.
  @Test
  void theWatcherIsToldOfEachWindowInWhichItCompares() {
    assertThat(windows(released(COMPARED, null, "{\"soak\": \"90s\"}")))
        .containsExactly(
            new PlannedWindow(null, Duration.ofSeconds(90), List.of("errors", "late")));
    assertThat(
            windows(
                released(
                    COMPARED,
                    "traffic-steps",
                    """
                    {"trafficSteps": [{"share": 5, "window": "10m"}, {"share": 25, "window": "30m"},
                                      {"share": 50}, {"share": 100, "window": "1h"}]}
                    """)))
        .containsExactly(
            new PlannedWindow(5.0, Duration.ofMinutes(10), List.of("errors")),
            new PlannedWindow(25.0, Duration.ofMinutes(30), List.of("errors", "late")));
    assertThat(windows(released(SERVICE, null, "{}"))).isEmpty();
  }

  @Test
  void aWindowThatIsTooShortForItsOwnComparisonIsAWarning() {
    SliPower finds =
        new SliPower("errors", null, Duration.ofSeconds(90), true, "+0.5 points in 1 min");
    SliPower finds0 = new SliPower("late", null, Duration.ofSeconds(90), false, "too little");
    Story story =
        released(COMPARED, null, "{}")
            .on(
                it ->
                    Acts.answered(
                        it,
                        new SlisChecked(
                            it.newest("check-slis").head().answered(it.now()),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(is("errors", PASS, "errors is 0")),
                            List.of(finds, finds0))),
                isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).power()).containsExactly(finds, finds0);
    assertThat(passed(story).warnings()).containsExactly("compare of late: too little");
  }
}
