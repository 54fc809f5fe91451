package dev.serin.cli.view;

import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.sli.Verdict;

/// The small signs, for terminals that know Unicode and for those that don't.
///
/// @param levels what a bar of eighths looks like, from low to high
public record Marks(
    String done,
    String failed,
    String running,
    String pending,
    String skipped,
    String undone,
    String arrow,
    String dot,
    String ellipsis,
    String levels) {
  private static final Marks UNICODE =
      new Marks("✔", "✖", "▶", "·", "–", "↩", "→", "·", "…", "▁▂▃▄▅▆▇");
  private static final Marks ASCII =
      new Marks("+", "X", ">", ".", "-", "<", "->", "-", "...", "_______");

  public static Marks of(boolean unicode) {
    return unicode ? UNICODE : ASCII;
  }

  Text step(StepStatus status) {
    return switch (status) {
      case PENDING -> Text.of(Style.FAINT, pending);
      case RUNNING -> Text.of(Style.STRONG_BUSY, running);
      case SUCCEEDED -> Text.of(Style.GOOD, done);
      case FAILED -> Text.of(Style.BAD, failed);
      case SKIPPED -> Text.of(Style.FAINT, skipped);
      case UNDONE -> Text.of(Style.CAREFUL, undone);
    };
  }

  Text verdict(Verdict verdict) {
    return switch (verdict) {
      case PASS -> Text.of(Style.GOOD, done);
      case FAIL -> Text.of(Style.BAD, failed);
      case NO_DATA -> Text.of(Style.CAREFUL, "?");
      case ERROR -> Text.of(Style.CAREFUL, "!");
    };
  }
}
