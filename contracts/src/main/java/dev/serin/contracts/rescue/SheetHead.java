package dev.serin.contracts.rescue;

import dev.serin.contracts.Check;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How old a rescue sheet is, in its first lines: where several coordinators run, each may have one
/// of the same service on its disk, and only the newest holds.
///
/// @param asOf when it was written, by the clock of its coordinator's machine
/// @param writtenBy the coordinator's `serin.kafka.instance-id`; none where it has none
/// @param letGoAt since when that coordinator no longer keeps it up to date; none while it does,
///   and where it died before it could say so
public record SheetHead(Instant asOf, @Nullable String writtenBy, @Nullable Instant letGoAt) {
  private static final String AS_OF = "# As of ";
  private static final String LET_GO = "# That coordinator let go of it at ";
  private static final String GONE_ON =
      "# Another coordinator may have gone on since: compare with its sheet, the newest one holds.";

  private static final Pattern WRITTEN =
      Pattern.compile("# As of (\\S+), written by (?:a coordinator|coordinator (.+))\\.");
  private static final Pattern LEFT =
      Pattern.compile("# That coordinator let go of it at (\\S+), .*");

  /// The lines before the head: what runs it, and what it is.
  private static final int BEFORE = 2;

  /// Within how many lines the head is.
  private static final int WITHIN = BEFORE + 3;

  /// A sheet with this head in the place of the one that it has, if any.
  ///
  /// @param sheet of two lines or more
  public String on(String sheet) {
    List<String> lines = new ArrayList<>(List.of(sheet.split("\n", -1)));
    lines.subList(BEFORE, Math.min(WITHIN, lines.size())).removeIf(SheetHead::isOne);
    lines.addAll(BEFORE, lines());
    return String.join("\n", lines);
  }

  private static boolean isOne(String line) {
    return line.startsWith(AS_OF) || line.startsWith(LET_GO) || line.equals(GONE_ON);
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        AS_OF
            + asOf
            + ", written by "
            + (writtenBy == null ? "a coordinator" : "coordinator " + Check.printable(writtenBy))
            + ".");
    if (letGoAt != null) {
      lines.add(LET_GO + letGoAt + ", when it was stopped, or another one was given the service.");
    }
    lines.add(GONE_ON);
    return lines;
  }

  /// The head of a sheet; none where it has none that can be read (a version before this one wrote
  /// it, or somebody has changed it).
  public static Optional<SheetHead> of(String sheet) {
    Instant asOf = null;
    String writtenBy = null;
    Instant letGoAt = null;
    for (String line : sheet.lines().limit(WITHIN).skip(BEFORE).toList()) {
      Matcher written = WRITTEN.matcher(line);
      Matcher left = LEFT.matcher(line);
      if (written.matches()) {
        asOf = instant(written.group(1));
        writtenBy = written.group(2);
      } else if (left.matches()) {
        letGoAt = instant(left.group(1));
      }
    }
    return asOf == null ? Optional.empty() : Optional.of(new SheetHead(asOf, writtenBy, letGoAt));
  }

  private static @Nullable Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException unreadable) {
      return null;
    }
  }

  /// The same sheet, no longer kept up to date.
  public SheetHead letGo(Instant at) {
    return new SheetHead(asOf, writtenBy, at);
  }

  /// In one line, for whoever chooses between two.
  public String said() {
    return "as of "
        + asOf
        + ", written by "
        + (writtenBy == null ? "a coordinator" : "coordinator " + writtenBy)
        + (letGoAt == null ? "" : ", which let go of it at " + letGoAt);
  }
}
