package dev.serin.contracts.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the agents show the coordinator's store of artifacts, and nobody else can: private files
/// are given for it alone. It stands in no log, message or error.
public final class StoreToken {
  /// Where it is configured, alike for the coordinator and the agents.
  public static final String SETTING = "serin.artifacts.token";

  /// The same as a placeholder: empty where it is not set.
  public static final String PLACEHOLDER = "${" + SETTING + ":}";

  /// RFC 6750, section 2.1.
  private static final String SCHEME = "bearer ";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._~+/=-]{16,500}");
  private static final int RANDOM_BYTES = 32;

  private final String text;

  private StoreToken(String text) {
    this.text = text;
  }

  /// @param text as configured; empty for none
  public static Optional<StoreToken> of(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (!PLAIN.matcher(text).matches()) {
      throw new IllegalArgumentException(
          SETTING
              + ": expected 16 to 500 letters, digits and any of . _ ~ + / = -, found "
              + text.length()
              + " characters"
              + (text.length() < 16 || text.length() > 500 ? "" : ", not all of them such"));
    }
    return Optional.of(new StoreToken(text));
  }

  /// One that nobody can guess, for processes that need not be told.
  public static String random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// As the header `Authorization` has it.
  public String shown() {
    return "Bearer " + text;
  }

  /// Whether that header shows a token at all; other schemes are for others, such as a proxy.
  public static boolean isShownIn(@Nullable String authorization) {
    return authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME);
  }

  /// Whether that header shows this token. Takes as long for a wrong one.
  public boolean isIn(@Nullable String authorization) {
    return authorization != null
        && isShownIn(authorization)
        && MessageDigest.isEqual(
            text.getBytes(StandardCharsets.UTF_8),
            authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "a token";
  }
}
