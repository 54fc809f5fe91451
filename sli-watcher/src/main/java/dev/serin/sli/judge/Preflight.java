package dev.serin.sli.judge;

import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What asking every query once, before a rollout, comes to.
///
/// @param problems what stands against a rollout, each said once
/// @param warnings what does not, but will not be green as it is
public record Preflight(List<SliResult> results, List<String> problems, List<String> warnings) {

  public Preflight {
    results = List.copyOf(results);
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  public static Preflight of(List<Asked> asked) {
    Set<String> problems = new LinkedHashSet<>();
    Set<String> warnings = new LinkedHashSet<>();
    List<SliResult> results = new ArrayList<>();
    for (Asked one : asked) {
      SliQuery sli = one.sli();
      results.add(Judge.presence(one));
      if (!isGreenWithoutData(sli) || !DataPoints.isMissing(one.value())) {
        note(sli.name(), one.value(), one.requests(), problems, warnings);
      }
      Asked.Baseline baseline = one.baseline();
      if (baseline != null) {
        note(Beside.nameOf(sli), baseline.value(), baseline.requests(), problems, warnings);
      }
      Compared compared = one.compared();
      if (compared != null) {
        compared
            .readings(sli.name())
            .forEach(it -> note(it.getKey(), it.getValue(), problems, warnings));
      }
    }
    return new Preflight(results, List.copyOf(problems), List.copyOf(warnings));
  }

  private static boolean isGreenWithoutData(SliQuery sli) {
    SliQuery.Alarm alarm = sli.alarm();
    return alarm != null && alarm.treatMissingData() == TreatMissingData.NOT_BREACHING;
  }

  private static void note(
      String name,
      Reading value,
      @Nullable Reading requests,
      Set<String> problems,
      Set<String> warnings) {
    note(name, value, problems, warnings);
    if (requests != null) {
      note(Judge.requestsOf(name), requests, problems, warnings);
    }
  }

  private static void note(
      String name, Reading reading, Set<String> problems, Set<String> warnings) {
    switch (reading) {
      case Reading.Number _ -> {}
      case Reading.Old(_, var age, var limit) ->
          warnings.add(name + ": has a value, " + Judge.old(age, limit));
      case Reading.Undated(_, String why) ->
          warnings.add(name + ": has a value, but " + Judge.undated(why));
      case Reading.NoSeries _ ->
          warnings.add(
              name
                  + ": no series matches now; where that means 0, as for 5xx answers that never"
                  + " came, write (… or vector(0))");
      case Reading.NotANumber _ ->
          warnings.add(
              name + ": gives NaN now, as a division of 0 by 0 does; without requests it stays so");
      case Reading.NotOneNumber(String found) ->
          problems.add(
              name
                  + ": expected one number, found "
                  + found
                  + "; aggregate with sum(…), max(…) or the like");
      case Reading.Refused(String text) ->
          problems.add(name + ": Prometheus refused the query: " + text);
      case Reading.Unavailable(String sentence) -> problems.add(sentence);
    }
  }
}
