package dev.serin.cli.command;

import dev.serin.cli.ExitCode;
import dev.serin.cli.command.Targets.Target;
import dev.serin.cli.coordinator.Answer;
import dev.serin.cli.view.EventSentence;
import dev.serin.cli.view.RolloutView;
import dev.serin.cli.view.Scene;
import dev.serin.cli.view.Style;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// Shows one rollout, or all that are active.
@Command(
    name = "status",
    description =
        "Shows a rollout: what it does, why, and what comes next; all active ones without"
            + " a name.")
public final class StatusCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ID|SERVICE",
      description = "a rollout's id, or a service's name for its active or else its last one")
  private @Nullable String target;

  public StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Targets targets = new Targets(session);
    if (target != null) {
      Target found = targets.find(target);
      if (session.isJson()) {
        session.print(found.json());
      } else {
        report(found);
        session.print(FreezeLines.of(session, found.state().service()));
        mayBeRestarted(found.state().phase().isOver() ? targets.active() : List.of(found));
      }
      return ExitCode.DONE.number();
    }
    List<Target> active = new ArrayList<>(targets.active());
    if (session.isJson()) {
      ArrayNode documents = Json.mapper().createArrayNode();
      active.forEach(one -> documents.add(one.json()));
      session.print(documents);
      return ExitCode.DONE.number();
    }
    if (active.isEmpty()) {
      session.print(Text.of("No rollout is active. The last one:"));
      session.print(Text.empty());
      targets
          .newest()
          .ifPresentOrElse(this::report, () -> session.print(Text.of("There was no rollout yet.")));
    }
    boolean first = true;
    for (Target one : active) {
      if (!first) {
        session.print(Text.empty());
      }
      report(one);
      first = false;
    }
    session.print(FreezeLines.of(session, null));
    mayBeRestarted(active);
    return ExitCode.DONE.number();
  }

  /// Whoever looks at 3 a.m. asks himself just that.
  private void mayBeRestarted(List<Target> active) {
    session.print(Text.empty());
    session.print(
        Text.of(
            Style.FAINT,
            active.isEmpty()
                ? "Serin may be restarted now: nothing is under way."
                : "Serin may be restarted now without touching the fleet: "
                    + (active.size() == 1 ? "the rollout goes" : "the rollouts go")
                    + " on from here."));
  }

  private void report(Target found) {
    List<RolloutEvent> events = new ArrayList<>();
    if (session.coordinator().story(found.state().rolloutId())
        instanceof Answer.Found(JsonNode story)) {
      story.forEach(event -> EventSentence.decoded(event).ifPresent(events::add));
    }
    Scene scene =
        new Scene(
            found.state(), events, session.now(), session.surroundings().zone(), session.marks());
    session.print(RolloutView.report(scene, session.width()));
  }
}
