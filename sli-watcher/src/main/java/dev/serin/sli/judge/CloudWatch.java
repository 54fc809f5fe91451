package dev.serin.sli.judge;

import dev.serin.contracts.service.Alarm.TreatMissingData;
import java.util.List;

/// Evaluates an alarm as CloudWatch does: M of N data points, with more of them at hand than N for
/// the case that some are missing.
///
/// The rules and both tables (M of N as 3 of 3 and as 2 of 3) are those of the Amazon CloudWatch
/// User Guide, [Configuring how CloudWatch alarms treat missing
/// data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html):
/// 1. N real data points or more in the evaluation range: the newest N of them decide, wherever in
///    it they are.
/// 2. Fewer: all of them count, and what they lack of N counts as the alarm says.
/// 3. "Premature" alarms: a red one that is as old as M or older, with nothing green at hand, is an
///    alarm though M were not counted; where missing ones are ignored the state stays.
///
/// How far the evaluation range goes back beyond N is not published. In each of its examples it is
/// two more, and so it is here.
public final class CloudWatch {
  private static final int FURTHER_BACK = 2;

  private CloudWatch() {}

  /// What became of one period.
  public enum Point {
    GREEN,
    RED,
    MISSING
  }

  public enum State {
    OK,
    ALARM,
    INSUFFICIENT_DATA
  }

  /// How many data points an evaluation has at hand.
  public static int evaluationRange(int of) {
    return of + FURTHER_BACK;
  }

  /// The state after the last of these data points. Without a memory: whatever it is to stay like
  /// comes of the data points before, and at first an alarm has insufficient data.
  ///
  /// @param points all there are, oldest first, one each period. What was before an alarm began is
  ///   not there, which is another thing than missing: nothing is filled in for it
  /// @param datapoints M
  /// @param of N
  public static State state(List<Point> points, int datapoints, int of, TreatMissingData missing) {
    State state = State.INSUFFICIENT_DATA;
    // Only an alarm that ignores what is missing can be what it was.
    int first = missing == TreatMissingData.IGNORE ? 1 : points.size();
    for (int end = Math.max(1, first); end <= points.size(); end++) {
      List<Point> range = points.subList(Math.max(0, end - evaluationRange(of)), end);
      state = next(state, range, datapoints, of, missing);
    }
    return state;
  }

  private static State next(
      State before, List<Point> range, int datapoints, int of, TreatMissingData missing) {
    List<Point> real = range.stream().filter(point -> point != Point.MISSING).toList();
    List<Point> counted = real.subList(Math.max(0, real.size() - of), real.size());
    int red = red(counted);
    boolean complete = real.size() >= Math.min(of, range.size());
    if (complete) {
      return red >= datapoints ? State.ALARM : State.OK;
    }
    return switch (missing) {
      case BREACHING -> {
        int filled = Math.min(of, range.size()) - real.size();
        yield red + filled >= datapoints
            ? State.ALARM
            : real.isEmpty() ? State.INSUFFICIENT_DATA : State.OK;
      }
      case NOT_BREACHING -> red >= datapoints ? State.ALARM : State.OK;
      case MISSING ->
          red >= datapoints || isPremature(range, datapoints)
              ? State.ALARM
              : real.isEmpty() ? State.INSUFFICIENT_DATA : State.OK;
      case IGNORE ->
          red >= datapoints ? State.ALARM : real.contains(Point.GREEN) ? State.OK : before;
    };
  }

  private static int red(List<Point> points) {
    return (int) points.stream().filter(point -> point == Point.RED).count();
  }

  /// Whether the oldest red one is as old as M or older, and nothing green is there.
  private static boolean isPremature(List<Point> range, int datapoints) {
    int oldest = range.indexOf(Point.RED);
    return oldest >= 0 && !range.contains(Point.GREEN) && range.size() - oldest >= datapoints;
  }
}
