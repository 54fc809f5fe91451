package dev.serin.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FaultTest {
  @Test
  void theSameSeedPlansTheSameFaults() {
    assertThat(Fault.plan(40, new Random(7)).toString())
        .isEqualTo(Fault.plan(40, new Random(7)).toString())
        .isNotEqualTo(Fault.plan(40, new Random(8)).toString());
  }

  @Test
  void everyKindIsMetBeforeOneComesTwice() {
    int kinds = Fault.Kind.values().length;
    List<Fault> plan = Fault.plan(2 * kinds, new Random(1));
    assertThat(plan.subList(0, kinds)).extracting(Fault::kind).doesNotHaveDuplicates();
    assertThat(plan.subList(kinds, 2 * kinds)).extracting(Fault::kind).doesNotHaveDuplicates();
  }

  @Test
  void everyFaultIsOverWithinNineSeconds() {
    assertThat(Fault.plan(500, new Random(3)))
        .extracting(Fault::lasts)
        .allMatch(lasts ->
            lasts.compareTo(Duration.ofSeconds(1)) >= 0
                && lasts.compareTo(Duration.ofSeconds(9)) < 0);
  }

  @Test
  void everyMomentOfARolloutIsMet() {
    List<Fault> plan = Fault.plan(Moment.values().length + 1, new Random(5));
    assertThat(plan).extracting(Fault::moment).contains(Moment.values());
  }

  @Test
  void aHotReloadLosesNoRequestWhereNobodyIsOut() {
    assertThat(Fault.Kind.BALANCER_RELOADED.fails(false)).isEmpty();
    assertThat(Fault.Kind.BALANCER_RELOADED.fails(true))
        .as("it forgets that a node is out, and nothing else")
        .containsExactly("status 502");
  }

  @Test
  void onlyWhatUsersTalkToMayReachThem() {
    assertThat(Fault.Kind.values())
        .filteredOn(Fault.Kind::mayReachUsers)
        .containsExactly(
            Fault.Kind.BALANCER_RELOADED, Fault.Kind.BALANCER_KILLED, Fault.Kind.CONTAINER_STOPPED);
    assertThat(Fault.Kind.values())
        .allSatisfy(kind ->
            assertThat(kind.fails(true)).containsAll(kind.fails(false)).doesNotContain("timeout"));
  }

  @Test
  void whatReachesUsersHappensAlone() {
    Fault stopped =
        new Fault(
            Fault.Kind.CONTAINER_STOPPED, "backend-api-1", Moment.PUSH, Duration.ofSeconds(1));
    Fault late =
        new Fault(Fault.Kind.SOCKET_SLOW, "haproxy-1", Moment.AT_ONCE, Duration.ofSeconds(1));
    Fault silent =
        new Fault(Fault.Kind.SOCKET_SILENT, "haproxy-1", Moment.AT_ONCE, Duration.ofSeconds(1));
    Fault killed =
        new Fault(Fault.Kind.SERVICE_KILLED, "coordinator", Moment.READY, Duration.ofSeconds(1));

    assertThat(late.mayOverlap(stopped)).isFalse();
    assertThat(stopped.mayOverlap(late)).isFalse();
    assertThat(late.mayOverlap(silent)).isFalse();
    assertThat(late.mayOverlap(killed)).isTrue();
  }
}
