package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.command.Sending.Accepted;
import dev.serin.cli.coordinator.Wanted;
import dev.serin.cli.follow.EventFeed;
import dev.serin.cli.view.EventSentence;
import dev.serin.cli.view.Text;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
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

/// Freezes a service or all of them, and lifts that again; shows what the coordinator answers.
public abstract sealed class FreezingCommand implements Callable<Integer> {
  private static final Duration STREAM = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /// What a freeze of all services is asked of.
  private static final String ALL = "*";

  final Session session;

  @Mixin private final Asking asking = new Asking();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SERVICE",
      description = "whose rollouts; or --all")
  private @Nullable String service;

  @Option(names = "--all", description = "all services")
  private boolean all;

  private final String type;

  FreezingCommand(Session session, String type) {
    this.session = session;
    this.type = type;
  }

  void complete(ObjectNode request) {}

  @Override
  public Integer call() throws InterruptedException {
    if (all == (service != null)) {
      throw misused("expected a service's name or --all, found " + (all ? "both" : "neither"));
    }
    String meant = service == null ? ALL : service;
    ObjectNode request = asking.request(session, type, meant);
    complete(request);
    BlockingQueue<EventFeed.Signal> signals = new LinkedBlockingQueue<>();
    try (EventFeed _ =
        new EventFeed(session.coordinator(), Wanted.ofService(meant), signals::add).start()) {
      // Asked all the same when the stream is not there.
      signals.poll(STREAM.toMillis(), TimeUnit.MILLISECONDS);
      Accepted accepted = new Sending(session).send(request);
      show(accepted, answer(signals, accepted));
    }
    return ExitCode.DONE.number();
  }

  static CommandFailed misused(String sentence) {
    return new CommandFailed(ExitCode.USAGE, sentence);
  }

  private @Nullable JsonNode answer(BlockingQueue<EventFeed.Signal> signals, Accepted accepted)
      throws InterruptedException {
    long until = System.nanoTime() + ANSWER.toNanos();
    for (long left = ANSWER.toNanos(); left > 0; left = until - System.nanoTime()) {
      EventFeed.Signal signal = signals.poll(left, TimeUnit.NANOSECONDS);
      if (signal instanceof EventFeed.Signal.Happened(JsonNode event)
          && event.path("requestId").asString("").equals(accepted.requestId())) {
        return event;
      }
    }
    return null;
  }

  private void show(Accepted accepted, @Nullable JsonNode answer) {
    if (answer != null && answer.path("type").asString("").equals("rollout-rejected")) {
      List<String> reasons = new ArrayList<>();
      answer.path("reasons").forEach(one -> reasons.add(one.asString()));
      throw new CommandFailed(ExitCode.REJECTED, "refused:", reasons, answer);
    }
    if (session.isJson()) {
      ObjectNode document = Json.mapper().createObjectNode();
      document.put("requestId", accepted.requestId());
      document.set("answer", answer);
      session.print(document);
    } else if (answer == null) {
      session.print(
          Text.of("taken, but no answer within " + ANSWER.toSeconds() + "s; see it with: serin"));
    } else {
      session.print(
          new EventSentence(session.marks(), session.surroundings().zone())
              .line(answer, session.now()));
    }
  }

  /// Keeps rollouts from starting.
  @Command(
      name = "freeze",
      description =
          "Keeps rollouts of a service, or of all, from starting: for a while, or until 'serin"
              + " unfreeze'. What is under way goes on; abort and rollback work as ever.")
  public static final class Freeze extends FreezingCommand {
    @Option(names = "--from", paramLabel = "INSTANT", description = "when it begins (now)")
    private @Nullable String from;

    @Option(
        names = "--until",
        paramLabel = "INSTANT",
        description = "when it ends, such as 2026-12-27T00:00:00Z")
    private @Nullable String until;

    @Option(
        names = "--for",
        paramLabel = "TIME",
        converter = DurationOption.class,
        description = "how long it lasts, such as 2h, instead of --until")
    private @Nullable Duration lasts;

    @Option(names = "--until-lifted", description = "until 'serin unfreeze'")
    private boolean untilLifted;

    public Freeze(Session session) {
      super(session, "freeze-requested");
    }

    @Override
    void complete(ObjectNode request) {
      int ends = (until == null ? 0 : 1) + (lasts == null ? 0 : 1) + (untilLifted ? 1 : 0);
      if (ends != 1) {
        throw misused(
            "expected an end, one of --until 2026-12-27T00:00:00Z, --for 2h and --until-lifted,"
                + " found "
                + (ends == 0 ? "none" : "several"));
      }
      Instant begins = from == null ? null : instant("--from", from);
      if (begins != null) {
        request.put("from", begins.toString());
      }
      if (until != null) {
        request.put("until", instant("--until", until).toString());
      } else if (lasts != null) {
        request.put("until", (begins == null ? session.now() : begins).plus(lasts).toString());
      }
    }

    private static Instant instant(String option, String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException notOne) {
        throw misused(
            option
                + ": expected an instant such as 2026-12-27T00:00:00Z, found '"
                + Check.printable(text)
                + "'");
      }
    }
  }

  /// Lets rollouts start again.
  @Command(
      name = "unfreeze",
      description =
          "Lifts every freeze of a service, or of all services, that was asked for; what waits"
              + " starts. The calendar is a part of the service's definition.")
  public static final class Unfreeze extends FreezingCommand {
    public Unfreeze(Session session) {
      super(session, "unfreeze-requested");
    }
  }
}
