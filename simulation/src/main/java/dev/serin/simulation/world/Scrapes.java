package dev.serin.simulation.world;

import dev.serin.simulation.engine.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What Prometheus has of each node, as its storage does: a sample a second while the node's
/// process is there, and where a scrape finds none a mark that ends the series. An instant vector
/// gives the newest sample of 5 minutes unless a mark comes after it; `rate` gives what the samples
/// in its range say, marks or not, where there are two. When nothing comes in, there are neither
/// samples nor marks.
///
/// A node's series goes on over its process's restarts: the counter begins anew, and what it had
/// counted by then still counts.
public final class Scrapes {
  static final Duration LOOK_BACK = Duration.ofMinutes(5);
  static final Duration RANGE = Duration.ofSeconds(30);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /// Scrapes fall between the seconds at which slots are due.
  private static final Duration OFFSET = Duration.ofMillis(370);

  private static final double GOOD = 0.001;
  private static final double BAD = 0.2;

  /// A time in which nothing came in.
  private record Gap(Instant from, @Nullable Instant to) {
    boolean has(Instant at) {
      return !at.isBefore(from) && (to == null || at.isBefore(to));
    }
  }

  private final Loop loop;
  private final Instant first;
  private final List<Gap> gaps = new ArrayList<>();

  Scrapes(Loop loop) {
    this.loop = loop;
    this.first = loop.now().minus(LOOK_BACK).plus(OFFSET);
  }

  public void stop() {
    gaps.add(new Gap(loop.now(), null));
  }

  public boolean areStopped() {
    return !gaps.isEmpty() && gaps.getLast().to() == null;
  }

  public void goOn() {
    Gap last = gaps.removeLast();
    gaps.add(new Gap(last.from(), loop.now()));
  }

  /// The newest sample as of the instant that no mark has ended.
  @Nullable Instant newest(Instance instance, Instant at) {
    return newest(instance, at, LOOK_BACK, true);
  }

  /// The newest sample of the last [#RANGE], marks or not.
  @Nullable Instant inRange(Instance instance, Instant at) {
    return newest(instance, at, RANGE, false);
  }

  /// None where the newest sample is ended by a mark, or too old.
  ///
  /// @param hands whether what somebody has begun anew by hand is red
  @Nullable Double gauge(Instance instance, Instant at, boolean hands) {
    Instant newest = newest(instance, at);
    return newest == null ? null : share(instance, newest, hands);
  }

  /// None with less than two samples in the range.
  ///
  /// @param hands whether what somebody has begun anew by hand is red
  @Nullable Double rate(Instance instance, Instant at, boolean hands) {
    double sum = 0;
    int samples = 0;
    Double last = null;
    for (Instant scrape = atOrBefore(at);
        scrape.isAfter(at.minus(RANGE));
        scrape = scrape.minus(INTERVAL)) {
      Double share = sample(instance, scrape, hands);
      if (share != null) {
        samples++;
        sum += share;
        last = share;
      }
    }
    // What the oldest one had counted came before the range.
    return samples < 2 || last == null ? null : (sum - last) / (samples - 1);
  }

  private @Nullable Instant newest(Instance instance, Instant at, Duration back, boolean marks) {
    for (Instant scrape = atOrBefore(at);
        scrape.isAfter(at.minus(back)) && !scrape.isBefore(first);
        scrape = scrape.minus(INTERVAL)) {
      if (sample(instance, scrape, true) != null) {
        return scrape;
      }
      if (marks && comesIn(scrape)) {
        return null;
      }
    }
    return null;
  }

  private Instant atOrBefore(Instant at) {
    Duration since = Duration.between(first, at);
    return first.plusSeconds(Math.floorDiv(since.toMillis(), INTERVAL.toMillis()));
  }

  /// A question may be about what is still to come, by a clock that is wrong.
  private boolean comesIn(Instant scrape) {
    return !scrape.isAfter(loop.now()) && gaps.stream().noneMatch(gap -> gap.has(scrape));
  }

  private @Nullable Double sample(Instance instance, Instant scrape, boolean hands) {
    return comesIn(scrape) ? share(instance, scrape, hands) : null;
  }

  /// The share of requests that its process fails; none while there is no process.
  private static @Nullable Double share(Instance instance, Instant at, boolean hands) {
    Unit.Life current = instance.unit().life();
    Stream<Unit.Life> lives =
        current == null
            ? instance.unit().lives().stream()
            : Stream.concat(Stream.of(current), instance.unit().lives().reversed().stream());
    return lives
        .filter(life -> !life.startedAt().isAfter(at))
        .filter(life -> life.endedAt() == null || life.endedAt().isAfter(at))
        .findFirst()
        .map(life ->
            life.behaviour().fails(life.startedAt(), at) || (hands && at.isBefore(life.redUntil()))
                ? BAD
                : GOOD)
        .orElse(null);
  }
}
