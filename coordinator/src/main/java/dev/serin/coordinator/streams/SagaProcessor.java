package dev.serin.coordinator.streams;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.coordinator.rescue.RescueSheets;
import dev.serin.coordinator.saga.Decision;
import dev.serin.coordinator.saga.Input;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.Limit;
import dev.serin.coordinator.saga.Saga;
import dev.serin.coordinator.saga.TakingTurns;
import dev.serin.coordinator.saga.TurnWord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// The saga's shell: loads a service's ledger, lets the saga decide, keeps the next ledger, sends
/// what was decided. All of it is one transaction. Timers are an index of due times, not a scan.
public final class SagaProcessor implements Processor<String, byte[], String, Routed> {
  public static final String LEDGERS = "ledgers";
  public static final String WAKEUPS = "wakeups";
  public static final String REQUESTS_SEEN = "requests-seen";
  public static final String TURNS = "turns";

  /// What freezes of all services are asked of. Its record is in every partition: the intake sends
  /// such a request to each of them, in one transaction.
  static final String EVERYWHERE = "*";

  public static final Duration TICK = Duration.ofMillis(100);

  private static final Logger log = LoggerFactory.getLogger(SagaProcessor.class);

  private final CoordinatorMetrics metrics;
  private final CaughtUp caughtUp;
  private final InstantSource clock;
  private final RescueSheets rescue;
  private final LostRecords lost;
  private final List<Limit> limits;
  private final LedgerRecords records = new LedgerRecords();

  /// The services whose sheets are this one's to keep, since the task has begun.
  private final Set<String> sheets = new HashSet<>();

  private @Nullable ProcessorContext<String, Routed> context;
  private @Nullable Outbox outbox;
  private @Nullable KeptLedgers ledgers;
  private @Nullable Wakeups wakeups;
  private @Nullable RequestsSeen seen;
  private @Nullable TurnKeeper turns;
  private @Nullable Backlog backlog;
  private boolean compared;

  /// @param lost is asked once, before anything is decided
  /// @param limits how many rollouts may run at once; empty where nothing limits them
  /// @param rescue is told of every ledger that the task begins with, and of each that has changed,
  ///   before that is committed: it may be one step ahead
  public SagaProcessor(
      CoordinatorMetrics metrics,
      CaughtUp caughtUp,
      InstantSource clock,
      RescueSheets rescue,
      LostRecords lost,
      List<Limit> limits) {
    this.rescue = rescue;
    this.lost = lost;
    this.limits = List.copyOf(limits);
    this.metrics = metrics;
    this.caughtUp = caughtUp;
    this.clock = clock;
  }

  @Override
  public void init(ProcessorContext<String, Routed> context) {
    this.context = context;
    // A task that is revived is the same object with another store.
    compared = false;
    this.backlog =
        new Backlog(
            caughtUp,
            context.taskId().partition(),
            Set.of(
                context.applicationId() + CoordinatorTopology.ASKED_SUFFIX,
                Topics.HAPROXY_EVENTS,
                Topics.INCUS_EVENTS,
                Topics.SLI_EVENTS));
    this.outbox = new Outbox(context, metrics, this::now);
    this.ledgers = new KeptLedgers(context.getStateStore(LEDGERS), records);
    this.wakeups = new Wakeups(context.getStateStore(WAKEUPS));
    this.seen = new RequestsSeen(context.getStateStore(REQUESTS_SEEN));
    this.turns = new TurnKeeper(context.getStateStore(TURNS), limits);
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, now -> wake());
    context.schedule(
        Duration.ofHours(1), PunctuationType.WALL_CLOCK_TIME, now -> seen().forgetOld(now()));
  }

  /// The partition goes to another coordinator, or this one stops: it is not told which.
  @Override
  public void close() {
    sheets.forEach(rescue::left);
    sheets.clear();
  }

  @Override
  public void process(Record<String, byte[]> record) {
    backlog().read();
    compare();
    RecordMetadata origin = context().recordMetadata().orElseThrow();
    boolean isAnswer =
        switch (origin.topic()) {
          case Topics.HAPROXY_EVENTS, Topics.INCUS_EVENTS, Topics.SLI_EVENTS -> true;
          default -> false;
        };
    try {
      switch (origin.topic()) {
        case Topics.HAPROXY_EVENTS -> answer(record, origin, HaproxyEvent.class);
        case Topics.INCUS_EVENTS -> answer(record, origin, IncusEvent.class);
        case Topics.SLI_EVENTS -> answer(record, origin, SliEvent.class);
        default -> taken(record);
      }
    } catch (Undecided bug) {
      log.atError().setCause(bug).log("the saga failed on a record; the others go on");
      String topic =
          isAnswer
              ? origin.topic()
              : record.value()[0] == Intake.REQUEST ? Topics.REQUESTS : Topics.SERVICES;
      outbox()
          .dead(
              record.key(),
              isAnswer ? record.value() : untagged(record),
              record.headers(),
              "expected a record that the saga can decide on, found an error in the saga: "
                  + bug.getCause(),
              topic);
    }
  }

  private static byte[] untagged(Record<String, byte[]> record) {
    return Arrays.copyOfRange(record.value(), 1, record.value().length);
  }

  /// What the intake has read already.
  private void taken(Record<String, byte[]> record) {
    byte[] json = untagged(record);
    switch (record.value()[0]) {
      case Intake.REQUEST -> {
        Request request = Json.mapper().readValue(json, Request.class);
        boolean known =
            seen().has(record.key(), request)
                || lost.isPublished(record.key(), request.requestId());
        if (!ledgers().has(record.key())) {
          lost.definition(record.key(), now()).ifPresent(input -> decide(record.key(), input));
        }
        decide(record.key(), new Input.Asked(request, known, now()));
        if (record.key().equals(EVERYWHERE)) {
          reconsiderHeld();
        }
        if (!known) {
          seen().remember(record.key(), request, now());
        }
      }
      case Intake.TURN -> turn(record.key(), Json.mapper().readValue(json, TurnWord.class));
      case Intake.DEFINITION ->
          decide(
              record.key(),
              new Input.Defined(Json.mapper().readValue(json, ServiceDefinition.class), now()));
      default -> {
        Decision decision = decide(record.key(), new Input.Defined(null, now()));
        if (decision.ignored() == Decision.Ignored.ROLLOUT_ACTIVE) {
          outbox()
              .dead(
                  record.key(),
                  null,
                  record.headers(),
                  "expected no active rollout when a service is deleted, found one of "
                      + record.key(),
                  Topics.SERVICES);
        }
      }
    }
  }

  private void turn(String key, TurnWord word) {
    if (key.equals(TurnKeeper.KEY)) {
      turns().hear(word).forEach(outbox()::send);
    } else {
      decide(key, new Input.Granted(word.rolloutId(), now()));
    }
  }

  private <E extends AgentEvent> void answer(
      Record<String, byte[]> record, RecordMetadata origin, Class<E> type) {
    switch (Decoded.message(record.value(), type)) {
      case Decoded.Readable<E>(E event) when event.head().service().equals(record.key()) -> {
        Decision decision = decide(record.key(), new Input.Answered(event, now()));
        if (decision.ignored() == Decision.Ignored.NOT_AWAITED) {
          LateAnswers.tell(decision.next(), event);
        }
      }
      case Decoded.Readable<E>(E event) ->
          outbox()
              .dead(
                  record.key(),
                  record.value(),
                  record.headers(),
                  "expected the key to be the service " + event.head().service(),
                  origin.topic());
      case Decoded.Unreadable<E>(String reason) ->
          outbox().dead(record.key(), record.value(), record.headers(), reason, origin.topic());
    }
  }

  private Decision decide(String service, Input input) {
    Ledger before;
    try {
      before = kept(service);
    } catch (JacksonException unreadable) {
      return undecidable(service, input, unreadable);
    }
    Decision decision = decide(before, input);
    if (decision.ignored() != null) {
      metrics.ignored(decision.ignored());
      return decision;
    }
    if (isTold(service)) {
      outbox().freezes(before, decision.next(), input.at());
    }
    if (!decision.next().equals(before)) {
      ledgers().keep(decision.next());
      sheets.add(service);
      if (input instanceof Input.Lost) {
        rescue.lost(service);
      } else {
        rescue.changed(decision.next());
      }
    }
    reschedule(service, before, decision);
    if (isTold(service)) {
      outbox().send(decision);
    }
    return decision;
  }

  /// Every partition knows the freezes of all services; the first one tells of them.
  private boolean isTold(String service) {
    return !service.equals(EVERYWHERE) || context().taskId().partition() == 0;
  }

  /// Once, before anything is decided here: whether what was rebuilt is as new as what was
  /// published. What is, has its rescue sheet from now on; the sheet on this disk of what is not
  /// may be the newest that anybody knows.
  private void compare() {
    if (compared) {
      return;
    }
    compared = true;
    Map<String, Input> found = lost.of(context().taskId().partition(), ledgers(), now());
    turns().again().forEach(outbox()::send);
    ledgers()
        .eachReadable(ledger -> {
          wakeAgain(ledger);
          if (!found.containsKey(ledger.service())) {
            sheets.add(ledger.service());
            rescue.changed(ledger);
          }
        });
    found.forEach((service, input) -> {
      if (input instanceof Input.Lost) {
        log.atError()
            .addKeyValue("service", service)
            .log("the saga's record of the service is gone, or older than what was published");
      }
      try {
        decide(service, input);
      } catch (Undecided bug) {
        tryAgain(service, 1, bug);
      }
    });
  }

  /// The index of wake-ups and the turns are stores of their own, and may be lost by themselves.
  private void wakeAgain(Ledger ledger) {
    TakingTurns.saidAgain(ledger).ifPresent(outbox()::send);
    Instant at = Saga.wakeAt(ledger);
    if (at != null && !wakeups().has(at, ledger.service())) {
      wakeups().at(at, ledger.service());
      metrics.wakeRebuilt();
      log.atWarn()
          .addKeyValue("service", ledger.service())
          .log(
              "expected a wake-up at {} in the index, found none (was its changelog topic deleted,"
                  + " or put back from a copy?); rebuilt from the service's ledger",
              at);
    }
  }

  private Ledger kept(String service) {
    Ledger ledger = ledgers().read(service);
    return service.equals(EVERYWHERE)
        ? ledger
        : ledger.under(ledgers().read(EVERYWHERE).freezes(), turns().isLimited());
  }

  /// The freezes of all services have changed: whoever waits for their end is looked at again.
  private void reconsiderHeld() {
    ledgers()
        .eachReadable(ledger -> {
          if (ledger.held() != null) {
            try {
              decide(ledger.service(), new Input.Woken(now()));
            } catch (Undecided bug) {
              tryAgain(ledger.service(), 1, bug);
            }
          }
        });
  }

  /// A ledger of another version, or a damaged one. A request is refused, an answer becomes a dead
  /// letter, and nothing is guessed; who deletes the service begins anew.
  private Decision undecidable(String service, Input input, JacksonException unreadable) {
    log.atError()
        .addKeyValue("service", service)
        .log("the service's ledger can't be read: {}", unreadable.getOriginalMessage());
    Decision decision =
        switch (input) {
          case Input.Asked(var request, boolean known, Instant at) ->
              Saga.unreadable(service, request, at);
          case Input.Defined(var definition, Instant at) when definition == null -> {
            ledgers().delete(service);
            yield Saga.decide(Ledger.empty(service), input);
          }
          case Input.Defined defined -> throw new Undecided(unreadable);
          case Input.Lost gone -> throw new Undecided(unreadable);
          case Input.Granted granted -> throw new Undecided(unreadable);
          case Input.Answered answered -> throw new Undecided(unreadable);
          case Input.Woken woken -> throw new Undecided(unreadable);
        };
    outbox().send(decision);
    return decision;
  }

  /// Nothing else in Serin catches what is a bug: one record must not stop the releases of every
  /// other service of its partition, for ever.
  private static Decision decide(Ledger before, Input input) {
    try {
      return Saga.decide(before, input);
    } catch (RuntimeException bug) {
      throw new Undecided(bug);
    }
  }

  private void reschedule(String service, Ledger before, Decision decision) {
    Instant old = Saga.wakeAt(before);
    if (Objects.equals(old, decision.wakeAt())) {
      return;
    }
    if (old != null) {
      wakeups().not(old, service);
    }
    if (decision.wakeAt() != null) {
      wakeups().at(decision.wakeAt(), service);
    }
  }

  private void wake() {
    backlog().tick(now());
    compare();
    if (!backlog().isOver()) {
      return;
    }
    for (Wakeups.Due due : wakeups().due(now())) {
      try {
        Decision decision = decide(due.service(), new Input.Woken(now()));
        if (decision.wakeAt() != null) {
          wakeups().at(decision.wakeAt(), due.service());
        }
      } catch (Undecided bug) {
        tryAgain(due.service(), due.tries() + 1, bug);
      }
    }
  }

  /// The others of the partition go on meanwhile. Once waiting will hardly mend it, the rollout's
  /// state and the log name what a person has to do.
  private void tryAgain(String service, int failed, Undecided bug) {
    int tries = Math.max(failed, wakeups().forgetRetries(service));
    Throwable cause = Objects.requireNonNull(bug.getCause());
    log.atError()
        .setCause(bug)
        .addKeyValue("service", service)
        .addKeyValue("tries", tries)
        .log("the saga failed to wake");
    metrics.wakeFailed();
    if (!TryAgain.isOver(tries)) {
      wakeups().again(now().plus(TryAgain.pause(service, tries)), service, tries);
    }
    if (TryAgain.isForAPerson(tries)) {
      String act = TryAgain.act(service, tries, cause);
      log.atError().addKeyValue("service", service).log(act);
      try {
        Decision told = Saga.stuck(kept(service), act, now());
        ledgers().keep(told.next());
        outbox().send(told);
      } catch (RuntimeException untellable) {
        log.atError()
            .setCause(untellable)
            .addKeyValue("service", service)
            .log("the rollout's state can't be told either");
      }
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private ProcessorContext<String, Routed> context() {
    return Objects.requireNonNull(context);
  }

  private Backlog backlog() {
    return Objects.requireNonNull(backlog);
  }

  private Outbox outbox() {
    return Objects.requireNonNull(outbox);
  }

  private TurnKeeper turns() {
    return Objects.requireNonNull(turns);
  }

  private KeptLedgers ledgers() {
    return Objects.requireNonNull(ledgers);
  }

  private Wakeups wakeups() {
    return Objects.requireNonNull(wakeups);
  }

  private RequestsSeen seen() {
    return Objects.requireNonNull(seen);
  }
}
