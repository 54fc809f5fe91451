package dev.serin.contracts.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a rollout is going to do, before it does it.
///
/// @param strategy how it goes
/// @param steps what is done, in order
/// @param minAvailable how many nodes stay in rotation throughout; where that is the strategy's own
///   number for a part of the plan, `alone` says for which
/// @param window how long the SLIs must stay green, all windows together
/// @param interval the time between two probes
/// @param expected how long it takes when nothing has to be waited for
/// @param atMost how long it may take before it ends by itself, a rollback included (I6); while it
///   is paused, or Serin is down, this does not count
/// @param overlap the time in which two groups of nodes take requests; none where there are no
///   groups
/// @param alone the time in which the canaries serve alone, or with a part of the peers; none where
///   the peers leave one by one, or batch by batch
public record PlanView(
    String strategy,
    List<PlannedStep> steps,
    int minAvailable,
    Duration window,
    Duration interval,
    Duration expected,
    Duration atMost,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Overlap overlap,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Alone alone) {
  /// Both groups of a blue-green rollout take requests: from the first `ready` of the one that
  /// comes to the last `drain` of the one that leaves.
  ///
  /// @param comes the group that gets the release
  /// @param leaves the group that leaves for it
  /// @param watched how long of it the SLIs must stay green, under a test share
  /// @param atMost how long it may take, while nobody pauses it
  public record Overlap(String comes, String leaves, Duration watched, Duration atMost) {
    public Overlap {
      Check.text("comes", comes);
      Check.text("leaves", leaves);
      Check.notNegative("watched", watched);
      Check.positive("atMost", atMost);
    }
  }

  /// At the share 100 the peers leave rotation, since the strategy's own `minAvailable` allows that
  /// few nodes: from the first of these drains until the last of them serves again.
  ///
  /// @param serve the nodes that serve alone
  /// @param leave the peers that leave rotation, all of them
  /// @param minAvailable the strategy's own
  /// @param watched how long of it the SLIs must stay green, with nobody but the canaries serving
  /// @param atMost how long it may take, while nobody pauses it
  public record Alone(
      List<String> serve, List<String> leave, int minAvailable, Duration watched, Duration atMost) {
    public Alone {
      serve = Check.list(serve);
      leave = Check.list(leave);
      Check.atLeast("minAvailable", 1, minAvailable);
      Check.notNegative("watched", watched);
      Check.positive("atMost", atMost);
    }
  }

  /// A plan without groups, in which the peers leave one by one, or batch by batch.
  public PlanView(
      String strategy,
      List<PlannedStep> steps,
      int minAvailable,
      Duration window,
      Duration interval,
      Duration expected,
      Duration atMost) {
    this(strategy, steps, minAvailable, window, interval, expected, atMost, null, null);
  }

  /// One step of a plan.
  ///
  /// @param node empty for a step of the whole service
  /// @param deadline how long it may take
  /// @param share the canary's share of the requests from then on, in per cent; none where the step
  ///   doesn't change it, or ends it
  /// @param window how long the SLIs must stay green; none for a step that watches nothing
  /// @param batch which batch its node is in, from 1: steps with one name and one batch are under
  ///   way together; none for a node that is alone
  /// @param hook which hook is called; none for every other step
  public record PlannedStep(
      String name,
      String node,
      Duration deadline,
      @Nullable Double share,
      @Nullable Duration window,
      @Nullable Integer batch,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String hook) {
    /// A step of a node that is alone.
    public PlannedStep(
        String name,
        String node,
        Duration deadline,
        @Nullable Double share,
        @Nullable Duration window) {
      this(name, node, deadline, share, window, null, null);
    }
  }

  public PlanView {
    Check.text("strategy", strategy);
    steps = Check.list(steps);
    Check.notNegative("window", window);
    Check.positive("interval", interval);
  }
}
