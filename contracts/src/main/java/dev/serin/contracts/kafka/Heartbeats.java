package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.Lease;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the lease when the broker has answered a heartbeat. It is the group's coordinator that
/// gives a member's work to another, counted from the last heartbeat that it heard, so that nothing
/// else proves anything: a poll is empty where nobody answers too, a fetch is answered by another
/// broker of a cluster, and so is what a producer sends.
///
/// Refusals count among the answers: where the group knows the member no more, or has another in
/// its place, the last one is taken for a good one until the client has told what it means, which
/// it does at its next poll. Then [#lost] ends the lease.
///
/// The client counts the answers (`heartbeat-total`) and knows when the last heartbeat was sent
/// (`last-heartbeat-seconds-ago`, whole seconds; it says nothing of an answer). An answer is seen
/// [#BETWEEN_LOOKS] late at most, and taken for at most a second younger than its heartbeat; where
/// a second heartbeat was sent before the first is answered, for as much younger as those two are
/// apart (2 s). That time is the wall clock's: of a heartbeat that was under way when the clock was
/// set back nobody knows how old it is, and its answer renews nothing.
final class Heartbeats implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final String ANSWERED = "heartbeat-total";
  private static final String SENT = "last-heartbeat-seconds-ago";

  private final Lease lease;
  private final IntSupplier setBack;
  private final ScheduledExecutorService looks;
  private @Nullable Consumer<?, ?> member;
  private @Nullable Metric answered;
  private @Nullable Metric sentAgo;
  private double seen;
  private int setBackBefore;
  private boolean doubted;
  private boolean ranOut;

  /// @param setBack how often the wall clock was set back
  Heartbeats(Lease lease, IntSupplier setBack) {
    this.lease = lease;
    this.setBack = setBack;
    this.looks =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("heartbeats").daemon().factory());
    var _ =
        looks.scheduleWithFixedDelay(
            this::look, BETWEEN_LOOKS.toMillis(), BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// The consumer has just been given its partitions: the group's coordinator has answered it.
  synchronized void joined(Consumer<?, ?> consumer) {
    member = consumer;
    answered = metric(consumer, ANSWERED);
    sentAgo = metric(consumer, SENT);
    seen = number(answered);
    setBackBefore = setBack.getAsInt();
    doubted = false;
    lease.answered(Duration.ZERO);
    tell();
  }

  /// The group has another in the consumer's place, or it leaves by itself: nothing that is still
  /// answered to it means anything. Of a consumer that another has followed here by then it says
  /// nothing.
  synchronized void lost(Consumer<?, ?> consumer) {
    if (consumer.equals(member)) {
      member = null;
      answered = null;
      sentAgo = null;
      lease.lost();
      // Whoever is told of it says so itself, where it is no orderly end.
      ranOut = true;
    }
  }

  private static Metric metric(Consumer<?, ?> consumer, String name) {
    return consumer.metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalStateException(
                "expected the metric " + name + " of the consumer, by which the lease is renewed"));
  }

  private static double number(Metric metric) {
    return metric.metricValue() instanceof Number number ? number.doubleValue() : 0;
  }

  synchronized void look() {
    if (answered == null || sentAgo == null) {
      return;
    }
    int setBackNow = setBack.getAsInt();
    doubted |= setBackNow != setBackBefore;
    setBackBefore = setBackNow;
    double now = number(answered);
    if (now > seen) {
      seen = now;
      long ago = (long) number(sentAgo);
      if (!doubted && ago >= 0) {
        lease.answered(Duration.ofSeconds(ago));
      }
      doubted = false;
    }
    tell();
  }

  private void tell() {
    boolean now = lease.hasRunOut();
    if (now && !ranOut) {
      log.atWarn()
          .log(
              "the broker has not answered for {} s: what is under way ends before its next effect"
                  + " where another process may have it by now",
              Lease.LASTS.toSeconds());
    } else if (ranOut && !now) {
      log.atInfo().log("the broker answers, and the work is this process's");
    }
    ranOut = now;
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }
}
