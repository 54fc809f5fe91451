package dev.serin.coordinator.web;

import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.view.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// A fleet that is only played, to look at the web page with: run this class's main method and open
/// the address that it prints. One rollout is watched, one is being taken back, one is paused, one
/// waits, and others are over in every way there is.
final class StagedFleet {
  private static final int WINDOW = 40;

  private final Stage stage;
  private final Instant start = Instant.now();

  StagedFleet(Stage stage) {
    this.stage = stage;
  }

  public static void main(String[] arguments) throws InterruptedException {
    String port = arguments.length > 0 ? arguments[0] : "7071";
    Stage stage = new Stage();
    var coordinator =
        WebFixture.coordinator(
            stage.settings().bootstrapServers(),
            Map.of("server.port", port, "serin.http.heartbeat", "5s"));
    StagedFleet fleet = new StagedFleet(stage);
    fleet.define();
    fleet.history();
    System.out.println("http://127.0.0.1:" + WebFixture.port(coordinator));
    fleet.play();
  }

  /// Publishes the services.
  void define() {
    define("backend-api", "backend-api-1", "backend-api-2", "backend-api-3");
    define("billing-api", "billing-1", "billing-2");
    define("chat", "chat-1", "chat-2");
    define("stream-server", "stream-1", "stream-2", "stream-3");
    define("mailer", "mailer-1");
  }

  private void define(String name, String... nodes) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < nodes.length; i++) {
      list.append(i == 0 ? "" : ",")
          .append("{\"name\":\"%s\",\"canary\":%s}".formatted(nodes[i], i == nodes.length - 1));
    }
    stage.service(
        """
        {"service": "%s", "pool": "%s_pool", "loadBalancers": ["haproxy-1"], "nodes": [%s],
         "minAvailable": %d,
         "install": {"path": "/opt/app/app", "unit": "app"},
         "health": {"url": "http://127.0.0.1:8080/health"}, "analysis": {"window": "0s"}%s}
        """
            .formatted(
                name,
                name.replace('-', '_'),
                list,
                nodes.length - 1,
                name.equals("mailer") ? ", \"freezes\": [" + freeze() + "]" : ""));
  }

  private String freeze() {
    return "{\"from\": \"%s\", \"until\": \"%s\", \"reason\": \"moves to the new hall\"}"
        .formatted(ago(60), ago(-2_000));
  }

  private Instant ago(long minutes) {
    return start.minus(Duration.ofMinutes(minutes));
  }

  /// Publishes what is over.
  void history() {
    new StagedRollout(stage, "backend-api", "4.11.0", "4.10.2", ago(2_900))
        .by("ci")
        .plan("backend-api-3")
        .phase(RolloutPhase.PREFLIGHT)
        .tell(RolloutEvent.RolloutResumed::new, "asked by ci")
        .at(ago(2_840))
        .node(0, "4.11.0", true)
        .ends(RolloutPhase.COMPLETED, Outcome.COMPLETED, "4.11.0 runs on all 3 nodes")
        .tell(head -> new RolloutEvent.RolloutCompleted(head, List.of()), "all nodes are updated");
    new StagedRollout(stage, "chat", "1.9.0", "1.8.4", ago(400))
        .plan("chat-2", "chat-1")
        .phase(RolloutPhase.PREFLIGHT)
        .at(ago(399))
        .ends(
            RolloutPhase.ROLLED_BACK,
            Outcome.BREACHED,
            "error-rate was 0.21, expected below 0.005; chat-2 runs 1.8.4 again")
        .tell(
            head -> new RolloutEvent.RollbackCompleted(head, Outcome.BREACHED, List.of()),
            "error-rate was 0.21");
    new StagedRollout(stage, "mailer", "0.3.0", "0.2.9", ago(120))
        .by("bob")
        .phase(RolloutPhase.PREFLIGHT)
        .at(ago(120))
        .problems(
            "artifact: expected sha256 9f2c…, found 11ab…; build it again or correct the digest",
            "mailer-1: expected a running instance, found it stopped; incus start mailer-1")
        .ends(
            RolloutPhase.REJECTED, Outcome.REJECTED, "preflight found 2 problems, nothing changed")
        .tell(head -> new RolloutEvent.PreflightFailed(head, List.of(), List.of()), "2 problems");
    new StagedRollout(stage, "chat", "1.9.1", "1.8.4", ago(61))
        .by("carol")
        .plan("chat-2", "chat-1")
        .phase(RolloutPhase.ROLLING)
        .at(ago(55))
        .node(0, "1.9.1", true)
        .node(1, "1.9.1", true)
        .ends(RolloutPhase.COMPLETED, Outcome.COMPLETED, "1.9.1 runs on all 2 nodes")
        .tell(head -> new RolloutEvent.RolloutCompleted(head, List.of()), "all nodes are updated");
    new StagedRollout(stage, "billing-api", "2.4.0", "2.3.7", ago(34))
        .by("dave")
        .plan("billing-2", "billing-1")
        .phase(RolloutPhase.ROLLING)
        .at(ago(22))
        .node(0, "2.4.0", true)
        .node(1, "2.4.0", false)
        .problems(
            "billing-1 is left drained with 2.4.0, its health check answers 500 since "
                + ago(21)
                + ": look at journalctl -u app there, then release again or roll back")
        .ends(
            RolloutPhase.HALTED,
            Outcome.HALTED,
            "billing-1 did not become healthy within 60 s; the canary keeps 2.4.0")
        .tell(head -> new RolloutEvent.RolloutHalted(head, List.of(), List.of()), "a peer failed");
  }

  /// Plays the live ones for ever.
  void play() {
    StagedRollout watched = watched();
    StagedRollout back = back();
    int slot = 0;
    while (true) {
      slot++;
      if (slot <= WINDOW) {
        watch(watched, slot);
      }
      drainOn(back, slot);
      LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
    }
  }

  /// Plays one scene of each, for a picture.
  void stand() {
    StagedRollout watched = watched();
    for (int slot = 1; slot <= 23; slot++) {
      watch(watched, slot);
    }
    back();
  }

  private StagedRollout watched() {
    StagedRollout rollout =
        new StagedRollout(stage, "backend-api", "4.12.0", "4.11.0", ago(3))
            .by("alice")
            .plan("backend-api-3", "backend-api-1", "backend-api-2")
            .at(ago(3))
            .phase(RolloutPhase.PREFLIGHT)
            .tell(RolloutEvent.RolloutResumed::new, "asked by alice")
            .phase(RolloutPhase.ROLLING);
    List<String> details =
        List.of(
            "no request left after 3.1 s, 2 tunnels closed",
            "sha256:5fe1ba20c3d4 kept",
            "sha256:9f2c6a7e1b02 installed, 48 MiB",
            "app.service is running since 2.2 s",
            "200 after 1.4 s",
            "weight 100 on haproxy-1",
            "10 of 10 requests answered by backend-api-3");
    for (int i = 0; i < details.size(); i++) {
      rollout.at(ago(3).plusSeconds(4L * i)).began(i, "");
      rollout.at(ago(3).plusSeconds(4L * i + 3)).done(i, details.get(i));
    }
    new StagedRollout(stage, "backend-api", "4.12.1", "4.11.0", ago(1))
        .by("ci")
        .waits("the end of 4.12.0", "preflight", null)
        .tell(head -> new RolloutEvent.RolloutQueued(head, "4.12.0", 1), "another one is active");
    return rollout
        .node(0, "4.12.0", true)
        .phase(RolloutPhase.ANALYSING)
        .at(Instant.now())
        .began(7, "the canary is in rotation");
  }

  private static void watch(StagedRollout rollout, int slot) {
    double p95 = 0.21 + 0.12 * Math.abs(Math.sin(slot / 4.0)) + 0.004 * slot;
    boolean missing = slot == 9;
    SliResult latency =
        new SliResult(
            "p95",
            "histogram_quantile(0.95, …)",
            missing ? null : p95,
            0.5,
            null,
            null,
            missing ? Verdict.NO_DATA : Verdict.PASS,
            missing ? "the query matches nothing" : "",
            null);
    SliResult errors =
        new SliResult(
            "error-rate",
            "sum(rate(…))",
            0.0006 * (slot % 5),
            0.005,
            null,
            1_240.0,
            Verdict.PASS,
            "",
            null);
    ProbeView probe =
        new ProbeView(
            slot,
            Instant.now(),
            missing ? Verdict.NO_DATA : Verdict.PASS,
            List.of(latency, errors));
    rollout
        .at(Instant.now())
        .probe(probe)
        .waits(
            "probe " + (slot + 1) + " of " + WINDOW,
            "backend-api-1 and backend-api-2 are updated when all are green",
            Instant.now().plusSeconds(2L * (WINDOW - slot)))
        .tell(
            head -> new RolloutEvent.SliProbed(head, probe, slot > 9 ? slot - 1 : slot, WINDOW),
            missing ? "p95: the query matches nothing" : "every SLI is within its limits");
  }

  private StagedRollout back() {
    Instant begun = Instant.now().minusSeconds(95);
    StagedRollout rollout =
        new StagedRollout(stage, "stream-server", "7.0.0-rc.3", "6.9.14", begun)
            .by("erin")
            .plan("stream-3", "stream-1", "stream-2")
            .at(begun)
            .phase(RolloutPhase.ROLLING)
            .tell(RolloutEvent.RolloutResumed::new, "asked by erin");
    for (int i = 0; i < 7; i++) {
      rollout.at(begun.plusSeconds(3L + i)).step(i, StepStatus.UNDONE, null);
    }
    SliResult errors =
        new SliResult(
            "error-rate",
            "sum(rate(…))",
            0.204,
            0.005,
            null,
            812.0,
            Verdict.FAIL,
            "0.204 is not below 0.005",
            null);
    ProbeView probe =
        new ProbeView(3, Instant.now().minusSeconds(9), Verdict.FAIL, List.of(errors));
    for (int i = 8; i < 22; i++) {
      rollout.step(i, StepStatus.SKIPPED, null);
    }
    rollout
        .at(Instant.now().minusSeconds(9))
        .step(7, StepStatus.FAILED, "error-rate was 0.204 at probe 3, expected below 0.005")
        .probe(probe)
        .tell(head -> new RolloutEvent.SliProbed(head, probe, 2, 10), "error-rate breached")
        .phase(RolloutPhase.ROLLING_BACK)
        .message("error-rate was 0.204 at probe 3, expected below 0.005")
        .undo("stream-3", "drain", "restore", "restart", "health", "ready", "serving")
        .node(0, "7.0.0-rc.3", true)
        .waits("the drain of stream-3: 4 requests in flight", "6.9.14 is restored", null)
        .tell(
            head ->
                new RolloutEvent.RollbackStarted(
                    head, Outcome.BREACHED, List.of(probe), List.of("stream-3")),
            "error-rate was 0.204 at probe 3");
    return rollout
        .node(0, "7.0.0-rc.3", false)
        .at(Instant.now())
        .waits(
            "the drain of stream-3: 4 requests in flight",
            "6.9.14 is restored on stream-3",
            Instant.now().plusSeconds(51))
        .began(rollout.stepCount() - 6, "");
  }

  private static void drainOn(StagedRollout rollout, int slot) {
    if (slot % 5 == 0) {
      rollout
          .at(Instant.now())
          .waits(
              "the drain of stream-3: " + (4 - slot / 5 % 4) + " requests in flight",
              "6.9.14 is restored on stream-3",
              Instant.now().plusSeconds(51))
          .tell(
              head -> new RolloutEvent.TrafficShifted(head, rollout.nodes()),
              "stream-3 has fewer requests in flight");
    }
  }
}
