package dev.serin.sli;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.sli.Comparing;
import dev.serin.contracts.sli.SliCommand.CheckSlis;
import dev.serin.contracts.sli.SliCommand.StopWatching;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Commands as the coordinator sends them, for tests.
public final class Commands {
  public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  public static final Duration INTERVAL = Duration.ofSeconds(30);
  public static final SliQuery ERROR_RATE =
      new SliQuery(
          "error-rate",
          "rate(errors[1m])",
          0.005,
          null,
          null,
          0,
          null,
          List.of(new SliQuery.Witness("errors", Duration.ofMinutes(1), Duration.ofSeconds(35))));

  /// Compared by what fails of all requests, `c` with `b`.
  public static final SliQuery COMPARED =
      new SliQuery(
          "errors",
          "q",
          0.5,
          null,
          null,
          0,
          null,
          List.of(),
          null,
          new Comparing(
              new Comparing.Side("e{n='c'}", null, "r{n='c'}"),
              new Comparing.Side("e{n='b'}", null, "r{n='b'}"),
              0.001,
              0.01,
              20));

  private Commands() {}

  public static Instant at(int seconds) {
    return START.plusSeconds(seconds);
  }

  public static CommandHead head(long fence) {
    return new CommandHead("c-" + fence, "r-1", "backend-api", null, fence, START);
  }

  /// Slots every 30 s from `START` on; the lease lasts until `leaseUntil` seconds after it.
  public static WatchSlis watch(long fence, int fromSlot, int lastSlot, int leaseUntil) {
    return watch(fence, "a-1", fromSlot, lastSlot, leaseUntil);
  }

  public static WatchSlis watch(
      long fence, String analysisId, int fromSlot, int lastSlot, int leaseUntil) {
    return new WatchSlis(
        head(fence),
        analysisId,
        START,
        INTERVAL,
        fromSlot,
        lastSlot,
        at(leaseUntil),
        List.of(ERROR_RATE));
  }

  public static StopWatching stop(long fence) {
    return new StopWatching(head(fence), "a-1");
  }

  public static CheckSlis check(long fence, SliQuery... slis) {
    return new CheckSlis(head(fence), List.of(slis), List.of());
  }
}
