package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a release does otherwise than its service's definition says.
class OverrideOptionsTest {
  private final StubCoordinator stub = new StubCoordinator();
  @TempDir private Path directory = Path.of("");
  private String artifact = "";

  @BeforeEach
  void build() throws IOException {
    artifact = Files.writeString(directory.resolve("api"), "hello").toString();
    Play begun = Play.of(Instant.parse("2026-11-20T14:00:00Z"), "b2", "b1").started();
    stub.onRequest(request -> begun.moments().forEach(stub::tell));
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  private SerinRun release(String... more) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of("release", "backend-api", "--artifact", artifact, "--version", "2"));
    words.addAll(List.of(more));
    SerinRun run = SerinRun.of(stub, words.toArray(String[]::new));
    run.code();
    return run;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--window=90s|{\"analysis\":{\"window\":\"PT1M30S\"}}",
        "--interval=5s|{\"analysis\":{\"interval\":\"PT5S\"}}",
        "--initial-delay=0|{\"analysis\":{\"initialDelay\":\"PT0S\"}}",
        "--red-baseline=warn|{\"analysis\":{\"redBaseline\":\"warn\"}}",
        "--batch=25%|{\"batch\":\"25%\"}",
        "--batch=2|{\"batch\":\"2\"}",
        "--min-available=1|{\"minAvailable\":1}",
        "--soak=10m|{\"soak\":\"PT10M\"}",
        "--canary=b1|{\"canaries\":[\"b1\"]}",
        "--on-breach=hold|{\"onBreach\":\"hold\"}",
        "--on-peer-failure=rollback-all|{\"onPeerFailure\":\"rollback-all\"}",
        "--on-freeze=wait|{\"onFreeze\":\"wait\"}",
        "--no-data-policy=rollback|{\"noData\":{\"policy\":\"rollback\"}}",
        "--no-data-limit=2m|{\"noData\":{\"limit\":\"PT2M\"}}",
        "--no-data-then=pause|{\"noData\":{\"then\":\"pause\"}}",
        "--drain-within=2m|{\"drain\":{\"within\":\"PT2M\"}}",
        "--drain-tunnels=0s|{\"drain\":{\"tunnels\":\"PT0S\"}}",
        "--drain-on-timeout=force|{\"drain\":{\"onTimeout\":\"force\"}}",
        "--health-within=3m|{\"health\":{\"within\":\"PT3M\"}}",
        "--set=window=5m|{\"analysis\":{\"window\":\"PT5M\"}}",
        "--set=analysis.deadMan.after=3m|{\"analysis\":{\"deadMan\":{\"after\":\"PT3M\"}}}",
        "--set=rollback.waitForPeers=PT2M|{\"rollback\":{\"waitForPeers\":\"PT2M\"}}",
        "--set=loadBalancerHealth.host=1.10|{\"loadBalancerHealth\":{\"host\":\"1.10\"}}",
        "--set=loadBalancerHealth.host=\"a=b\"|{\"loadBalancerHealth\":{\"host\":\"a=b\"}}",
        "--set=minAvailable=\"2\"|{\"minAvailable\":2}",
        "--set=canaries=[b1, b2]|{\"canaries\":[\"b1\",\"b2\"]}",
        "--set=pauses=[]|{\"pauses\":[]}",
        "--set=smoke=null|{\"smoke\":null}",
        "--set=drain={within: 2m, onTimeout: force}|{\"drain\":{\"within\":\"PT2M\",\"onTimeout\":\"force\"}}"
      })
  void changesOneField(String option, String overrides) throws Exception {
    SerinRun run = release(option);

    assertThat(stub.requests()).as(run.err()).hasSize(1);
    assertThat(stub.requests().getFirst().path("overrides"))
        .isEqualTo(Json.mapper().readTree(overrides));
  }

  @Test
  void changesManyFieldsAtOnce() throws Exception {
    release(
        "--canary=b1",
        "--canary=b2",
        "--interval=5s",
        "--set=analysis.window=10m",
        "--drain-within=10s",
        "--set=drain.tunnels=1s");

    assertThat(stub.requests().getFirst().path("overrides"))
        .isEqualTo(
            Json.mapper()
                .readTree(
                    """
                    {"canaries": ["b1", "b2"], "analysis": {"interval": "PT5S", "window": "PT10M"},
                     "drain": {"within": "PT10S", "tunnels": "PT1S"}}
                    """));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--window=soon|--window: expected a duration such as 30s, 1h or PT30S, found 'soon'",
        "--soak=-5s|--soak: expected a duration",
        "--batch=some|--batch: expected a number of nodes such as 2, or a share of them such as 25%, found 'some'",
        "--min-available=most|--min-available: expected a whole number, found 'most'",
        "--on-breach=ignore|--on-breach: expected rollback, pause, hold or warn, found 'ignore'",
        "--on-freeze=go|--on-freeze: expected refuse or wait, found 'go'",
        "--drain-on-timeout=cut|--drain-on-timeout: expected fail or force, found 'cut'",
        "--set=soak|--set: expected KEY=VALUE such as drain.within=2m, found 'soak'",
        "--set==5m|--set: expected KEY=VALUE such as drain.within=2m, found no KEY",
        "--set=nodes=[]|--set nodes: expected one of analysis, batch, canaries",
        "--set=install.path=/x|found 'install.path'",
        "--set=drain.witihn=2m|expected one of drain.onTimeout, drain.tunnels, drain.within, found 'drain.witihn'",
        "--set=drain.within.most=2m|expected drain.within and nothing below it, found 'drain.within.most'",
        "--set=slis.p95.max=1|expected slis, the whole list, and nothing below it, found 'slis.p95.max'",
        "--set=drain=2m|expected one of drain.onTimeout, drain.tunnels, drain.within, found the whole of drain",
        "--set=drain={within: soon}|drain.within: expected a duration",
        "--set=drain={witihn: 2m}|found 'drain.witihn'",
        "--set=pauses=none|expected a list such as [], found a text",
        "--set=drain.within=[1, 2]|--set drain.within: expected a duration",
        "--set=pauses=[|--set pauses: line 1",
        "--set=health.within=|--set health.within: expected a duration"
      })
  void refusesWhatMakesNoSenseAndSaysWhatDoes(String option, String sentence) throws Exception {
    SerinRun run = release(option);

    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).startsWith("serin: --").contains(sentence);
    assertThat(stub.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--window=5m|--set=window=5m|--set window: expected one word for analysis.window, found --window beside it",
        "--window=5m|--set=analysis.window=6m|found --window beside it; leave one out",
        "--interval=5s|--set=analysis=null|expected one word for analysis, found --interval beside it",
        "--canary=b1|--set=canaries=b2|expected one word for canaries, found --canary beside it",
        "--set=soak=1m|--set=soak=2m|expected one word for soak, found it twice"
      })
  void refusesTwoWordsForOneField(String one, String other, String sentence) throws Exception {
    SerinRun run = release(one, other);

    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(sentence);
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void helpsWithEachOfThem() throws Exception {
    for (String command : List.of("release", "plan")) {
      assertThat(SerinRun.of(stub, command, "--help").out())
          .startsWith("Usage: serin " + command + " [OPTIONS] [SERVICE]\n")
          .contains("--set=KEY=VALUE", "--on-breach=WHAT", "--batch=N|N% ", "2, or 25%")
          .doesNotContain("%%");
    }
  }
}
