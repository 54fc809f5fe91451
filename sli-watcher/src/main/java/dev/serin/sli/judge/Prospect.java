package dev.serin.sli.judge;

import dev.serin.contracts.sli.Comparing;
import dev.serin.contracts.sli.PlannedWindow;
import dev.serin.contracts.sli.SliPower;
import dev.serin.sli.sequential.Power;
import dev.serin.sli.sequential.Tally;
import dev.serin.sli.sequential.Terms;
import dev.serin.sli.sequential.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What windows to come can find by comparison, by the requests that were counted before: both
/// sides run the same release by then, so what is bad is bad on both.
///
/// A difference of `least` itself is never found: up to it the canary is no worse. So it is told of
/// [#WORTH_FINDING] times as much, and a window that does not find that is too short.
public final class Prospect {
  private static final double WORTH_FINDING = 5;

  /// Where any difference matters: half a point.
  private static final double SMALLEST = 0.005;

  private Prospect() {}

  /// @param asked with the requests of both sides in that time
  public static List<SliPower> of(
      List<Asked> asked, List<PlannedWindow> windows, Duration counted) {
    return asked.stream()
        .flatMap(one ->
            windows.stream()
                .filter(window -> window.slis().contains(one.sli().name()))
                .flatMap(window -> {
                  Compared compared = one.compared();
                  return compared == null
                      ? Stream.<SliPower>of()
                      : Stream.of(of(one.sli().name(), compared, window, counted));
                }))
        .toList();
  }

  private static SliPower of(
      String name, Compared compared, PlannedWindow window, Duration counted) {
    String unknown = unknown(name, compared);
    if (unknown != null) {
      return unknown(name, window, unknown);
    }
    Tally canary = compared.canary().tally();
    Tally baseline = compared.baseline().tally();
    double total = canary.total() + baseline.total();
    Double planned = window.share();
    double share = planned == null ? canary.total() / total : planned / 100;
    if (!(total > 0)) {
      return unknown(name, window, "no requests in the last hour");
    }
    if (!(share > 0 && share < 1)) {
      return unknown(
          name,
          window,
          share > 0
              ? "no requests to the baseline's nodes in the last hour"
              : "no requests to the canary's nodes in the last hour");
    }
    double bad = (canary.count() + baseline.count()) / total;
    if (!(bad < 1)) {
      return unknown(name, window, "every request of the last hour was bad");
    }
    Comparing query = compared.query();
    Power power =
        new Power(
            new Traffic(total / counted.toSeconds(), share, bad),
            new Terms(query.alpha(), query.least(), query.minRequests()));
    double difference =
        Math.min(1 - bad, query.least() == 0 ? SMALLEST : WORTH_FINDING * query.least());
    return new SliPower(
        name,
        planned,
        window.lasts(),
        power.suffices(difference, window.lasts()),
        power.sentence(difference, window.lasts()));
  }

  private static SliPower unknown(String name, PlannedWindow window, String why) {
    return new SliPower(
        name,
        window.share(),
        window.lasts(),
        false,
        why + ", so what the window can find is not known");
  }

  private static @Nullable String unknown(String name, Compared compared) {
    for (Map.Entry<String, Reading> one : compared.readings(name)) {
      Judge.Lack lack = Judge.lackOf(one.getKey(), one.getValue());
      if (lack != null) {
        return lack.detail();
      }
    }
    return null;
  }
}
