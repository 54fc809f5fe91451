package dev.serin.cli.command;

import dev.serin.cli.ExitCode;
import dev.serin.cli.command.Sending.Accepted;
import dev.serin.cli.coordinator.Answer;
import dev.serin.cli.view.RolloutView;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Asks for a release, and stays with it where wanted.
@Command(
    name = "release",
    abbreviateSynopsis = true,
    description =
        "Rolls a version out. Without --wait or --watch it returns as soon as the coordinator has"
            + " taken the request, and the rollout goes its way.")
public final class ReleaseCommand implements Callable<Integer> {
  private static final Duration FIRST_WORD = Duration.ofSeconds(3);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Session session;

  @Mixin private final Asking asking = new Asking();

  @Mixin private final Stay stay = new Stay();

  @Mixin private final ReleaseOptions options = new ReleaseOptions();

  public ReleaseCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    stay.check();
    ObjectNode request = options.request(session, asking);
    Accepted accepted = new Sending(session).send(request);
    if (!stay.stays()) {
      return detached(accepted);
    }
    session.say("serin: taken: " + options.shown() + ", rollout " + accepted.rolloutId());
    return stay.with(session, accepted.rolloutId());
  }

  /// Waits for the coordinator's first word at most, since it may well be a refusal.
  private int detached(Accepted accepted) {
    Optional<JsonNode> first = firstWord(accepted.rolloutId());
    Optional<RolloutState> state = first.map(session::state);
    if (session.isJson()) {
      ObjectNode document = Json.mapper().createObjectNode();
      document.put("requestId", accepted.requestId());
      document.put("rolloutId", accepted.rolloutId());
      document.set("rollout", first.orElse(null));
      session.print(document);
    } else {
      session.print(
          Text.of(options.shown() + ": ")
              .and(state.map(RolloutView::badge).orElse(Text.of("taken, not begun yet")))
              .and(", rollout " + accepted.rolloutId()));
      state
          .filter(it -> !it.phase().isOver())
          .ifPresent(it -> session.print(Text.of("now: " + RolloutView.now(it))));
      state.ifPresent(it -> it.problems().forEach(one -> session.print(Text.of("  - " + one))));
      if (state.isEmpty() || !state.get().phase().isOver()) {
        session.print(Text.of("watch it: serin watch " + accepted.rolloutId()));
      }
    }
    return state.filter(it -> it.phase().isOver()).map(ExitCode::of).orElse(ExitCode.DONE).number();
  }

  private Optional<JsonNode> firstWord(String rolloutId) {
    long until = System.nanoTime() + FIRST_WORD.toNanos();
    try {
      while (System.nanoTime() < until) {
        if (session.coordinator().rollout(rolloutId) instanceof Answer.Found(JsonNode json)) {
          return Optional.of(json);
        }
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }
}
