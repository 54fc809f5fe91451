package dev.serin.contracts.migration;

import dev.serin.contracts.Check;
import java.util.Locale;

/// What one statement of a migration means for the version that still runs.
///
/// @param path the file
/// @param line where the statement begins, from 1
/// @param statement its first words
/// @param why what it does to the version that still runs
/// @param instead what to do; empty where there is nothing to do
public record Finding(
    Severity severity, String path, int line, String statement, String why, String instead) {
  /// How bad it is.
  public enum Severity {
    /// The version that still runs, or its data, is broken: the release is refused.
    BREAKS,
    /// It may be: told, and let through.
    WARNS,
    /// It was not judged as a whole: it could not be parsed, and was only looked through for
    /// keywords; or it is for the way back, and was left out.
    SCANNED;

    /// The word that everybody sees.
    public String shown() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Finding {
    Check.required("severity", severity);
    Check.text("path", path);
    Check.atLeast("line", 1, line);
    Check.required("statement", statement);
    Check.text("why", why);
    Check.required("instead", instead);
  }

  /// One line: where, what, why, and what to do.
  public String sentence() {
    return Check.printable(path)
        + ":"
        + line
        + ": "
        + Check.printable(statement)
        + ": "
        + why
        + (instead.isEmpty() ? "" : "; " + instead);
  }
}
