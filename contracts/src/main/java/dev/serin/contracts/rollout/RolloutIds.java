package dev.serin.contracts.rollout;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The ids of rollouts, derived from service and request id, so that whoever asks knows the id
/// before anybody answers.
public final class RolloutIds {
  /// What a rollout's id can't begin with, since no service's name has a slash.
  private static final String PLAN = "plan/";

  private RolloutIds() {}

  /// Stands in a command's head where a rollout's id stands otherwise: a check for a plan, which
  /// belongs to no rollout.
  ///
  /// @param random tells one plan from another
  public static String ofPlan(String random) {
    return PLAN + random;
  }

  /// Whether a command or an answer is of a plan, not of a rollout.
  public static boolean isPlan(String rolloutId) {
    return rolloutId.startsWith(PLAN);
  }

  /// The service's name, a hyphen, and twelve hexadecimal digits of the SHA-256 of both.
  public static String of(String service, String requestId) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((service + '\n' + requestId).getBytes(StandardCharsets.UTF_8));
      return service + "-" + HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JVM has SHA-256", impossible);
    }
  }
}
