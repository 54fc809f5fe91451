package dev.serin.lab.incus;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `systemctl show` says of a unit.
///
/// @param active `active`, `activating`, `deactivating`, `inactive`, `failed`
/// @param sub `running`, `auto-restart`, `stop-sigterm`, `dead`, `failed`
/// @param mainPid 0 where no process runs
/// @param restarts by systemd itself, since it was last started by hand
/// @param job the id of one under way; 0 for none
/// @param result `success`, `exit-code`, `signal`, `timeout`, `start-limit-hit`
/// @param status the last process's exit code, or the signal that ended it
record UnitStatus(
    boolean loaded,
    String active,
    String sub,
    long mainPid,
    String invocation,
    int restarts,
    @Nullable Instant mainStartedAt,
    @Nullable Instant activeSince,
    int job,
    String result,
    int status) {

  static final UnitStatus NOT_FOUND =
      new UnitStatus(false, "inactive", "dead", 0, "", 0, null, null, 0, "success", 0);

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm:ss.SSSSSS 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /// Under systemd's own names.
  Map<String, String> properties(boolean micros) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("MainPID", Long.toString(mainPid));
    properties.put("Result", result);
    properties.put("NRestarts", Integer.toString(restarts));
    properties.put("ExecMainStartTimestamp", timestamp(mainStartedAt, micros));
    properties.put("ExecMainStatus", Integer.toString(status));
    properties.put("LoadState", loaded ? "loaded" : "not-found");
    properties.put("ActiveState", active);
    properties.put("SubState", sub);
    properties.put("ActiveEnterTimestamp", timestamp(activeSince, micros));
    properties.put("Job", job == 0 ? "" : Integer.toString(job));
    properties.put("NeedDaemonReload", "no");
    properties.put("InvocationID", invocation);
    return properties;
  }

  private static String timestamp(@Nullable Instant instant, boolean micros) {
    if (instant == null) {
      return "";
    }
    return (micros ? MICROS : SECONDS).format(instant.truncatedTo(ChronoUnit.MICROS));
  }
}
