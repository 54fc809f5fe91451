package dev.serin.coordinator.artifact;

import dev.serin.contracts.Check;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// Artifacts on disk, each in a file that is called by its SHA-256 digest:
///
/// 1. What comes is written to a file of the upload's own (`parts/DIGEST.ID.up`), and digested on
///    its way.
/// 2. An upload that breaks off, or for which the disk has no room any more, leaves
///    `parts/DIGEST.part`. One that goes on takes that file by renaming it, so that it has only one
///    owner, and digests it anew.
/// 3. Once all is there, is on the disk and has the digest, it is renamed to `DIGEST`, in a folder
///    of its own where it is private.
///
/// So a file under a digest is whole, however many uploads there are at once and wherever the
/// process dies. A file's time of change is when it was last stored or asked for.
public final class ArtifactStore {
  private static final int CHUNK_BYTES = 256 * 1024;

  /// How often an upload is compared with the room that is left: others take of it too.
  private static final long ROOM_EVERY_BYTES = 16L * 1024 * 1024;

  private static final String UPLOAD = ".up";
  private static final String PART = ".part";

  private final Path directory;
  private final Path parts;
  private final Shelf shelf;
  private final long largestBytes;
  private final long keepFreeBytes;
  private final Room room;

  /// An artifact that is whole.
  ///
  /// @param usedAt when it was last stored or asked for
  /// @param isPrivate whether only who shows the agents' token may know of it
  public record Stored(
      String sha256, long sizeBytes, Instant usedAt, Path file, boolean isPrivate) {}

  /// How much the disk has left.
  interface Room {
    long usableBytes(Path directory) throws IOException;
  }

  /// @param directory made when it is first needed
  /// @param largestBytes how large one may be
  /// @param keepFreeBytes how much of the disk an upload must leave
  public ArtifactStore(Path directory, long largestBytes, long keepFreeBytes, InstantSource clock) {
    this(
        directory,
        largestBytes,
        keepFreeBytes,
        clock,
        place -> Files.getFileStore(place).getUsableSpace());
  }

  ArtifactStore(
      Path directory, long largestBytes, long keepFreeBytes, InstantSource clock, Room room) {
    this.directory = directory;
    this.parts = directory.resolve("parts");
    this.shelf = new Shelf(directory, clock);
    this.largestBytes = largestBytes;
    this.keepFreeBytes = keepFreeBytes;
    this.room = room;
    recover();
  }

  /// What a process that died was receiving can be resumed.
  private void recover() {
    for (Path upload : Shelf.list(parts, UPLOAD)) {
      try {
        leave(upload, Shelf.nameOf(upload));
      } catch (IOException unmovable) {
        throw new UncheckedIOException(
            "expected a directory that can be written, found " + parts, unmovable);
      }
    }
  }

  /// The artifact with this digest, marked as asked for.
  public Optional<Stored> find(String sha256) {
    return shelf.find(Check.sha256("sha256", sha256));
  }

  /// How many bytes of an upload that broke off are there; 0 for none.
  public long offset(String sha256) {
    return sizeOf(part(Check.sha256("sha256", sha256)));
  }

  /// All artifacts that are whole, by digest.
  public List<Stored> all() {
    return shelf.all();
  }

  /// Takes what anybody may have.
  public Receipt receive(String sha256, long offset, long totalBytes, InputStream bytes)
      throws IOException {
    return receive(sha256, offset, totalBytes, bytes, false);
  }

  /// Takes an artifact, or the rest of one.
  ///
  /// @param offset how much of it came before
  /// @param totalBytes of the whole artifact; negative where the sender doesn't say
  /// @param isPrivate whether it is to be kept private. What anybody can have already stays so;
  ///   what is private already stays so too, and comes anew, since nobody who has not got it is to
  ///   learn that it is here
  /// @throws IOException when the store can't be used
  public Receipt receive(
      String sha256, long offset, long totalBytes, InputStream bytes, boolean isPrivate)
      throws IOException {
    Optional<Stored> there = find(sha256);
    if (there.isPresent() && !there.get().isPrivate()) {
      return new Receipt.AlreadyThere(there.get().sizeBytes());
    }
    if (totalBytes > largestBytes) {
      return new Receipt.TooLarge(largestBytes);
    }
    Files.createDirectories(parts);
    Optional<Receipt.Full> full = full(Math.max(0, totalBytes - offset));
    if (full.isPresent()) {
      return full.get();
    }
    Path upload = parts.resolve(sha256 + "." + UUID.randomUUID() + UPLOAD);
    if (offset > 0) {
      long found = take(sha256, upload);
      if (found != offset) {
        leave(upload, sha256);
        return new Receipt.WrongOffset(found);
      }
    }
    return receive(sha256, totalBytes, bytes, upload, isPrivate);
  }

  private Receipt receive(
      String sha256, long totalBytes, InputStream bytes, Path upload, boolean isPrivate)
      throws IOException {
    try {
      Receipt receipt = write(sha256, totalBytes, bytes, upload, isPrivate);
      if (receipt instanceof Receipt.Cut) {
        return new Receipt.Cut(leave(upload, sha256));
      }
      if (receipt instanceof Receipt.Full) {
        leave(upload, sha256);
      }
      return receipt;
    } catch (Unwritable unwritable) {
      if (unwritable.isReadable) {
        leave(upload, sha256);
      }
      return new Receipt.Full(unwritable.found);
    } finally {
      Files.deleteIfExists(upload);
    }
  }

  /// The disk has failed, not the sender.
  private static final class Unwritable extends Exception {
    private static final long serialVersionUID = 1L;

    private final String found;
    private final boolean isReadable;

    /// @param isReadable whether what came before is there to go on with: not after a failed sync,
    ///   which may have lost pages that the cache still shows
    Unwritable(IOException cause, boolean isReadable) {
      super(cause);
      this.isReadable = isReadable;
      this.found = String.valueOf(cause.getMessage());
    }
  }

  /// A further file of a release may be secret.
  private FileAttribute<?>[] ownersAlone() {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private Receipt write(
      String sha256, long totalBytes, InputStream bytes, Path upload, boolean isPrivate)
      throws IOException, Unwritable {
    MessageDigest digest = digest();
    long size = 0;
    try (FileChannel file =
        FileChannel.open(
            upload,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            ownersAlone())) {
      size = digestWhatIsThere(file, digest);
      byte[] chunk = new byte[CHUNK_BYTES];
      long checkAt = size;
      while (true) {
        int read;
        try {
          read = bytes.read(chunk);
        } catch (IOException gone) {
          return new Receipt.Cut(size);
        }
        if (read < 0) {
          break;
        }
        size += read;
        if (size > largestBytes) {
          return new Receipt.TooLarge(largestBytes);
        }
        if (size >= checkAt) {
          Optional<Receipt.Full> full = full(0);
          if (full.isPresent()) {
            return full.get();
          }
          checkAt = size + ROOM_EVERY_BYTES;
        }
        digest.update(chunk, 0, read);
        append(file, chunk, read);
      }
      if (size < totalBytes) {
        return new Receipt.Cut(size);
      }
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(sha256)) {
        return new Receipt.WrongDigest(found);
      }
      force(file);
    }
    boolean isHidden = shelf.put(upload, sha256, isPrivate);
    Files.deleteIfExists(part(sha256));
    // Somebody else may have brought it for everybody meanwhile.
    return isPrivate && !isHidden ? new Receipt.AlreadyThere(size) : new Receipt.Stored(size);
  }

  private static long digestWhatIsThere(FileChannel file, MessageDigest digest) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    while (file.read(chunk) >= 0) {
      digest.update(chunk.flip());
      chunk.clear();
    }
    return file.position();
  }

  private static void append(FileChannel file, byte[] chunk, int length) throws Unwritable {
    ByteBuffer buffer = ByteBuffer.wrap(chunk, 0, length);
    try {
      while (buffer.hasRemaining()) {
        file.write(buffer);
      }
    } catch (IOException failed) {
      throw new Unwritable(failed, true);
    }
  }

  private static void force(FileChannel file) throws Unwritable {
    try {
      file.force(true);
    } catch (IOException failed) {
      throw new Unwritable(failed, false);
    }
  }

  /// Makes what broke off the upload's own.
  ///
  /// @return its size; 0 where there is none
  private long take(String sha256, Path upload) throws IOException {
    try {
      Files.move(part(sha256), upload, StandardCopyOption.ATOMIC_MOVE);
      return Files.size(upload);
    } catch (NoSuchFileException none) {
      return 0;
    }
  }

  /// Leaves what came to be resumed, unless more of it is there already.
  ///
  /// @return how much is there
  private long leave(Path upload, String sha256) throws IOException {
    long size = sizeOf(upload);
    long there = sizeOf(part(sha256));
    if (size > there) {
      Files.move(upload, part(sha256), StandardCopyOption.ATOMIC_MOVE);
      return size;
    }
    Files.deleteIfExists(upload);
    return there;
  }

  private Optional<Receipt.Full> full(long neededBytes) throws IOException {
    long usable = room.usableBytes(directory);
    return usable - neededBytes >= keepFreeBytes
        ? Optional.empty()
        : Optional.of(
            new Receipt.Full(
                usable + " bytes free, of which " + keepFreeBytes + " are to stay free"));
  }

  /// Deletes uploads that nobody has gone on with since then.
  ///
  /// @return how many
  public int dropParts(Instant before) {
    return Stream.concat(Shelf.list(parts, PART).stream(), Shelf.list(parts, UPLOAD).stream())
        .mapToInt(file -> shelf.deleteIfOlder(file, before) ? 1 : 0)
        .sum();
  }

  /// Deletes artifacts that are not needed and were neither stored nor asked for since then.
  ///
  /// @return how many
  public int drop(Set<String> needed, Instant before) {
    return shelf.drop(needed, before);
  }

  private Path part(String sha256) {
    return parts.resolve(sha256 + PART);
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException none) {
      return 0;
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
