package dev.serin.contracts.service;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Fields;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the freezes of a service's calendar, and names every problem.
final class FreezeReader {
  private static final int MOST = 100;
  private static final String LIFTED_BY_HAND =
      "; a freeze that a person lifts is asked for with: serin freeze SERVICE --until-lifted";

  private FreezeReader() {}

  static List<FreezeWindow> freezes(Fields fields) {
    List<FreezeWindow> windows = new ArrayList<>();
    List<Fields> all = fields.objects("freezes");
    if (all.size() > MOST) {
      fields.problem("freezes", "expected at most " + MOST + ", found " + all.size());
      return List.of();
    }
    for (Fields freeze : all) {
      if (freeze.has("cron") == freeze.has("from")) {
        freeze.problem(
            "from",
            "expected from and until, or cron and for, found "
                + (freeze.has("cron") ? "both" : "neither"));
      } else {
        windows.add(freeze.has("cron") ? repeated(freeze) : once(freeze));
      }
    }
    return windows;
  }

  private static FreezeWindow once(Fields freeze) {
    ZoneId zone = zone(freeze);
    if (!freeze.has("until")) {
      freeze.problem(
          "until",
          "expected an end such as 2026-12-27T00:00 or 2026-12-27T00:00:00Z, is missing"
              + LIFTED_BY_HAND);
    }
    alone(freeze, "for", "from");
    Instant from = instant(freeze, "from", zone);
    Instant until = instant(freeze, "until", zone);
    if (from != null && until != null && !until.isAfter(from)) {
      freeze.problem("until", "expected an instant after from, " + from + ", found " + until);
    }
    return new FreezeWindow(from, until, null, null, name(freeze), reason(freeze));
  }

  private static FreezeWindow repeated(Fields freeze) {
    ZoneId zone = zone(freeze);
    if (!freeze.has("for")) {
      freeze.problem("for", "expected how long each lasts, such as 60h, is missing");
    }
    alone(freeze, "until", "cron");
    String cron = freeze.text("cron").orElse("");
    try {
      if (!cron.isEmpty() && Cron.of(cron).next(Instant.EPOCH, zone).isEmpty()) {
        freeze.problem("cron", "expected a date that there is, found '" + shown(cron) + "'");
      }
    } catch (IllegalArgumentException notOne) {
      freeze.problem("cron", notOne.getMessage() + ", found '" + shown(cron) + "'");
    }
    return new FreezeWindow(
        null,
        null,
        cron,
        freeze.duration("for", Duration.ofMinutes(1)).orElse(null),
        name(freeze),
        reason(freeze));
  }

  private static void alone(Fields freeze, String field, String other) {
    if (freeze.has(field)) {
      freeze.problem(field, "expected none beside " + other + ", found one");
    }
  }

  private static @Nullable String name(Fields freeze) {
    return freeze.text("zone").orElse(null);
  }

  private static String reason(Fields freeze) {
    return freeze.emptyOrText("reason").orElse("");
  }

  private static ZoneId zone(Fields freeze) {
    Optional<String> name = freeze.text("zone");
    try {
      return ZoneId.of(name.orElse("UTC"));
    } catch (DateTimeException unknown) {
      freeze.problem(
          "zone",
          "expected a time zone such as Europe/Berlin, found '" + shown(name.orElse("")) + "'");
      return ZoneId.of("UTC");
    }
  }

  /// An instant, or what the clock shows in the zone.
  private static @Nullable Instant instant(Fields freeze, String field, ZoneId zone) {
    String text = freeze.text(field).orElse("");
    if (text.isEmpty()) {
      return null;
    }
    try {
      Instant instant =
          text.endsWith("Z")
              ? Instant.parse(text)
              : LocalDateTime.parse(text).atZone(zone).toInstant();
      int year = instant.atZone(ZoneId.of("UTC")).getYear();
      if (year >= 1970 && year <= 9999) {
        return instant;
      }
    } catch (DateTimeException notOne) {
      // Told below.
    }
    freeze.problem(
        field,
        "expected 2026-12-24T00:00:00Z, or 2026-12-24T00:00 by the clock of zone, found '"
            + shown(text)
            + "'");
    return null;
  }

  private static String shown(String text) {
    return Check.printable(text);
  }
}
