package dev.serin.sli.judge;

import static dev.serin.sli.Commands.START;
import static dev.serin.sli.Commands.at;
import static dev.serin.sli.Commands.head;
import static dev.serin.sli.Commands.watch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.Verdict;
import dev.serin.sli.Commands;
import dev.serin.sli.judge.Analysis.Next.Ask;
import dev.serin.sli.judge.Analysis.Next.Over;
import dev.serin.sli.judge.Analysis.Next.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnalysisTest {

  private static Probe probe(int slot) {
    return new Probe(slot, at(30 * slot), at(30 * slot), Verdict.PASS, List.of());
  }

  /// What a watcher asks for when it goes on until nothing is due at the instant.
  private static List<Integer> asked(Analysis analysis, Instant now) {
    List<Integer> slots = new ArrayList<>();
    while (analysis.next(now) instanceof Ask(int slot, Instant slotAt)) {
      assertThat(slotAt).isEqualTo(at(30 * slot));
      slots.add(slot);
      analysis = analysis.probed(probe(slot));
    }
    return slots;
  }

  @Test
  void waitsForItsFirstSlotAndAsksAsOfIt() {
    Analysis analysis = Analysis.begin(watch(1, 1, 10, 600));

    assertThat(analysis.next(START.minusSeconds(5))).isEqualTo(new Wait(at(30)));
    assertThat(analysis.next(at(29))).isEqualTo(new Wait(at(30)));
    assertThat(analysis.next(at(30))).isEqualTo(new Ask(1, at(30)));
    assertThat(analysis.next(at(47))).isEqualTo(new Ask(1, at(30)));
  }

  @Test
  void asksEachSlotOnceAndWaitsForTheNext() {
    Analysis analysis = Analysis.begin(watch(1, 1, 10, 600)).probed(probe(1));

    assertThat(analysis.next(at(31))).isEqualTo(new Wait(at(60)));
    assertThat(analysis.next(at(60))).isEqualTo(new Ask(2, at(60)));
  }

  @Test
  void asksForNoSlotBeyondTheLastOne() {
    Analysis analysis = Analysis.begin(watch(1, 1, 1, 600)).probed(probe(1));

    assertThat(analysis.next(at(300))).isEqualTo(new Wait(at(600)));
    assertThat(analysis.renewed(watch(2, 1, 3, 900)).next(at(300))).isEqualTo(new Ask(2, at(60)));
  }

  @Test
  void aWatcherThatWasAwayCatchesUpOnEverySlot() {
    // All that a restarted watcher knows is the next renewal: slots 1 to 3 are probed already.
    assertThat(asked(Analysis.begin(watch(7, 4, 100, 600)), at(300)))
        .containsExactly(4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void twoWatchersTogetherLeaveNoSlotOut() {
    List<Integer> first = asked(Analysis.begin(watch(1, 1, 100, 200)), at(130));
    // The second takes over by a renewal that knows of the first one's answers up to slot 2.
    List<Integer> second = asked(Analysis.begin(watch(2, 3, 100, 400)), at(250));

    assertThat(first).containsExactly(1, 2, 3, 4);
    assertThat(second).containsExactly(3, 4, 5, 6, 7, 8);
  }

  @Test
  void endsWithItsLease() {
    Analysis analysis = Analysis.begin(watch(1, 1, 100, 75));

    assertThat(asked(analysis, at(74))).containsExactly(1, 2);
    assertThat(analysis.probed(probe(1)).probed(probe(2)).next(at(74))).isEqualTo(new Wait(at(75)));
    assertThat(analysis.next(at(75))).isEqualTo(new Over());
    assertThat(analysis.renewed(watch(2, 3, 100, 200)).next(at(100))).isEqualTo(new Ask(3, at(90)));
  }

  @Test
  void aRenewalForgetsWhatTheCoordinatorHasAndTellsTheRestAgain() {
    Analysis analysis =
        Analysis.begin(watch(1, 1, 100, 600)).probed(probe(1)).probed(probe(2)).probed(probe(3));

    Analysis renewed = analysis.renewed(watch(2, 3, 100, 600));

    assertThat(renewed.untold()).containsExactly(probe(3));
    assertThat(renewed.next(at(120))).isEqualTo(new Ask(4, at(120)));
    assertThat(renewed.probed(probe(2)).probes()).containsOnlyKeys(3);
  }

  @Test
  void aChangedQuestionIsAskedAnew() {
    Analysis analysis = Analysis.begin(watch(1, 1, 100, 600)).probed(probe(1));
    WatchSlis others =
        new WatchSlis(head(2), "a-1", START, Commands.INTERVAL, 1, 100, at(600), List.of());

    assertThat(analysis.asksTheSameAs(others)).isFalse();
    assertThat(analysis.renewed(others).next(at(31))).isEqualTo(new Ask(1, at(30)));
  }

  @Test
  void knowsAnOlderCommandByItsFence() {
    Analysis analysis = Analysis.begin(watch(5, 1, 100, 600));

    assertThat(analysis.outdates(watch(4, 1, 100, 600))).isTrue();
    assertThat(analysis.outdates(watch(5, 1, 100, 600))).isFalse();
    assertThat(analysis.outdates(watch(6, 1, 100, 600))).isFalse();
  }

  @Test
  void aSlotFarBeyondTheLeaseIsNeverComputed() {
    WatchSlis absurd =
        new WatchSlis(
            head(1),
            "a-1",
            START,
            Duration.ofDays(366),
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            at(600),
            List.of());

    assertThat(Analysis.begin(absurd).next(at(10))).isEqualTo(new Wait(at(600)));
  }

  @Test
  void wantsNothingWhereTheLastSlotIsBeforeTheFirst() {
    assertThat(Analysis.begin(watch(1, 5, 4, 600)).next(at(300))).isEqualTo(new Wait(at(600)));
  }
}
