package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.simulation.engine.Loop;
import dev.serin.simulation.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the invariants look at: the world itself, and what was published of it.
///
/// @param minAvailable the service's
/// @param alone how many canaries are enough once its peers leave for them, by its strategy's own
///   word; 0 where they never serve alone
/// @param groups the two groups of a blue-green service by name; empty for another one
public record Truth(
    Loop loop,
    World world,
    int minAvailable,
    int alone,
    Map<String, List<String>> groups,
    Map<String, RolloutState> states,
    Map<String, List<RolloutEvent>> events,
    Map<String, AgentCommand> newest,
    Map<String, List<Touch>> touches) {

  /// Somebody has restarted a unit.
  public static final String UNIT_BY_HAND = "unit by hand";

  /// Somebody has changed a server on a load balancer.
  public static final String SERVER_BY_HAND = "by hand";

  private static final Duration LATELY = Duration.ofSeconds(12);

  /// When something that was not Serin's touched the fleet.
  ///
  /// @param what such as `balancer-reloaded`
  public record Touch(Instant at, String what) {}

  /// Who comes and who leaves in a rollout that changes two groups.
  record Sides(List<String> comes, List<String> leaves) {}

  public static Truth of(
      Loop loop, World world, int minAvailable, int alone, Map<String, List<String>> groups) {
    return new Truth(
        loop,
        world,
        minAvailable,
        alone,
        groups,
        new LinkedHashMap<>(),
        new HashMap<>(),
        new HashMap<>(),
        new HashMap<>());
  }

  /// The rollout that is under way; none while none is.
  public @Nullable RolloutState active() {
    // Asked for at each effect.
    for (RolloutState state : states.values()) {
      if (isActive(state)) {
        return state;
      }
    }
    return null;
  }

  static boolean isActive(RolloutState state) {
    return !state.phase().isOver() && state.phase() != RolloutPhase.QUEUED;
  }

  /// The two sides of a rollout, as its preflight found them; none where it changes no groups.
  @Nullable Sides sides(String rolloutId) {
    for (RolloutEvent event : events.getOrDefault(rolloutId, List.of())) {
      if (event instanceof RolloutEvent.PreflightPassed passed) {
        PlanView plan = passed.plan();
        PlanView.Overlap overlap = plan == null ? null : plan.overlap();
        return overlap == null
            ? null
            : new Sides(
                groups.getOrDefault(overlap.comes(), List.of()),
                groups.getOrDefault(overlap.leaves(), List.of()));
      }
    }
    return null;
  }

  /// Whether nothing is under way and nothing waits.
  public boolean isQuiet() {
    return states.values().stream().allMatch(state -> state.phase().isOver());
  }

  public void touched(String target, String what) {
    touches.computeIfAbsent(target, name -> new ArrayList<>()).add(new Touch(loop.now(), what));
  }

  /// Whether anything foreign touched it so lately that nobody may have seen it yet.
  public boolean wasTouchedLately(String target) {
    return wasTouchedSince(target, loop.now().minus(LATELY));
  }

  /// Whether anything foreign touched it since.
  public boolean wasTouchedSince(String target, Instant since) {
    return touches.getOrDefault(target, List.of()).stream()
        .anyMatch(touch -> !touch.at().isBefore(since));
  }

  /// Whether a person has changed that server, named by its load balancer and its own name, since.
  public boolean wasChangedByHandSince(String server, Instant since) {
    return touches.getOrDefault(server, List.of()).stream()
        .anyMatch(touch -> touch.what().equals(SERVER_BY_HAND) && !touch.at().isBefore(since));
  }
}
