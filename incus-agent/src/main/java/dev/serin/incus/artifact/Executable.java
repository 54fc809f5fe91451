package dev.serin.incus.artifact;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// What a kernel would run: an ELF file, or a script that names its interpreter.
public final class Executable {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

  /// How many bytes it takes to tell.
  public static final int MAGIC_BYTES = 4;

  private Executable() {}

  /// @param start the file's first bytes
  public static boolean begins(byte[] start) {
    return isElf(start) || isScript(start);
  }

  private static boolean isElf(byte[] start) {
    return Arrays.equals(Arrays.copyOf(start, ELF.length), ELF);
  }

  private static boolean isScript(byte[] start) {
    return new String(start, StandardCharsets.ISO_8859_1).startsWith("#!");
  }

  /// @param hex the file's first bytes as hexadecimal digits
  public static boolean beginsHex(String hex) {
    return begins(bytes(hex));
  }

  /// What is told of a file that has another digest than was asked for. Whoever may publish a
  /// request says where the agent looks, and it may read more than they may. A text may be a
  /// secret, a script that sets passwords too: with its digest it could be asked for once more, or
  /// guessed at. Only that of machine code is told.
  ///
  /// @param start the file's first bytes
  public static String told(byte[] start, String sha256) {
    return isElf(start)
        ? sha256
        : isScript(start) ? "another script" : "something else, which is no executable";
  }

  /// @param hex the file's first bytes as hexadecimal digits
  public static String toldHex(String hex, String sha256) {
    return told(bytes(hex), sha256);
  }

  private static byte[] bytes(String hex) {
    return hex.length() % 2 == 0 ? HexFormat.of().parseHex(hex) : new byte[0];
  }
}
