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
    return Arrays.equals(Arrays.copyOf(start, ELF.length), ELF)
        || new String(start, StandardCharsets.ISO_8859_1).startsWith("#!");
  }

  /// @param hex the file's first bytes as hexadecimal digits
  public static boolean beginsHex(String hex) {
    return hex.length() % 2 == 0 && begins(HexFormat.of().parseHex(hex));
  }
}
