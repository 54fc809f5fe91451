package dev.serin.lab.artifact;

import dev.serin.lab.backend.Behaviour;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// One release's binary: a shell stub with a jar behind it, in one executable file.
///
/// A zip is read from its end, so `java -jar` takes the file as it is. The entries are stored, not
/// deflated: the process starts sooner, and the bytes do not depend on a zlib.
public final class Artifact {

  /// Little heap and one compiler tier: three of them and a release system share two cores.
  private static final String STUB =
      """
      #!/bin/sh
      exec "${SERIN_LAB_JAVA:-/opt/jdk/bin/java}" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \\
        -Xshare:auto -Xms32m -Xmx64m -Xss512k -XX:-UsePerfData --sun-misc-unsafe-memory-access=allow -jar "$0" "$@"
      exit 127
      """;

  private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

  private Artifact() {}

  /// Writes the release to `to`, whole or not at all.
  ///
  /// @param template the backend's jar, as the build made it
  /// @return the SHA-256 of the file, in hex
  public static String bake(Path template, Behaviour behaviour, Path to) throws IOException {
    Path directory = to.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IOException("expected a file to write to, was " + to);
    }
    Files.createDirectories(directory);
    Path part = Files.createTempFile(directory, ".baking", "");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
        out.write(STUB.getBytes(StandardCharsets.US_ASCII));
        ZipOutputStream jar = new ZipOutputStream(out);
        append(jar, template, behaviour);
        jar.finish();
      }
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      String sha256 = sha256(part);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return sha256;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void append(ZipOutputStream jar, Path template, Behaviour behaviour)
      throws IOException {
    try (ZipFile zip = new ZipFile(template.toFile())) {
      List<? extends ZipEntry> entries =
          zip.stream()
              .filter(entry -> !entry.isDirectory())
              .sorted(
                  Comparator.comparing((ZipEntry entry) -> !isManifest(entry))
                      .thenComparing(ZipEntry::getName))
              .toList();
      for (ZipEntry entry : entries) {
        try (var in = zip.getInputStream(entry)) {
          store(jar, entry.getName(), in.readAllBytes());
        }
      }
    }
    store(jar, Behaviour.ENTRY, behaviour.toProperties().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static boolean isManifest(ZipEntry entry) {
    return entry.getName().equals("META-INF/MANIFEST.MF");
  }

  private static void store(ZipOutputStream jar, String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCompressedSize(bytes.length);
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(ENTRY_TIME);
    jar.putNextEntry(entry);
    jar.write(bytes);
    jar.closeEntry();
  }

  static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("expected SHA-256 in every JDK", impossible);
    }
  }
}
