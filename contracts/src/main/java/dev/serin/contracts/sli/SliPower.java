package dev.serin.contracts.sli;

import dev.serin.contracts.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the comparison of an SLI can find in a window, by the requests of the hour before.
///
/// @param name the SLI's name
/// @param share the canary's share of the requests, in per cent; none where its nodes have what
///   their own weights give them
/// @param window how long the window is
/// @param suffices whether it finds what is worth finding; not where nobody knows
/// @param sentence what it finds, and in what time, or why nobody knows
public record SliPower(
    String name, @Nullable Double share, Duration window, boolean suffices, String sentence) {
  public SliPower {
    Check.name("name", name);
    Check.positive("window", window);
    Check.text("sentence", sentence);
  }
}
