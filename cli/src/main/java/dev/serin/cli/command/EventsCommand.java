package dev.serin.cli.command;

import dev.serin.cli.ExitCode;
import dev.serin.cli.coordinator.Wanted;
import dev.serin.cli.follow.EventFeed;
import dev.serin.cli.view.EventSentence;
import dev.serin.cli.view.Style;
import dev.serin.cli.view.Text;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// Shows what happened, or happens.
@Command(
    name = "events",
    description =
        "Shows the story of a rollout; with --follow everything that happens from now on, until"
            + " Ctrl-C.")
public final class EventsCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private final Session session;
  private final EventSentence sentence;
  private boolean isAway;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ID|SERVICE",
      description = "whose story; not with --follow")
  private @Nullable String target;

  @Option(names = "--follow", description = "what happens from now on, all rollouts")
  private boolean isFollowing;

  @Option(names = "--service", paramLabel = "NAME", description = "only this service's")
  private @Nullable String service;

  public EventsCommand(Session session) {
    this.session = session;
    this.sentence = new EventSentence(session.marks(), session.surroundings().zone());
  }

  @Override
  public Integer call() throws InterruptedException {
    if (isFollowing) {
      return follow(service == null ? target : service);
    }
    Targets targets = new Targets(session);
    String name = target == null ? service : target;
    String id = (name == null ? targets.theActiveOne() : targets.find(name)).state().rolloutId();
    JsonNode story = session.body(session.coordinator().story(id));
    if (session.isJson()) {
      session.print(story);
    } else {
      story.forEach(event -> session.print(sentence.lines(event, session.now())));
    }
    return ExitCode.DONE.number();
  }

  private int follow(@Nullable String only) throws InterruptedException {
    // Fails at once where there is nobody; later a coordinator may come and go.
    session.body(session.coordinator().rollouts(only, true, 1));
    BlockingQueue<EventFeed.Signal> signals = new LinkedBlockingQueue<>();
    try (EventFeed feed =
        new EventFeed(session.coordinator(), Wanted.ofService(only), signals::add).start()) {
      while (!session.isUnread()) {
        EventFeed.Signal signal = signals.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        if (signal != null) {
          show(signal, only == null);
        }
        feed.reconnectAfterSilence(SILENCE);
      }
    }
    return ExitCode.DONE.number();
  }

  private void show(EventFeed.Signal signal, boolean all) {
    switch (signal) {
      case EventFeed.Signal.Connected() -> {
        if (isAway) {
          session.say("serin: the coordinator answers again");
        }
        isAway = false;
      }
      case EventFeed.Signal.Lost(String why) -> {
        if (!isAway) {
          session.say(
              "serin: lost the coordinator at "
                  + session.coordinator().base()
                  + " ("
                  + why
                  + "); trying again");
        }
        isAway = true;
      }
      case EventFeed.Signal.Happened(JsonNode event) -> {
        if (session.isJson()) {
          session.print(event);
        } else {
          Text line = sentence.line(event, session.now());
          session.print(
              all
                  ? Text.of(Style.STRONG, event.path("service").asString("")).and("  ").and(line)
                  : line);
        }
      }
    }
  }
}
