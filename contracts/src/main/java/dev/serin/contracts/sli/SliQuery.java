package dev.serin.contracts.sli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import dev.serin.contracts.service.Alarm.TreatMissingData;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One SLI, ready to be asked for: every `$` name in its queries is replaced.
///
/// @param name the SLI's name
/// @param query PromQL for one number
/// @param max the value must stay below it; none for no upper limit
/// @param min the value must stay above it; none for no lower limit
/// @param minRequestsQuery PromQL for the number of requests behind the value; none when any will
///   do
/// @param minRequests how many requests it takes for a verdict, 0 or more
/// @param baseline what the value is compared with; none where it stands for itself
/// @param witnesses what the value is as old as; without any its age is not asked for
/// @param alarm how many data points make it red; none where each value stands for itself
/// @param comparing the counters that it is compared with the baseline by; none where it is not
public record SliQuery(
    String name,
    String query,
    @Nullable Double max,
    @Nullable Double min,
    @Nullable String minRequestsQuery,
    double minRequests,
    @Nullable Baseline baseline,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Witness> witnesses,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Alarm alarm,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Comparing comparing) {
  public SliQuery {
    Check.name("name", name);
    Check.text("query", query);
    witnesses = Check.list(witnesses);
  }

  /// One of which each value stands for itself.
  public SliQuery(
      String name,
      String query,
      @Nullable Double max,
      @Nullable Double min,
      @Nullable String minRequestsQuery,
      double minRequests,
      @Nullable Baseline baseline,
      List<Witness> witnesses) {
    this(name, query, max, min, minRequestsQuery, minRequests, baseline, witnesses, null, null);
  }

  /// One whose age is not asked for.
  public SliQuery(
      String name,
      String query,
      @Nullable Double max,
      @Nullable Double min,
      @Nullable String minRequestsQuery,
      double minRequests,
      @Nullable Baseline baseline) {
    this(name, query, max, min, minRequestsQuery, minRequests, baseline, List.of());
  }

  /// The same, judged by another alarm.
  public SliQuery with(@Nullable Alarm other) {
    return new SliQuery(
        name,
        query,
        max,
        min,
        minRequestsQuery,
        minRequests,
        baseline,
        witnesses,
        other,
        comparing);
  }

  /// The same, whose requests are not counted.
  public SliQuery withoutComparing() {
    return new SliQuery(
        name, query, max, min, minRequestsQuery, minRequests, baseline, witnesses, alarm, null);
  }

  /// The same under another name, which stands for itself.
  public SliQuery alone(String otherName) {
    return new SliQuery(
        otherName, query, max, min, minRequestsQuery, minRequests, null, witnesses, alarm, null);
  }

  /// When it is red: by several data points, one each period, as an alarm of CloudWatch's is.
  ///
  /// @param datapoints how many of them have to be red, 1 or more
  /// @param of how many are looked at, `datapoints` or more
  /// @param period from one to the next; the query's value at its end is its data point
  /// @param treatMissingData what one counts as that is missing
  public record Alarm(int datapoints, int of, Duration period, TreatMissingData treatMissingData) {
    public Alarm {
      Check.atLeast("datapoints", 1, datapoints);
      Check.atLeast("of", datapoints, of);
      Check.positive("period", period);
      Check.required("treatMissingData", treatMissingData);
    }
  }

  /// Series whose newest sample says how old a value is. A value is as old as the youngest of its
  /// witnesses.
  ///
  /// @param series a PromQL selector, without a range
  /// @param range how far back the query takes samples of them; none for the newest alone
  /// @param maxAge how old the newest one may be
  public record Witness(String series, @Nullable Duration range, Duration maxAge) {
    public Witness {
      Check.text("series", series);
      Check.positive("maxAge", maxAge);
    }
  }

  /// The same about the nodes that are still on the old version.
  ///
  /// @param query PromQL for one number
  /// @param minRequestsQuery PromQL for the number of requests behind it, of which it takes as many
  ///   as for the canary; none when any will do
  /// @param maxDelta the value may be so much above the baseline's; none for no such limit
  /// @param maxRatio the value may be so many times the baseline's, more than 1; none for no such
  ///   limit
  /// @param floor a difference up to it breaks no `maxRatio`, 0 or more
  /// @param witnesses what its value is as old as; without any its age is not asked for
  public record Baseline(
      String query,
      @Nullable String minRequestsQuery,
      @Nullable Double maxDelta,
      @Nullable Double maxRatio,
      double floor,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Witness> witnesses) {
    public Baseline {
      Check.text("query", query);
      witnesses = Check.list(witnesses);
    }

    /// One whose age is not asked for.
    public Baseline(
        String query,
        @Nullable String minRequestsQuery,
        @Nullable Double maxDelta,
        @Nullable Double maxRatio,
        double floor) {
      this(query, minRequestsQuery, maxDelta, maxRatio, floor, List.of());
    }
  }
}
