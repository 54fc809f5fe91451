package dev.serin.simulation.world;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A binary: its behaviour is baked in.
public record Binary(String version, Behaviour behaviour) {
  /// What is in the file.
  public byte[] content() {
    return ("#!" + version + " " + behaviour).getBytes(StandardCharsets.UTF_8);
  }

  public String sha256() {
    return sha256(content());
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /// What a file with this content does; a part of a binary does nothing but exit.
  static Behaviour behaviour(byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8);
    for (Behaviour behaviour : Behaviour.values()) {
      if (text.startsWith("#!") && text.endsWith(" " + behaviour)) {
        return behaviour;
      }
    }
    return Behaviour.CRASHES_AT_ONCE;
  }
}
