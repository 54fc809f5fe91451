package dev.serin.cli.follow;

import dev.serin.cli.coordinator.Answer;
import dev.serin.cli.coordinator.Coordinator;
import dev.serin.cli.coordinator.Wanted;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Follows one rollout to its end.
///
/// 1. The stream says at once what happens. Each time it is open, the rollout's events so far are
///    fetched, so that none is missed; those known by their sequence number are dropped.
/// 2. The state is polled each second and after each event: it alone says that the rollout is over.
/// 3. When neither answers, both are tried again until the time to wait, or to be without an
///    answer, is over. The rollout doesn't need us.
public final class Follow {
  /// How long, and how patiently.
  ///
  /// @param timeout how long to wait for the end; none for as long as it takes
  /// @param away how long the coordinator may stay away where there is no timeout
  /// @param poll the time between two looks at the state
  public record Patience(Optional<Duration> timeout, Duration away, Duration poll) {
    public static Patience of(@Nullable Duration timeout) {
      return new Patience(
          Optional.ofNullable(timeout), Duration.ofMinutes(15), Duration.ofSeconds(1));
    }
  }

  private sealed interface Signal {
    record State(JsonNode json, RolloutState state) implements Signal {}

    record Happened(JsonNode event) implements Signal {}

    record NotThereYet() implements Signal {}

    record Lost(String why) implements Signal {}

    record Tick() implements Signal {}
  }

  private static final Duration TICK = Duration.ofMillis(200);
  private static final Duration SOON = Duration.ofSeconds(10);

  private final Coordinator coordinator;
  private final String rolloutId;
  private final Follower follower;
  private final Patience patience;
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final Semaphore lookNow = new Semaphore(0);
  private final long begun = System.nanoTime();

  private long sequence;
  private @Nullable JsonNode lastState;
  private @Nullable JsonNode refusal;
  private long answeredAt = begun;
  private boolean lost;
  private volatile boolean done;

  public Follow(Coordinator coordinator, String rolloutId, Follower follower, Patience patience) {
    this.coordinator = coordinator;
    this.rolloutId = rolloutId;
    this.follower = follower;
    this.patience = patience;
  }

  /// Blocks until the rollout is over, or following it is.
  public Ending toTheEnd() throws InterruptedException {
    Thread poller = Thread.ofVirtual().name("state-poll").start(this::poll);
    try (EventFeed _ =
        new EventFeed(coordinator, Wanted.ofRollout(rolloutId), this::fromFeed).start()) {
      while (true) {
        Signal signal = signals.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
        Optional<Ending> ending =
            take(signal == null ? new Signal.Tick() : signal)
                .or(follower::tick)
                .or(this::outOfTime);
        if (ending.isPresent()) {
          return ending.get();
        }
      }
    } finally {
      done = true;
      poller.interrupt();
    }
  }

  private Optional<Ending> take(Signal signal) {
    switch (signal) {
      case Signal.State(JsonNode json, RolloutState state) -> {
        answered();
        lastState = json;
        if (state.phase().isOver()) {
          catchUp(state);
          follower.isNow(state);
          return Optional.of(new Ending.Over(state, json));
        }
        follower.isNow(state);
      }
      case Signal.Happened(JsonNode event) -> happened(event);
      case Signal.NotThereYet() -> {
        answeredAt = System.nanoTime();
        if (refusal != null) {
          List<String> reasons = new ArrayList<>();
          refusal.path("reasons").forEach(reason -> reasons.add(reason.asString()));
          return Optional.of(new Ending.Refused(reasons, refusal));
        }
        return notThereYet();
      }
      case Signal.Lost(String why) -> {
        away("no answer from " + coordinator.base() + " (" + why + "); trying again");
        if (patience.timeout().isEmpty() && since(answeredAt).compareTo(patience.away()) > 0) {
          return Optional.of(new Ending.Lost(why));
        }
      }
      case Signal.Tick() -> {
        // Only time passed.
      }
    }
    return Optional.empty();
  }

  /// The request was taken, and the rollout is still nowhere to be seen.
  private Optional<Ending> notThereYet() {
    if (lastState == null && since(begun).compareTo(SOON) > 0) {
      away("the request was taken, but there is no rollout " + rolloutId + " yet; waiting");
    }
    return lastState == null
            && patience.timeout().isEmpty()
            && since(begun).compareTo(patience.away()) > 0
        ? Optional.of(new Ending.Lost("no rollout " + rolloutId + " there"))
        : Optional.empty();
  }

  private void away(String sentence) {
    if (!lost) {
      lost = true;
      follower.lost(sentence);
    }
  }

  private void answered() {
    answeredAt = System.nanoTime();
    if (lost) {
      lost = false;
      follower.reached();
    }
  }

  /// Tells an event unless it was told before, and those before it that never came.
  private void happened(JsonNode event) {
    long number = event.path("sequence").asLong(0);
    if (number > sequence + 1) {
      story().stream().filter(one -> one.path("sequence").asLong(0) < number).forEach(this::tell);
    }
    tell(event);
  }

  private void tell(JsonNode event) {
    long number = event.path("sequence").asLong(0);
    if (number <= sequence) {
      return;
    }
    sequence = number;
    if (event.path("type").asString("").equals("rollout-rejected")) {
      refusal = event;
    }
    follower.happened(event);
  }

  /// Tells the events that the state already has and the stream hasn't brought yet.
  private void catchUp(RolloutState state) {
    for (Signal signal : List.copyOf(signals)) {
      if (signal instanceof Signal.Happened(JsonNode event)) {
        happened(event);
      }
    }
    if (sequence < state.sequence()) {
      story().forEach(this::tell);
    }
  }

  private Optional<Ending> outOfTime() {
    return patience.timeout().filter(limit -> since(begun).compareTo(limit) > 0).isPresent()
        ? Optional.of(new Ending.TimedOut(Optional.ofNullable(lastState)))
        : Optional.empty();
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private void fromFeed(EventFeed.Signal signal) {
    switch (signal) {
      case EventFeed.Signal.Connected() ->
          story().forEach(event -> signals.add(new Signal.Happened(event)));
      case EventFeed.Signal.Happened(JsonNode event) -> {
        signals.add(new Signal.Happened(event));
        lookNow.release();
      }
      case EventFeed.Signal.Lost(String _) -> lookNow.release();
    }
  }

  private List<JsonNode> story() {
    List<JsonNode> events = new ArrayList<>();
    if (coordinator.story(rolloutId) instanceof Answer.Found(JsonNode body)) {
      body.forEach(events::add);
    }
    return events;
  }

  private void poll() {
    try {
      while (!done) {
        signals.add(look());
        if (lookNow.tryAcquire(patience.poll().toMillis(), TimeUnit.MILLISECONDS)) {
          lookNow.drainPermits();
        }
      }
    } catch (InterruptedException stopped) {
      // Following is over.
    }
  }

  private Signal look() {
    return switch (coordinator.rollout(rolloutId)) {
      case Answer.Found(JsonNode body) -> decoded(body);
      case Answer.Unknown(String _) -> new Signal.NotThereYet();
      case Answer.Refused(int status, String detail, List<String> _, JsonNode _) ->
          new Signal.Lost("status " + status + ": " + detail);
      case Answer.Unfit(String found) -> new Signal.Lost(found);
      case Answer.Unreachable(String found, boolean _) -> new Signal.Lost(found);
    };
  }

  private static Signal decoded(JsonNode body) {
    try {
      return new Signal.State(body, Json.mapper().treeToValue(body, RolloutState.class));
    } catch (JacksonException notOne) {
      return new Signal.Lost(
          "something that is no rollout's state (" + notOne.getOriginalMessage() + ")");
    }
  }
}
