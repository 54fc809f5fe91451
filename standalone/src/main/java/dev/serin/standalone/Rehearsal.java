package dev.serin.standalone;

import dev.serin.coordinator.streams.CoordinatorStreams;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/// Starts everything and ends once it runs (`serin.rehearse: true`): what the JVM learns of the
/// classes on the way is kept for the real start, which it makes twice as fast.
@Component
@ConditionalOnBooleanProperty("serin.rehearse")
final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final CoordinatorStreams streams;

  Rehearsal(CoordinatorStreams streams) {
    this.streams = streams;
  }

  @EventListener
  void ready(ApplicationReadyEvent event) {
    ConfigurableApplicationContext context = event.getApplicationContext();
    Thread.ofPlatform()
        .name("rehearsal")
        .start(() -> {
          long end = System.nanoTime() + LONGEST_NANOS;
          while (!streams.isSettled() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
          }
          log.info("rehearsed");
          context.close();
        });
  }
}
