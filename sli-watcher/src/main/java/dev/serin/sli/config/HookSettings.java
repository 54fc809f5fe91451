package dev.serin.sli.config;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What the calls to hooks are signed with.
///
/// @param secrets the shared secrets by the names that services give, each of 16 to 500 characters;
///   they never leave this process
@ConfigurationProperties("serin.hooks")
public record HookSettings(@DefaultValue Map<String, String> secrets) {
  private static final int SHORTEST = 16;
  private static final int LONGEST = 500;

  public HookSettings {
    secrets = Map.copyOf(secrets);
    secrets.forEach((name, secret) -> {
      if (secret.isBlank() || secret.length() < SHORTEST || secret.length() > LONGEST) {
        // The secret itself stands in no message.
        throw new IllegalArgumentException(
            "serin.hooks.secrets."
                + name
                + ": expected "
                + SHORTEST
                + " to "
                + LONGEST
                + " characters, found "
                + secret.length());
      }
    });
  }

  @Override
  public String toString() {
    return "HookSettings[secrets=" + secrets.keySet() + "]";
  }
}
