package dev.serin.contracts.service;

import dev.serin.contracts.json.Fields;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.ServiceDefinition.MinRequests;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the SLIs of a service's definition, and what of their limits can't be.
final class SliReader {
  /// A query about the canary, which can be asked of the baseline's nodes too.
  private static final Pattern OF_CANARY = Pattern.compile("\\$canary\\b");

  private static final String NO_VERSION =
      "expected no $version in it, since the baseline runs another one, found it";

  /// Nobody scrapes more often.
  private static final Duration SHORTEST_AGE = Duration.ofSeconds(1);

  private SliReader() {}

  static List<Sli> read(Fields fields) {
    List<Sli> slis = new ArrayList<>();
    for (Fields sli : fields.objects("slis")) {
      sli.requiredName("name");
      if (!sli.has("query")) {
        sli.problem(
            "query", "expected a query, is missing: a threshold needs something to compare");
      }
      if (!sli.has("max")
          && !sli.has("min")
          && !sli.has("maxDelta")
          && !sli.has("maxRatio")
          && !sli.has("compare")) {
        sli.problem(
            "max", "expected a threshold, max, min, maxDelta, maxRatio or compare, found none");
      }
      OptionalDouble max = sli.quantity("max");
      OptionalDouble min = sli.quantity("min");
      if (max.isPresent() && min.isPresent() && min.getAsDouble() >= max.getAsDouble()) {
        sli.problem("min", "expected a value below max, found one that no value can satisfy");
      }
      slis.add(
          new Sli(
              sli.name("name").orElse(ServiceReader.UNNAMED),
              sli.text("query").orElse("-"),
              orNull(max),
              orNull(min),
              orNull(maxDelta(sli)),
              orNull(maxRatio(sli)),
              orNull(floor(sli)),
              minRequests(sli),
              sli.duration("maxAge", SHORTEST_AGE).orElse(null),
              from(sli),
              sli.has("onBreach")
                  ? sli.choice("onBreach", OnBreach.class, OnBreach.ROLLBACK)
                  : null,
              AlarmReader.alarm(sli),
              CompareReader.read(sli)));
    }
    List<Sli> deciding = slis.stream().filter(sli -> sli.onBreach() != OnBreach.WARN).toList();
    if ((!slis.isEmpty() && slis.stream().allMatch(sli -> sli.from() != null))
        || (!deciding.isEmpty() && deciding.stream().allMatch(sli -> sli.from() != null))) {
      fields.problem(
          "slis",
          "expected one at least without from that does not only warn, which counts in every window,"
              + " found none: a window that nothing is asked in would never be green, and one in"
              + " which all only warn always");
    }
    return slis;
  }

  private static @Nullable Double from(Fields sli) {
    OptionalDouble share = sli.percent("from");
    if (share.isPresent() && (share.getAsDouble() < 1 || share.getAsDouble() > 100)) {
      sli.problem(
          "from",
          "expected a share of the requests in per cent, from 1 to 100, found "
              + Quantities.shown(share.getAsDouble()));
    }
    return orNull(share);
  }

  private static @Nullable Double orNull(OptionalDouble number) {
    return number.isPresent() ? Double.valueOf(number.getAsDouble()) : null;
  }

  private static OptionalDouble maxDelta(Fields sli) {
    OptionalDouble delta = sli.quantity("maxDelta");
    if (delta.isPresent() && delta.getAsDouble() <= 0) {
      sli.problem(
          "maxDelta",
          "expected more than 0, by how much the canary may lie above its baseline, found "
              + delta.getAsDouble());
    }
    return delta;
  }

  private static OptionalDouble maxRatio(Fields sli) {
    OptionalDouble ratio = sli.quantity("maxRatio");
    if (ratio.isPresent() && ratio.getAsDouble() <= 1) {
      sli.problem(
          "maxRatio",
          "expected more than 1, such as 1.1 for 10 % above the baseline, found "
              + ratio.getAsDouble());
    }
    if (sli.has("maxRatio") && !sli.has("floor")) {
      sli.problem(
          "floor",
          "expected the smallest difference that matters beside maxRatio, such as 5ms, is missing:"
              + " 2 ms are twice as much as 1 ms (0 for any)");
    }
    return ratio;
  }

  private static OptionalDouble floor(Fields sli) {
    OptionalDouble floor = sli.quantity("floor");
    if (floor.isPresent() && floor.getAsDouble() < 0) {
      sli.problem("floor", "expected 0 or more, found " + floor.getAsDouble());
    }
    if (sli.has("floor") && !sli.has("maxRatio")) {
      sli.problem("floor", "expected maxRatio beside it, found none: maxDelta is its own floor");
    }
    return floor;
  }

  private static @Nullable MinRequests minRequests(Fields sli) {
    return sli.object("minRequests")
        .map(it -> {
          double least = it.quantity("min").orElse(1);
          if (least < 0) {
            it.problem("min", "expected 0 or more, found " + least);
          }
          return new MinRequests(it.requiredText("query"), least);
        })
        .orElse(null);
  }

  /// @param peers whether there are nodes that the canary can be compared with
  static void contradictions(Fields fields, List<Sli> slis, boolean peers) {
    for (Sli sli : slis) {
      if (sli.compare() != null && !peers) {
        fields.problem(
            "slis." + sli.name() + ".compare",
            "expected none where every node is a canary: none is left to compare with");
      }
      if (!sli.comparesWithBaseline()) {
        continue;
      }
      MinRequests least = sli.minRequests();
      if (!OF_CANARY.matcher(sli.query()).find()) {
        fields.problem(
            "slis." + sli.name() + ".query",
            "expected $canary in it, since its baseline is what the same query gives for $baseline,"
                + " found none");
      }
      if (least != null && !OF_CANARY.matcher(least.query()).find()) {
        fields.problem(
            "slis." + sli.name() + ".minRequests.query",
            "expected $canary in it, since the baseline needs as many requests, found none");
      }
      if (sli.query().contains("$version")) {
        fields.problem("slis." + sli.name() + ".query", NO_VERSION);
      }
      if (least != null && least.query().contains("$version")) {
        fields.problem("slis." + sli.name() + ".minRequests.query", NO_VERSION);
      }
      if (!peers) {
        fields.problem(
            "slis." + sli.name(),
            "expected max or min alone where every node is a canary: none is left to compare with");
      }
    }
  }

  /// Once every node that serves has the release, none is left to compare with.
  ///
  /// @param what the time in which every node is watched: `the soak`
  static void withoutBaseline(Fields fields, List<Sli> slis, String what) {
    if (!slis.isEmpty() && slis.stream().noneMatch(Sli::hasLimitOfItsOwn)) {
      fields.problem(
          "slis",
          "expected one with max or min for "
              + what
              + ", when no node is left to compare with, found none (or give it 0s)");
    }
  }
}
