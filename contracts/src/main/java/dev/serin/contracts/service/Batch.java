package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How many nodes are updated at once: `2`, or `25%` of the service's nodes.
///
/// @param number of nodes, 1 or more; or of per cent, 1 to 100
/// @param percent whether it is a share of the nodes
public record Batch(int number, boolean percent) {
  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,5})(%?)");

  public Batch {
    if (number < 1 || (percent && number > 100)) {
      throw new IllegalArgumentException(
          "expected a batch of 1 or more, at most 100 %, was " + number + (percent ? "%" : ""));
    }
  }

  /// Reads `2` or `25%`; empty where it is neither.
  public static Optional<Batch> of(String written) {
    Matcher matcher = WRITTEN.matcher(written);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(matcher.group(1));
    boolean percent = !matcher.group(2).isEmpty();
    return number < 1 || (percent && number > 100)
        ? Optional.empty()
        : Optional.of(new Batch(number, percent));
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static Batch read(String written) {
    return of(written)
        .orElseThrow(() ->
            new IllegalArgumentException("expected a batch such as 2 or 25%, was " + written));
  }

  /// As it is written.
  @JsonValue
  public String shown() {
    return number + (percent ? "%" : "");
  }

  /// How many of so many nodes: a share is rounded down, to at least one.
  int of(int nodes) {
    return percent ? Math.max(1, nodes * number / 100) : number;
  }
}
