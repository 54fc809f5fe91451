package dev.serin.haproxy.hint;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.json.Json;
import dev.serin.haproxy.hint.WentOff.OneProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// What is kept of armed switches, and what is believed of what was kept.
class HintsTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final Duration PERIOD = Duration.ofMinutes(2);

  @TempDir private Path directory;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(Hints.class);

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void listenNoMore() {
    logger.detachAppender(lines);
  }

  private static GuardServers guard(Instant at, Instant expiresAt, GuardedServer... servers) {
    return new GuardServers(
        new CommandHead("c-" + at, "r-1", "api", null, at.toEpochMilli(), at),
        List.of(servers),
        at.plusSeconds(30),
        new DeadMan(List.of("b1"), PERIOD, expiresAt, DeadManAction.DRAIN, List.of(), 1));
  }

  private static GuardServers guard(int second) {
    Instant at = NOON.plusSeconds(second);
    return guard(at, at.plus(PERIOD), server(1));
  }

  private static GuardedServer server(int weight) {
    return new GuardedServer(
        "b1",
        List.of(new ServerSetting("one", "api", "b1", weight, AdminState.READY)),
        false,
        false,
        List.of());
  }

  private Hints hints() {
    return new Hints(new HintFiles(directory));
  }

  private List<GuardServers> loaded(Instant now) {
    return hints().load(now, Set.of("one", "two")).stream().map(Hint::guard).toList();
  }

  private Path file() {
    return directory.resolve("api.json");
  }

  /// The guard that a next life would find.
  private GuardServers written() throws IOException {
    return (GuardServers) Json.mapper().readValue(Files.readString(file()), HaproxyCommand.class);
  }

  private void isTold(String... parts) {
    assertThat(lines.list)
        .singleElement()
        .satisfies(line ->
            assertThat(line.getFormattedMessage()).contains(parts).contains("expected", "found"));
  }

  private void isIgnored(String text, String... told) throws IOException {
    Files.writeString(file(), text);
    assertThat(loaded(NOON)).isEmpty();
    isTold(told);
  }

  private static String json(HaproxyCommand command) {
    return Json.mapper().writeValueAsString(command);
  }

  @Test
  void aSwitchThatWasKeptIsThereInTheNextLife() {
    hints().keep(guard(0), null);

    assertThat(loaded(NOON.plusSeconds(5))).containsExactly(guard(0));
    assertThat(lines.list).isEmpty();
  }

  @Test
  void aRenewalThatSaysTheSameIsNotWritten() throws IOException {
    Hints hints = hints();
    for (int second = 0; second < 600; second += 5) {
      hints.keep(guard(second), null);
    }
    assertThat(written()).isEqualTo(guard(0));

    hints.keep(guard(600), null);
    assertThat(written()).as("its age says for how long nobody was there").isEqualTo(guard(600));
  }

  @Test
  void whatTheNextLifeWouldDoOtherwiseIsWritten() throws IOException {
    Hints hints = hints();
    hints.keep(guard(0), null);
    GuardServers weighed = guard(NOON.plusSeconds(5), NOON.plusSeconds(5).plus(PERIOD), server(2));
    hints.keep(weighed, null);
    assertThat(written()).isEqualTo(weighed);

    GuardServers longer = guard(NOON.plusSeconds(10), NOON.plus(Duration.ofMinutes(10)), server(2));
    hints.keep(longer, null);
    assertThat(written()).as("more than a restart grants").isEqualTo(longer);

    GuardServers shorter = guard(NOON.plusSeconds(15), NOON.plusSeconds(60), server(2));
    hints.keep(shorter, null);
    assertThat(written()).as("the coordinator takes a word back").isEqualTo(shorter);
  }

  private static WentOff wentOff(int second, String... left) {
    return new WentOff(
        NOON.plusSeconds(second),
        Map.of("one", new OneProcess(7, NOON.minusSeconds(60))),
        Set.of(),
        Set.of(left));
  }

  private List<Hint> hinted() {
    return hints().load(NOON.plusSeconds(300), Set.of("one"));
  }

  @Test
  void whatASwitchHasDoneIsThereInTheNextLifeUntilSomebodyWatchesAgain() {
    Hints hints = hints();
    hints.keep(guard(0), null);
    hints.keep(guard(0), wentOff(121, "one/api/b1"));
    assertThat(hinted()).containsExactly(new Hint(guard(0), wentOff(121, "one/api/b1")));

    hints.keep(guard(200), null);
    assertThat(hinted()).containsExactly(new Hint(guard(200), null));
  }

  @Test
  void whatASwitchHasDoneInNoProcessThatCanBeKnownIsTold() throws IOException {
    hints().keep(guard(0), wentOff(121, "one/api/b1"));
    isIgnored(
        Files.readString(file()).replace("\"startedAt\"", "\"since\""),
        "expected what its switch has done",
        "startedAt");
  }

  @Test
  void anOlderGuardOrEndChangesNothing() throws IOException {
    Hints hints = hints();
    hints.keep(guard(10), null);
    hints.keep(guard(NOON.plusSeconds(5), NOON.plusSeconds(900), server(3)), null);
    hints.forget("api", NOON.plusSeconds(5).toEpochMilli());

    assertThat(written()).isEqualTo(guard(10));
  }

  @Test
  void nothingIsKeptOfWhatWasEndedByANewerCommand() {
    Hints hints = hints();
    hints.forget("api", NOON.plusSeconds(10).toEpochMilli());
    hints.keep(guard(5), null);
    assertThat(file()).doesNotExist();

    hints.forget("api");
    hints.keep(guard(5), null);
    assertThat(file()).as("recalled after another had the work").exists();
  }

  @Test
  void whatTheLogHasNeitherConfirmedNorEndedIsNamed() {
    hints().keep(guard(0), null);
    Hints next = hints();
    assertThat(next.load(NOON, Set.of("one"))).hasSize(1);
    assertThat(next.unconfirmed()).containsExactly("api");

    next.keep(guard(0), null);
    assertThat(next.unconfirmed()).isEmpty();
    assertThat(file()).exists();
  }

  @Test
  void whatLooksIntoAnEmptyDiskFindsNothingAndSaysNothing() {
    assertThat(new Hints(new HintFiles(directory.resolve("none"))).load(NOON, Set.of())).isEmpty();
    assertThat(lines.list).isEmpty();
  }

  @Test
  void garbageIsToldAndLeft() throws IOException {
    isIgnored("garbage", file().toString(), "malformed JSON", "remove it");
    assertThat(file()).exists();
  }

  @Test
  void anEmptyFileIsTold() throws IOException {
    isIgnored("", "expected a guard as JSON");
  }

  @Test
  void halfAGuardIsTold() throws IOException {
    isIgnored(json(guard(0)).substring(0, 100), "malformed JSON");
  }

  @Test
  void aGuardThatLacksAFieldIsTold() throws IOException {
    isIgnored(json(guard(0)).replace("\"leaseUntil\"", "\"lease\""), "leaseUntil");
  }

  @Test
  void anotherCommandIsTold() throws IOException {
    isIgnored(
        json(new StopGuardingServers(guard(0).head(), false, List.of())),
        "expected a guard with an armed switch");
  }

  @Test
  void anotherServicesGuardIsTold() throws IOException {
    isIgnored(
        json(guard(0)).replace("\"service\":\"api\"", "\"service\":\"web\""),
        "expected a guard of api, found one of web");
  }

  @Test
  void aServerWithoutALoadBalancerIsTold() throws IOException {
    isIgnored(
        json(
            guard(
                NOON,
                NOON.plus(PERIOD),
                new GuardedServer("b1", List.of(), false, false, List.of()))),
        "servers with their load balancers");
  }

  @Test
  void bytesThatAreNoTextAreTold() throws IOException {
    Files.write(file(), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThat(loaded(NOON)).isEmpty();
    isTold("a file of text", "see to its rights");
  }

  @Test
  void aFileThatNobodyHasWrittenForThisIsNotReadWhole() throws IOException {
    Files.writeString(file(), "x".repeat(300_000));
    assertThat(loaded(NOON)).isEmpty();
    isTold("expected at most 262144 bytes, found 300000 bytes");
  }

  @Test
  void aDirectoryInItsPlaceIsTold() throws IOException {
    Files.createDirectory(file());
    assertThat(loaded(NOON)).isEmpty();
    isTold("expected a file, found something else");
  }

  @Test
  void aFileInThePlaceOfItsDirectoryIsTold() throws IOException {
    Path full = directory.resolve("full");
    Files.writeString(full, "");
    assertThat(new Hints(new HintFiles(full)).load(NOON, Set.of("one"))).isEmpty();
    isTold("expected a directory of armed switches that can be read", full.toString());
  }

  @Test
  void aGuardFromTheFutureIsTold() throws IOException {
    isIgnored(json(guard(3_700)), "at most an hour ahead of the agent's clock", "set the clocks");
  }

  @Test
  void aSwitchThatWouldGoOffInAYearIsTold() throws IOException {
    isIgnored(
        json(guard(NOON, NOON.plus(Duration.ofDays(365)), server(1))),
        "deadMan.expiresAt at most",
        "set the clocks");
  }

  @Test
  void aSwitchWhoseTimeWasOverMoreThanADayAgoIsToldAndOneOfADayAgoIsNot() {
    hints().keep(guard(0), null);
    Instant dayAfter = NOON.plus(PERIOD).plus(Duration.ofDays(1));
    assertThat(loaded(dayAfter)).hasSize(1);
    assertThat(lines.list).isEmpty();

    assertThat(loaded(dayAfter.plusSeconds(1))).isEmpty();
    isTold("whose time was over at most a day ago", "still to serve: b1");
  }

  @Test
  void aGuardOfALoadBalancerThatNobodyKnowsIsTold() {
    hints().keep(guard(0), null);
    assertThat(hints().load(NOON, Set.of("three", "two"))).isEmpty();
    isTold("one of the load balancers three, two", "found one of one", "serin.haproxy");
  }

  @Test
  void aSwitchIsArmedForThoseLoadBalancersThatAreKnown() {
    GuardedServer onTwo =
        new GuardedServer(
            "b1",
            List.of(
                new ServerSetting("one", "api", "b1", 1, AdminState.READY),
                new ServerSetting("gone", "api", "b1", 1, AdminState.READY)),
            false,
            false,
            List.of());
    hints().keep(guard(NOON, NOON.plus(PERIOD), onTwo), null);

    assertThat(loaded(NOON)).hasSize(1);
    isTold("does nothing on gone");
  }

  @Test
  void whatIsNoHintIsNotItsBusiness() throws IOException {
    Files.writeString(directory.resolve("README"), "");
    Files.writeString(directory.resolve(".api.part"), "");
    Files.writeString(directory.resolve("..json"), "");

    assertThat(loaded(NOON)).isEmpty();
    assertThat(lines.list).isEmpty();
  }

  @Test
  void aDiskThatTakesNothingIsToldOnceAndNotAtEachRenewal() throws IOException {
    Path full = directory.resolve("full");
    Files.writeString(full, "");
    Hints hints = new Hints(new HintFiles(full));
    hints.keep(guard(0), null);
    hints.keep(guard(5), null);

    isTold("expected to write the armed switch to " + full, "serin.haproxy.armed-switches");
  }
}
