package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.serin.contracts.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// When an SLI is red: not by one value, but by several data points, one each period, as an alarm
/// of CloudWatch's is.
///
/// @param datapoints how many of them have to be red, 1 or more (CloudWatch's `DatapointsToAlarm`)
/// @param of how many are looked at, `datapoints` or more (`EvaluationPeriods`)
/// @param period from one data point to the next, 1 s or more; none for the time between two probes
/// @param statistic what of a period is its data point; none for the query's value at its end
/// @param treatMissingData what a data point counts as that is missing
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Alarm(
    int datapoints,
    int of,
    @Nullable Duration period,
    @Nullable Statistic statistic,
    TreatMissingData treatMissingData) {

  /// What becomes of all values of a period.
  public enum Statistic {
    /// The mean of the query's values.
    @JsonProperty("average")
    AVERAGE,
    /// The largest one.
    @JsonProperty("maximum")
    MAXIMUM,
    /// The smallest one.
    @JsonProperty("minimum")
    MINIMUM,
    /// By how much a counter has grown, all its series together.
    @JsonProperty("sum")
    SUM
  }

  /// What a data point counts as that is missing, where there are too few others.
  public enum TreatMissingData {
    /// As none: without any, there is no verdict.
    @JsonProperty("missing")
    MISSING,
    /// As none: without any, the alarm stays what it was.
    @JsonProperty("ignore")
    IGNORE,
    /// As red.
    @JsonProperty("breaching")
    BREACHING,
    /// As green: somebody's explicit word that nothing to measure is no sign of trouble.
    @JsonProperty("notBreaching")
    NOT_BREACHING
  }

  public Alarm {
    Check.atLeast("datapoints", 1, datapoints);
    Check.atLeast("of", datapoints, of);
    if (period != null) {
      Check.positive("period", period);
    }
    Check.required("treatMissingData", treatMissingData);
  }

  /// From one data point to the next.
  ///
  /// @param interval the time between two probes
  public Duration period(Duration interval) {
    return period == null ? interval : period;
  }

  /// How long an analysis has to be until as many data points as it takes can be red: the first one
  /// is there at once.
  public Duration earliest(Duration interval) {
    return period(interval).multipliedBy(datapoints - 1);
  }
}
