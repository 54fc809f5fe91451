package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.command.Sending.Accepted;
import dev.serin.cli.command.Targets.Target;
import dev.serin.cli.coordinator.Wanted;
import dev.serin.cli.follow.EventFeed;
import dev.serin.cli.view.EventSentence;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Asks something of a rollout that is under way, and shows what the coordinator answers on the
/// stream.
public abstract sealed class SteeringCommand implements Callable<Integer> {
  private static final Duration STREAM = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(10);

  final Session session;

  @Mixin private final Asking asking = new Asking();

  @Parameters(
      index = "0",
      paramLabel = "ID|SERVICE",
      description = "a rollout's id, or a service's name for its active one")
  String target = "";

  private final String type;
  private final Set<String> yes;

  /// @param type of the request
  /// @param yes the events that say yes
  SteeringCommand(Session session, String type, Set<String> yes) {
    this.session = session;
    this.type = type;
    this.yes = yes;
  }

  void complete(ObjectNode request) {}

  /// Whether the command stays with the rollout after the answer.
  boolean stays() {
    return false;
  }

  /// What it does then; its exit code.
  int then(Accepted accepted) {
    return ExitCode.DONE.number();
  }

  /// What the person may want to do then.
  String next(String meant) {
    return "watch it: serin watch " + meant;
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<Target> rollout = new Targets(session).rollout(target);
    String service = rollout.map(it -> it.state().service()).orElse(target);
    ObjectNode request = asking.request(session, type, service);
    rollout.ifPresent(it -> request.put("rolloutId", it.state().rolloutId()));
    complete(request);
    BlockingQueue<EventFeed.Signal> signals = new LinkedBlockingQueue<>();
    try (EventFeed _ =
        new EventFeed(session.coordinator(), Wanted.ofService(service), signals::add).start()) {
      // Asked all the same when the stream is not there: an abort must not wait for a view.
      signals.poll(STREAM.toMillis(), TimeUnit.MILLISECONDS);
      Accepted accepted = new Sending(session).send(request);
      return show(accepted, answer(signals, accepted));
    }
  }

  private Optional<JsonNode> answer(BlockingQueue<EventFeed.Signal> signals, Accepted accepted)
      throws InterruptedException {
    long until = System.nanoTime() + ANSWER.toNanos();
    for (long left = ANSWER.toNanos(); left > 0; left = until - System.nanoTime()) {
      EventFeed.Signal signal = signals.poll(left, TimeUnit.NANOSECONDS);
      if (signal instanceof EventFeed.Signal.Happened(JsonNode event)
          && isAnswer(event, accepted)) {
        return Optional.of(event);
      }
    }
    return Optional.empty();
  }

  private boolean isAnswer(JsonNode event, Accepted accepted) {
    boolean ours = event.path("requestId").asString("").equals(accepted.requestId());
    boolean its =
        accepted.rolloutId().isEmpty()
            || accepted.rolloutId().equals(event.path("rolloutId").asString(""));
    return ours || (its && yes.contains(event.path("type").asString("")));
  }

  private int show(Accepted accepted, Optional<JsonNode> answer) {
    boolean refused =
        answer
            .filter(event -> event.path("type").asString("").equals("rollout-rejected"))
            .isPresent();
    if (refused) {
      List<String> reasons = new ArrayList<>();
      answer.get().path("reasons").forEach(one -> reasons.add(one.asString()));
      if (reasons.isEmpty()) {
        reasons.add(answer.get().path("why").asString(""));
      }
      throw new CommandFailed(ExitCode.REJECTED, "refused:", reasons, answer.get());
    }
    if (session.isJson() && stays()) {
      return then(accepted);
    }
    if (session.isJson()) {
      ObjectNode document = Json.mapper().createObjectNode();
      document.put("requestId", accepted.requestId());
      document.put("rolloutId", accepted.rolloutId());
      document.set("answer", answer.orElse(null));
      session.print(document);
    } else if (answer.isPresent()) {
      session.print(
          new EventSentence(session.marks(), session.surroundings().zone())
              .line(answer.get(), session.now()));
      session.print(Text.of(next(target)));
    } else {
      session.print(
          Text.of(
              "taken, but no answer within "
                  + ANSWER.toSeconds()
                  + "s; see what it does: serin status "
                  + target));
    }
    return then(accepted);
  }

  /// Takes a rollout back.
  @Command(
      name = "abort",
      description = "Takes a rollout back: every node gets what it had before.")
  public static final class Abort extends SteeringCommand {
    public Abort(Session session) {
      super(session, "abort-requested", Set.of("rollback-started", "rollback-completed"));
    }
  }

  /// Skips a wait.
  @Command(name = "promote", description = "Skips a wait; health checks stay.")
  public static final class Promote extends SteeringCommand {
    @Option(
        names = "--scope",
        paramLabel = "WHAT",
        description = "step (this wait) or full (all that are left) (step)")
    private @Nullable String scope;

    @Option(
        names = "--answer",
        paramLabel = "QUESTION=ANSWER",
        description = "to what a pause asks, once for each question; asked for on a terminal")
    private List<String> answers = new ArrayList<>();

    public Promote(Session session) {
      super(session, "promote-requested", Set.of("rollout-promoted"));
    }

    @Override
    void complete(ObjectNode request) {
      if (scope != null) {
        request.put("scope", scope);
      }
      new Answers(session).put(request, target, answers);
    }
  }

  /// Holds a rollout where it is.
  @Command(name = "pause", description = "Holds a rollout where it is.")
  public static final class Pause extends SteeringCommand {
    public Pause(Session session) {
      super(session, "pause-requested", Set.of("rollout-paused"));
    }
  }

  /// Lets a paused rollout go on.
  @Command(name = "resume", description = "Lets a paused rollout go on.")
  public static final class Resume extends SteeringCommand {
    public Resume(Session session) {
      super(session, "resume-requested", Set.of("rollout-resumed"));
    }
  }

  /// What sets a rollout going, so that one may stay with it.
  abstract static sealed class Going extends SteeringCommand {
    @Mixin private final Stay stay = new Stay();

    Going(Session session, String type, Set<String> yes) {
      super(session, type, yes);
    }

    @Override
    public Integer call() throws InterruptedException {
      stay.check();
      return super.call();
    }

    @Override
    boolean stays() {
      return stay.stays();
    }

    @Override
    int then(Accepted accepted) {
      return stays() ? stay.with(session, accepted.rolloutId()) : super.then(accepted);
    }
  }

  /// Tries a rollout that stopped again.
  @Command(
      name = "retry",
      description =
          "Tries a rollout that stopped again: one that waits for a person goes on with the step"
              + " that stopped, one that is over is released once more.")
  public static final class Retry extends Going {
    @Option(
        names = "--from",
        paramLabel = "WHERE",
        description = "step (the one that stopped) or start (what was done is taken back) (step)")
    private @Nullable String from;

    public Retry(Session session) {
      super(session, "retry-requested", Set.of("rollout-started", "rollout-resumed"));
    }

    @Override
    void complete(ObjectNode request) {
      if (from != null) {
        request.put("from", from);
      }
    }
  }

  /// Takes a completed release back.
  @Command(
      name = "rollback",
      description =
          "Takes the release that completed last back, on every node: each gets what it ran before,"
              + " one after the other, health checks kept, nothing watched. A rollout that is under"
              + " way is taken back by 'serin abort'.")
  public static final class Rollback extends Going {
    public Rollback(Session session) {
      super(session, "rollback-requested", Set.of("rollout-started"));
    }
  }

  /// Takes Serin's hands off a service.
  @Command(
      name = "hands-off",
      description =
          "Keeps Serin from touching a service: what is under way stops where it is, nothing is put"
              + " back, new releases are refused, until 'serin hands-on'.")
  public static final class HandsOff extends SteeringCommand {
    public HandsOff(Session session) {
      super(session, "hands-off-requested", Set.of("rollout-paused"));
    }

    @Override
    String next(String meant) {
      return "lift it: serin hands-on " + meant;
    }
  }

  /// Puts Serin's hands on a service again.
  @Command(
      name = "hands-on",
      description = "Lets Serin touch a service again; a rollout that was under way goes on.")
  public static final class HandsOn extends SteeringCommand {
    public HandsOn(Session session) {
      super(session, "hands-on-requested", Set.of("rollout-resumed", "rollout-paused"));
    }

    @Override
    String next(String meant) {
      return "see it: serin status " + meant;
    }
  }
}
