package dev.serin.cli.command;

import dev.serin.cli.follow.Ending;
import dev.serin.cli.follow.Follower;
import dev.serin.cli.terminal.LiveScreen;
import dev.serin.cli.terminal.LiveScreen.Extent;
import dev.serin.cli.view.EventSentence;
import dev.serin.cli.view.RolloutView;
import dev.serin.cli.view.Scene;
import dev.serin.cli.view.Style;
import dev.serin.cli.view.Text;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The live view of one rollout.
final class LiveFollower implements Follower {
  private static final int CTRL_C = 3;
  private static final int CTRL_L = 12;

  private final Session session;
  private final LiveScreen screen;
  private final List<RolloutEvent> events = new ArrayList<>();
  private @Nullable RolloutState state;
  private @Nullable String away;
  private Extent extent = new Extent(80, 24);

  LiveFollower(Session session, LiveScreen screen) {
    this.session = session;
    this.screen = screen;
  }

  @Override
  public void happened(JsonNode event) {
    EventSentence.decoded(event).ifPresent(events::add);
  }

  @Override
  public void isNow(RolloutState now) {
    state = now;
  }

  @Override
  public void lost(String sentence) {
    away = sentence;
  }

  @Override
  public void reached() {
    away = null;
  }

  @Override
  public Optional<Ending> tick() {
    Extent now = screen.extent();
    if (!now.equals(extent)) {
      extent = now;
      screen.forget();
    }
    int key = screen.key();
    if (key == 'q' || key == 'Q' || key == CTRL_C) {
      return Optional.of(new Ending.Left());
    }
    if (key == CTRL_L) {
      screen.forget();
    }
    screen.draw(frame());
    return Optional.empty();
  }

  private List<Text> frame() {
    if (state == null) {
      return List.of(
          Text.of(away == null ? "waiting for the coordinator's first word" : away),
          Text.empty(),
          footer());
    }
    return RolloutView.page(scene(state), extent.columns(), extent.rows(), footer());
  }

  /// What is known now, for a last look after the screen is gone.
  Scene scene(RolloutState last) {
    return new Scene(last, events, session.now(), session.surroundings().zone(), session.marks());
  }

  /// Whether the plan itself has it wait: nothing has stopped that could be resumed.
  private static boolean isPlanned(RolloutState state) {
    return state.steps().stream()
        .anyMatch(step -> step.name().equals("pause") && step.status() == StepStatus.RUNNING);
  }

  private Text footer() {
    if (away != null && state != null) {
      return Text.of(Style.BAD, away);
    }
    Text leave = Text.of(Style.FAINT, "q leaves, the rollout goes on");
    if (state == null) {
      return leave;
    }
    String abort = "serin abort " + state.service();
    return switch (state.phase()) {
      case QUEUED, PREFLIGHT, ROLLING, ANALYSING ->
          leave.and(Style.FAINT, "; take it back with: ").and(abort);
      case PAUSED ->
          Text.of(Style.FAINT, "q leaves; go on: ")
              .and((isPlanned(state) ? "serin promote " : "serin resume ") + state.service())
              .and(Style.FAINT, "; take it back: ")
              .and(abort);
      case ROLLING_BACK -> Text.of(Style.FAINT, "q leaves, the rollback goes on");
      case COMPLETED, ROLLED_BACK, REJECTED, HALTED, ROLLBACK_FAILED ->
          Text.of(Style.FAINT, "q leaves");
    };
  }
}
