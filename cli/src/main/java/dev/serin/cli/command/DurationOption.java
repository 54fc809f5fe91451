package dev.serin.cli.command;

import dev.serin.contracts.json.Quantities;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Durations as people write them.
final class DurationOption implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    return Quantities.duration(text)
        .filter(duration -> !duration.isNegative())
        .orElseThrow(() ->
            new TypeConversionException(
                "expected a duration such as 30s, 1h or PT30S, found '" + text + "'"));
  }
}
