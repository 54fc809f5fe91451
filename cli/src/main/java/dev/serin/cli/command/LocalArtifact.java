package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.Check;
import dev.serin.contracts.request.Artifact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Names an artifact for a request: a file of this machine by its absolute URI and digest, anything
/// else as the person wrote it.
final class LocalArtifact {
  private static final Pattern URI = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:.*");

  private LocalArtifact() {}

  /// Whether this names a file of this machine; else it is a URI, which means somewhere else.
  static boolean isFile(String text) {
    return !URI.matcher(text).matches();
  }

  /// @param option the option that named it, for messages
  /// @param digestOption the option for the digest
  static Artifact of(String option, String text, String digestOption, @Nullable String digest) {
    String wanted = digest == null ? null : digest.strip().toLowerCase(Locale.ROOT);
    if (wanted != null && !Check.isSha256(wanted)) {
      throw usage(
          digestOption, "a SHA-256 digest of 64 hexadecimal digits", "'" + digest + "'", "");
    }
    if (!isFile(text)) {
      if (wanted == null) {
        throw usage(
            digestOption,
            "the artifact's SHA-256 digest, since " + option + " is a URI",
            "none",
            "; only a file's own is computed here");
      }
      return new Artifact(text, wanted);
    }
    Path file = file(option, text);
    String found = digest(option, file);
    if (wanted != null && !wanted.equals(found)) {
      throw usage(digestOption, wanted, found + " in " + file, "; nothing was sent");
    }
    return new Artifact(file.toUri().toString(), found);
  }

  private static Path file(String option, String text) {
    try {
      Path file = Path.of(text).toAbsolutePath();
      if (Files.isRegularFile(file) && Files.isReadable(file)) {
        return file.toRealPath();
      }
      String found =
          Files.isDirectory(file)
              ? "a directory"
              : Files.exists(file) ? "a file that may not be read" : "nothing";
      throw usage(option, "a file", found + " at " + file, "");
    } catch (InvalidPathException | IOException wrong) {
      throw usage(option, "a file", "'" + Check.printable(text) + "'", "");
    }
  }

  private static String digest(String option, Path file) {
    try (InputStream bytes = Files.newInputStream(file)) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
        sha256.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (IOException broken) {
      throw usage(option, "a file that can be read", file + " (" + broken.getMessage() + ")", "");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  private static CommandFailed usage(String option, String expected, String found, String advice) {
    return new CommandFailed(
        ExitCode.USAGE, option + ": expected " + expected + ", found " + found + advice);
  }
}
