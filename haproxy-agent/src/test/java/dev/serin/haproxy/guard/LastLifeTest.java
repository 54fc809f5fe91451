package dev.serin.haproxy.guard;

import static dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction.ALERT;
import static dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction.DRAIN;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.frontdoor.FrontDoor;
import dev.serin.haproxy.hint.HintFiles;
import dev.serin.haproxy.hint.HintStore;
import dev.serin.haproxy.traffic.HaproxyCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// A switch that is armed outlives its agent's restart while the broker is away, by a file on the
/// agent's own disk; once the broker answers, the log says what holds.
class LastLifeTest {
  @TempDir private Path disk;
  private final GuardBed bed = new GuardBed();
  private HaproxyCommands agent = agent();

  private HaproxyCommands agent() {
    return new HaproxyCommands(
        bed.fleet, request -> new FrontDoor.Silent("nobody asks"), bed.guards);
  }

  /// The agent's process begins anew; the broker has not answered yet.
  @BeforeEach
  void restart() {
    bed.restart(new HintFiles(disk));
    agent = agent();
    agent.begun(bed.events::add);
  }

  private Path file() {
    return disk.resolve("backend-api.json");
  }

  private GuardServers guard() {
    return bed.guard(bed.deadMan(DRAIN, 1), bed.ready("b1"), bed.ready("b2"), bed.ready("b3"));
  }

  private GuardServers guarded() {
    GuardServers guard = guard();
    bed.guards.guard(guard, bed.events::add);
    return guard;
  }

  /// The broker answers, and this is what the log has.
  private void recalls(GuardServers... guards) {
    for (GuardServers guard : guards) {
      agent.recalled(guard, bed.events::add);
    }
    agent.recalledAll();
  }

  private AdminState canary() {
    return bed.one.now("b1").state();
  }

  @Test
  void goesOffOneFullPeriodAfterTheRestartThoughTheBrokerHasNotAnswered()
      throws InterruptedException {
    bed.one.weigh("b2", 9);
    bed.two.weigh("b2", 9);
    bed.guards.guard(
        bed.guard(
            bed.deadMan(DRAIN, 1, bed.ready("b2")),
            bed.ready("b1"),
            bed.asked("b2", AdminState.READY, 9),
            bed.ready("b3")),
        bed.events::add);
    bed.at(50);
    restart();
    bed.events.clear();
    bed.writes.clear();
    bed.at(109);
    assertThat(bed.writes).isEmpty();

    bed.at(112);

    assertThat(bed.writes)
        .containsExactly(
            "one set server api/b2 weight 1",
            "one del map /leaving.map c2",
            "two set server api/b2 weight 1",
            "two del map /leaving.map c2",
            "one add map /leaving.map c1 1",
            "one set server api/b1 state drain",
            "two add map /leaving.map c1 1",
            "two set server api/b1 state drain");
    assertThat(bed.events)
        .singleElement()
        .isInstanceOfSatisfying(
            DeadManWentOff.class,
            off -> {
              assertThat(off.head().rolloutId()).isEqualTo("r-1");
              assertThat(off.drained()).containsExactly("node-1");
              assertThat(off.failure()).isNull();
            });
    bed.at(300);
    assertThat(bed.events).as("once").hasSize(1);
  }

  @Test
  void keepsTheMinimumAndTriesAgain() throws InterruptedException {
    bed.guards.guard(
        bed.guard(bed.deadMan(DRAIN, 2), bed.ready("b1"), bed.ready("b2"), bed.ready("b3")),
        bed.events::add);
    restart();
    bed.two.health("b2", "DOWN");
    bed.at(70);
    assertThat(bed.writes).isEmpty();

    bed.two.health("b2", "UP");
    bed.at(72);

    assertThat(canary()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void doesAgainWhatAReloadForgot() throws InterruptedException {
    guarded();
    restart();
    bed.at(62);
    bed.one.reload();
    bed.at(64);

    assertThat(canary()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void doesNothingElseWhileTheLogIsUnknown() throws InterruptedException {
    guarded();
    bed.at(5);
    restart();
    bed.events.clear();
    bed.one.weigh("b2", 7);
    bed.two.reload();
    bed.two.set("b3", AdminState.DRAIN);
    bed.at(60);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.events).as("neither hands nor shares are told").isEmpty();
  }

  @Test
  void nothingGoesOffWhereTheLogIsRecalledFirstAndSomebodyWatches() throws InterruptedException {
    GuardServers guard = guarded();
    bed.at(50);
    restart();
    bed.at(55);
    recalls(guard);
    bed.at(100);
    guarded();
    bed.at(159);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(DeadManWentOff.class)).isEmpty();
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void isAGuardAsAnyOtherOnceTheLogSaysThatItStands() throws InterruptedException {
    GuardServers guard = guarded();
    bed.at(5);
    restart();
    recalls(guard);
    bed.at(8);
    bed.one.weigh("b2", 7);
    bed.at(10);

    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void nothingGoesOffWhereTheWorkIsAnothersOrTheLogHasNoGuard() throws InterruptedException {
    guarded();
    bed.at(50);
    restart();
    recalls();
    bed.at(300);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(DeadManWentOff.class)).isEmpty();
    assertThat(file()).doesNotExist();
    assertThat(bed.time.waiting()).as("it looks no more").isZero();
  }

  @Test
  void nothingGoesOffWhereTheLogHasAnotherRolloutsGuardOnly() throws InterruptedException {
    bed.rollout = "r-0";
    GuardServers older = guard();
    bed.at(1);
    bed.rollout = "r-1";
    guarded();
    restart();
    recalls(older);
    bed.at(300);

    assertThat(bed.writes).isEmpty();
    assertThat(file()).doesNotExist();
  }

  @Test
  void nothingGoesOffWhereTheGuardHasEndedMeanwhile() throws InterruptedException {
    GuardServers guard = guarded();
    bed.at(10);
    restart();
    agent.recalled(guard, bed.events::add);
    agent.recalled(new StopGuardingServers(bed.head(null), false, List.of()), bed.events::add);
    agent.recalledAll();
    assertThat(file()).doesNotExist();
    restart();
    bed.at(300);

    assertThat(bed.writes).isEmpty();
  }

  @Test
  void whatItTookOutComesBackOnceSomebodyWatchesAgain() throws InterruptedException {
    GuardServers guard = guarded();
    restart();
    bed.at(62);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    recalls(guard);
    bed.at(70);
    assertThat(canary()).as("nobody watches yet").isEqualTo(AdminState.DRAIN);
    guarded();
    bed.at(75);

    assertThat(canary()).isEqualTo(AdminState.READY);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.READY);
    assertThat(bed.told(DriftMended.class))
        .extracting(DriftMended::cause)
        .containsOnly(DriftCause.SWITCH);
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
    assertThat(bed.told(DeadManWentOff.class)).hasSize(1);
  }

  /// However long the broker was away.
  @ParameterizedTest
  @ValueSource(ints = {72, 7_500})
  void whatItTookOutComesBackWhereTheRolloutWasOver(int answersAt) throws InterruptedException {
    guarded();
    bed.at(10);
    StopGuardingServers stop =
        new StopGuardingServers(
            bed.head(null), false, List.of(bed.ready("b1"), bed.ready("b2"), bed.ready("b3")));
    restart();
    bed.at(answersAt);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    agent.recalled(stop, bed.events::add);
    agent.recalledAll();
    bed.at(answersAt + 3);

    assertThat(canary()).isEqualTo(AdminState.READY);
  }

  /// A person puts it back on both load balancers.
  private void putsBack() {
    bed.one.set("b1", AdminState.READY);
    bed.two.set("b1", AdminState.READY);
    bed.writes.clear();
  }

  @Test
  void whoPutsBackWhatItTookOutIsNotOverriddenByTheNextLife() throws InterruptedException {
    guarded();
    bed.at(62);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    putsBack();
    bed.at(70);
    restart();
    bed.events.clear();
    bed.at(200);
    restart();
    bed.at(400);

    assertThat(bed.writes).isEmpty();
    assertThat(canary()).isEqualTo(AdminState.READY);
    assertThat(bed.told(DeadManWentOff.class))
        .as("told by each life: what the one before told was lost with it")
        .hasSize(2)
        .allSatisfy(off -> assertThat(off.failure()).isNull());
  }

  @Test
  void whatAReloadForgetsBetweenTwoLivesTheNextOneDoesAgain() throws InterruptedException {
    guarded();
    bed.at(62);
    putsBack();
    bed.one.reload();
    restart();
    bed.at(125);

    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.two.now("b1").state()).as("the same process").isEqualTo(AdminState.READY);
  }

  @Test
  void whatTheLastLifeCouldNotDoTheNextOneDoes() throws InterruptedException {
    guarded();
    bed.two.silent(true);
    bed.at(62);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    putsBack();
    restart();
    bed.at(125);
    bed.two.silent(false);
    bed.at(127);

    assertThat(bed.one.now("b1").state()).as("a person's").isEqualTo(AdminState.READY);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aProofInTheLogThatHadRunOutWhenItWentOffIsNoReasonToGoOffAgain()
      throws InterruptedException {
    guarded();
    bed.at(5);
    GuardServers last = guarded();
    bed.at(6);
    restart();
    bed.at(68);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    putsBack();
    recalls(last);
    bed.at(200);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(DeadManWentOff.class)).hasSize(1);
  }

  @Test
  void whatTheLastLifeTookOutComesBackOnceSomebodyWatchesAgain() throws InterruptedException {
    GuardServers guard = guarded();
    bed.at(62);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    restart();
    recalls(guard);
    bed.at(70);
    guarded();
    bed.at(73);

    assertThat(canary()).isEqualTo(AdminState.READY);
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  private void provenUntil(int second) {
    DeadMan proven =
        new DeadMan(
            List.of("node-1"),
            GuardBed.PERIOD,
            GuardBed.NOON.plusSeconds(second),
            DRAIN,
            List.of(),
            1);
    bed.guards.guard(
        bed.guard(proven, bed.ready("b1"), bed.ready("b2"), bed.ready("b3")), bed.events::add);
  }

  @Test
  void goesOffAgainWhereNobodyWatchesAfterAProofThatIsShorterThanTheGrace()
      throws InterruptedException {
    GuardServers guard = guarded();
    bed.at(62);
    restart();
    recalls(guard);
    bed.at(65);
    provenUntil(100);
    bed.at(70);
    assertThat(canary()).isEqualTo(AdminState.READY);
    bed.at(125);

    assertThat(canary()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aNewProofArmsItAnewThoughTheClockWasAheadWhenItWentOff() throws InterruptedException {
    GuardServers guard = guarded();
    bed.time.setClock(Duration.ofSeconds(5_000));
    bed.at(5);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    bed.time.setClock(Duration.ZERO);
    restart();
    recalls(guard);
    bed.at(10);
    provenUntil(70);
    bed.at(15);
    assertThat(canary()).isEqualTo(AdminState.READY);
    bed.at(75);

    assertThat(canary()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void saysWhatItTookOutWhereNobodyTakesItBackIn() throws InterruptedException {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(Guards.class);
    lines.start();
    logger.addAppender(lines);
    try {
      guarded();
      restart();
      bed.at(62);
      recalls();
    } finally {
      logger.detachAppender(lines);
    }

    assertThat(lines.list)
        .filteredOn(line -> line.getLevel() == Level.WARN)
        .singleElement()
        .satisfies(line ->
            assertThat(line.getFormattedMessage())
                .contains("has taken out one/api/b1, two/api/b1", "by hand"));
  }

  @Test
  void aDiskThatHangsStopsNoGuard() {
    List<Integer> looking = new ArrayList<>();
    bed.restart(
        new HintStore() {
          @Override
          public void write(String service, String text) {
            looking.add(bed.time.waiting());
          }

          @Override
          public void remove(String service) {}

          @Override
          public Map<String, Found> all() {
            return Map.of();
          }

          @Override
          public String place(String service) {
            return service;
          }
        });
    guarded();

    assertThat(looking).as("it looks before it writes").containsExactly(1);
  }

  @Test
  void oneThatOnlyTellsOnlyTells() throws InterruptedException {
    bed.guardAll(bed.deadMan(ALERT, 1));
    restart();
    bed.at(90);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(DeadManWentOff.class))
        .singleElement()
        .satisfies(off -> {
          assertThat(off.action()).isEqualTo(ALERT);
          assertThat(off.drained()).isEmpty();
        });
  }

  @Test
  void nothingIsLeftOfASwitchThatIsDisarmedOrOfAGuardThatIsOver() throws InterruptedException {
    List<Runnable> ends =
        List.of(
            () -> bed.guardAll(null),
            () -> bed.stop(false),
            () -> bed.stop(true),
            () -> agent.released("backend-api"));
    for (int i = 0; i < ends.size(); i++) {
      bed.at(100 * i);
      guarded();
      assertThat(file()).exists();
      bed.at(100 * i + 10);
      ends.get(i).run();
      assertThat(file()).doesNotExist();
      restart();
    }
    bed.at(900);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(DeadManWentOff.class)).isEmpty();
  }

  @Test
  void aGuardThatIsHandledAfterANewerOneIsNotKept() throws InterruptedException {
    GuardServers late = guard();
    bed.at(5);
    bed.guardAll(null);
    bed.guards.guard(late, bed.events::add);
    restart();
    bed.at(300);

    assertThat(bed.writes).isEmpty();
  }

  @Test
  void aDiskThatTakesNothingStopsNoGuard() throws IOException, InterruptedException {
    Files.writeString(disk.resolve("full"), "");
    bed.restart(new HintFiles(disk.resolve("full")));
    agent = agent();
    agent.begun(bed.events::add);
    guarded();
    bed.at(62);

    assertThat(canary()).isEqualTo(AdminState.DRAIN);
  }
}
