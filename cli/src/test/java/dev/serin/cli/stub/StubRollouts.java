package dev.serin.cli.stub;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Plays made-up rollouts for whoever wants to look at the live view: a good one and one that is
/// taken back. `java … StubRollouts PORT good|breached|large`, then `serin watch r-1`.
public final class StubRollouts {
  private StubRollouts() {}

  public static void main(String[] arguments) throws InterruptedException {
    StubCoordinator stub = new StubCoordinator(Integer.parseInt(arguments[0]));
    System.out.println("A stub coordinator, nothing real: " + stub.url());
    stub.define(
        Json.mapper()
            .readTree(
                "{\"service\":\"backend-api\",\"nodes\":[{\"name\":\"backend-api-2\",\"canary\":true},"
                    + "{\"name\":\"backend-api-1\"},{\"name\":\"backend-api-3\"}]}"));
    Instant begun = Instant.now();
    List<Play.Moment> moments =
        switch (arguments[1]) {
          case "breached" -> breached(begun).moments();
          case "large" -> large(begun).moments();
          default -> good(begun).moments();
        };
    for (Play.Moment moment : moments) {
      Duration until = Duration.between(Instant.now(), moment.event().head().at());
      if (until.isPositive()) {
        Thread.sleep(until);
      }
      stub.tell(moment);
    }
    Thread.sleep(Duration.ofHours(1));
    stub.close();
  }

  public static Play good(Instant begun) {
    Duration step = Duration.ofMillis(900);
    Play play =
        Play.of(begun, "backend-api-2", "backend-api-1", "backend-api-3")
            .says("the checks before the start", "backend-api-2 is drained", begun.plusSeconds(90))
            .started()
            .after(step)
            .preflightPassed("2.0.9")
            .updates("backend-api-2", step)
            .analyses(Duration.ofSeconds(20));
    for (int i = 0; i < 20; i++) {
      play.after(Duration.ofSeconds(1)).probes(Verdict.PASS, 0.2 + (i % 7) * 0.03, 0.001 * (i % 3));
    }
    return play.succeeds("analyse", null, "20 of 20 probes green")
        .updates("backend-api-1", step)
        .updates("backend-api-3", step)
        .completed();
  }

  public static Play breached(Instant begun) {
    Duration step = Duration.ofMillis(900);
    Play play =
        Play.of(begun, "backend-api-2", "backend-api-1", "backend-api-3")
            .started()
            .after(step)
            .preflightPassed("2.0.9")
            .updates("backend-api-2", step)
            .analyses(Duration.ofSeconds(20));
    for (int i = 0; i < 6; i++) {
      play.after(Duration.ofSeconds(1)).probes(Verdict.PASS, 0.2 + i * 0.04, 0.001);
    }
    return play.after(Duration.ofSeconds(1))
        .probes(Verdict.FAIL, 0.83, 0.21)
        .rollsBack(
            Outcome.BREACHED,
            "p95 was 0.83 (below 0.5 is green), error-rate 0.21 (below 0.005 is green) in probe 7",
            "backend-api-2")
        .restores("backend-api-2", step)
        .rolledBack(Outcome.BREACHED);
  }

  /// Twenty nodes.
  public static Play large(Instant begun) {
    Duration step = Duration.ofMillis(150);
    String[] peers = new String[19];
    for (int i = 0; i < peers.length; i++) {
      peers[i] = "backend-api-" + (i + 2);
    }
    Play play =
        Play.of(begun, "backend-api-1", peers)
            .started()
            .preflightPassed("2.0.9")
            .updates("backend-api-1", step)
            .analyses(Duration.ofSeconds(3));
    for (int i = 0; i < 3; i++) {
      play.after(Duration.ofSeconds(1)).probes(Verdict.PASS, 0.2, 0.001);
    }
    play.succeeds("analyse", null, "3 of 3 probes green");
    for (String peer : peers) {
      play.updates(peer, step);
    }
    return play.completed();
  }
}
