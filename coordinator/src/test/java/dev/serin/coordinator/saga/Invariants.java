package dev.serin.coordinator.saga;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.IncusCommand.RestartUnits;
import dev.serin.contracts.incus.IncusEvent.HealthPassed;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What holds after every decision of every story, whatever it tells.
final class Invariants {
  /// Of the decisions that tell nothing, such as a proof of watching every few seconds of a pause
  /// of days, one in so many is kept and read again.
  private static final int SILENT = 8;

  private final Map<String, RolloutEvent> newest = new HashMap<>();
  private final Map<String, RolloutState> states = new HashMap<>();
  private final Map<String, AgentCommand> commands = new HashMap<>();
  private final Set<String> restarted = new HashSet<>();
  private Map<String, World.Node> atStart = Map.of();
  private @Nullable String active;
  private final Map<String, Long> fences = new HashMap<>();
  private long guardFence;
  private int silent;

  /// @param world after the decision
  void check(Input input, Decision decision, World world) {
    if (input instanceof Input.Answered(var event, var at) && event instanceof HealthPassed) {
      restarted.remove(event.head().node());
    }
    commands(decision);
    events(decision);
    decision.states().forEach(state -> state(state, decision, world));
    minimum(decision, world);
    waiting(decision);
    if (!decision.events().isEmpty() || silent++ % SILENT == 0) {
      roundTrip(decision.next());
    }
    Rollout now = decision.next().active();
    String id = now == null ? null : now.rolloutId();
    if (!Objects.equals(id, active)) {
      active = id;
      atStart = world.nodes();
    }
  }

  private void commands(Decision decision) {
    for (AgentCommand command : decision.commands()) {
      String id = command.head().commandId();
      AgentCommand before = commands.putIfAbsent(id, command);
      assertThat(before == null ? command : before)
          .as("asked again, a command is the same (I10)")
          .isEqualTo(command);
      if (before != null) {
        continue;
      }
      if (Acts.isGuard(command)) {
        assertThat(command.head().fence()).as("fences of guards grow").isGreaterThan(guardFence);
        guardFence = command.head().fence();
        continue;
      }
      String node = Objects.requireNonNullElse(command.head().node(), "");
      assertThat(command.head().fence())
          .as("fences of %s grow", node)
          .isGreaterThan(fences.getOrDefault(node, 0L));
      fences.put(node, command.head().fence());
      switch (command) {
        case RestartUnits restart -> restarted.add(command.head().node());
        case ReadyServer ready -> {
          if (!NodeRecord.areOut(ready.settings())) {
            assertThat(restarted)
                .as("no node is made ready before its health check passed (I3)")
                .doesNotContain(command.head().node());
          }
        }
        default -> {}
      }
    }
  }

  private void events(Decision decision) {
    for (RolloutEvent event : decision.events()) {
      var head = event.head();
      RolloutEvent before = newest.put(head.rolloutId(), event);
      assertThat(head.sequence())
          .as("sequence of %s", event)
          .isEqualTo(before == null ? 1 : before.head().sequence() + 1);
      assertThat(head.why()).as("why of %s", event).isNotBlank();
      assertThat(before != null && before.head().phase().isOver())
          .as("nothing follows the end: %s", event)
          .isFalse();
    }
  }

  private void state(RolloutState state, Decision decision, World world) {
    RolloutState before = states.put(state.rolloutId(), state);
    assertThat(before == null ? RolloutPhase.QUEUED : before.phase())
        .as("a rollout that is over stays over: %s", state)
        .matches(phase -> !phase.isOver());
    RolloutEvent event = Objects.requireNonNull(newest.get(state.rolloutId()));
    assertThat(state.sequence()).as("state %s", state).isEqualTo(event.head().sequence());
    assertThat(state.phase())
        .as("the newest event's phase is the state's: %s", event)
        .isEqualTo(event.head().phase());
    assertThat(state.message()).isNotBlank();
    if (state.phase().isOver()) {
      over(state, world);
    } else {
      assertThat(state.waitingFor()).isNotBlank();
      assertThat(state.next()).isNotBlank();
      assertThat(state.outcome()).isNull();
      assertThat(state.endedAt()).isNull();
    }
    assertThat(
            states.values().stream()
                .filter(it -> !it.phase().isOver() && it.phase() != RolloutPhase.QUEUED)
                .filter(it ->
                    decision.states().indexOf(it) < 0
                        || decision.states().indexOf(it) <= decision.states().indexOf(state)))
        .as("at most one active rollout (I1)")
        .hasSizeLessThanOrEqualTo(1);
  }

  private void over(RolloutState state, World world) {
    assertThat(state.waitingFor()).isEmpty();
    assertThat(state.next()).isEmpty();
    assertThat(state.outcome()).isNotNull();
    assertThat(state.endedAt()).isNotNull();
    assertThat(state.steps())
        .as("steps of %s", state)
        .noneMatch(
            step -> step.status() == StepStatus.RUNNING || step.status() == StepStatus.PENDING);
    if (!state.rolloutId().equals(active)) {
      return;
    }
    String named = state.message() + state.problems();
    if (state.strategy().equals("blue-green") && state.phase() == RolloutPhase.COMPLETED) {
      exchanged(state, world);
      return;
    }
    boolean mayLeave =
        state.phase() == RolloutPhase.HALTED || state.phase() == RolloutPhase.ROLLBACK_FAILED;
    for (Map.Entry<String, World.Node> node : world.nodes().entrySet()) {
      World.Node was = Objects.requireNonNull(atStart.get(node.getKey()));
      World.Node is = node.getValue();
      if (was.isIn() && !(is.isIn() && is.weight() == was.weight())) {
        assertThat(mayLeave && named.contains(node.getKey()))
            .as("%s is left out, and named (I5): %s", node.getKey(), state)
            .isTrue();
      }
      if (state.phase() == RolloutPhase.ROLLED_BACK) {
        assertThat(is).as("%s is as it was (I4)", node.getKey()).isEqualTo(was);
      }
    }
  }

  /// Who took requests stands by as it was, who stood by takes them: that is what was asked (I5).
  private void exchanged(RolloutState state, World world) {
    for (Map.Entry<String, World.Node> node : world.nodes().entrySet()) {
      World.Node was = Objects.requireNonNull(atStart.get(node.getKey()));
      World.Node is = node.getValue();
      assertThat(is.weight()).as("%s has its own weight: %s", node, state).isIn(was.weight(), 100);
      if (is.isIn()) {
        assertThat(was.isIn()).as("%s stood by: %s", node, state).isFalse();
      } else {
        assertThat(is.state()).as("%s stands by: %s", node, state).isEqualTo(AdminState.MAINT);
        assertThat(is.digest()).as("%s is as it was: %s", node, state).isEqualTo(was.digest());
      }
    }
    assertThat(world.nodes().values()).as("somebody serves: %s", state).anyMatch(World.Node::isIn);
  }

  /// On the way forward enough take requests at any moment, though two groups change (I2).
  private static void minimum(Decision decision, World world) {
    Rollout rollout = decision.next().active();
    if (rollout == null
        || !rollout.service().isBlueGreen()
        || !(rollout.phase() instanceof Phase.Rolling
            || rollout.phase() instanceof Phase.Watching)) {
      return;
    }
    assertThat(world.nodes().values().stream().filter(World.Node::isIn).count())
        .as("who takes requests at %s", rollout.phase())
        .isGreaterThanOrEqualTo(rollout.service().minimum());
  }

  private static void waiting(Decision decision) {
    Rollout rollout = decision.next().active();
    if (rollout == null) {
      Ledger.Held held = decision.next().held();
      assertThat(decision.wakeAt()).isEqualTo(held == null ? null : held.until());
      Turn turn = decision.next().turn();
      boolean waitsForOthers = turn != null && !turn.granted();
      if (decision.next().handsOff() == null && held == null && !waitsForOthers) {
        assertThat(decision.next().queue()).as("nobody waits while the service is free").isEmpty();
      }
    } else if (!(rollout.phase() instanceof Phase.Paused)) {
      assertThat(decision.wakeAt()).as("somebody wakes %s (I6)", rollout.phase()).isNotNull();
    }
  }

  private static void roundTrip(Ledger ledger) {
    byte[] kept = Json.mapper().writeValueAsBytes(ledger);
    assertThat(Json.mapper().readValue(kept, Ledger.class)).isEqualTo(ledger);
  }

  List<RolloutPhase> phases() {
    return states.values().stream().map(RolloutState::phase).toList();
  }

  RolloutState state(String rolloutId) {
    return Objects.requireNonNull(states.get(rolloutId), rolloutId);
  }
}
