package dev.serin.coordinator.artifact;

import dev.serin.contracts.Check;
import dev.serin.coordinator.artifact.ArtifactStore.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// The artifacts of a store that are whole, each in a file that is called by its SHA-256 digest:
/// what anybody may have in its directory, what is private in `private` in that. Each stays what it
/// was first, whoever brings it again: a private one would be given to anybody else, and one that
/// others fetch would be hidden from them.
final class Shelf {
  private final Path directory;
  private final Path hidden;
  private final InstantSource clock;

  /// Held while a file is marked as asked for, gets its place, or is looked at and deleted.
  private final ReentrantLock sweeping = new ReentrantLock();

  /// @param directory made by who puts the first one there
  Shelf(Path directory, InstantSource clock) {
    this.directory = directory;
    this.hidden = directory.resolve("private");
    this.clock = clock;
  }

  /// The artifact with this digest, marked as asked for.
  Optional<Stored> find(String sha256) {
    sweeping.lock();
    try {
      Path file = folder(sha256, false).resolve(sha256);
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      return Optional.of(stored(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } finally {
      sweeping.unlock();
    }
  }

  /// Where it is, or belongs.
  private Path folder(String sha256, boolean isPrivate) {
    return Files.isRegularFile(hidden.resolve(sha256))
            || (isPrivate && !Files.isRegularFile(directory.resolve(sha256)))
        ? hidden
        : directory;
  }

  /// Gives what is whole its name.
  ///
  /// @return whether it is private
  boolean put(Path upload, String sha256, boolean isPrivate) throws IOException {
    Files.setLastModifiedTime(upload, FileTime.from(clock.instant()));
    sweeping.lock();
    try {
      Path folder = folder(sha256, isPrivate);
      Files.createDirectories(folder);
      Files.move(upload, folder.resolve(sha256), StandardCopyOption.ATOMIC_MOVE);
      // The new name has to outlive a loss of power too.
      force(folder);
      if (!folder.equals(directory) && Files.deleteIfExists(directory.resolve(sha256))) {
        force(directory);
      }
      return folder.equals(hidden);
    } finally {
      sweeping.unlock();
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /// All artifacts that are whole, by digest.
  List<Stored> all() {
    List<Stored> all = new ArrayList<>();
    for (Path file : files()) {
      try {
        // A process that died may have left both.
        if (file.startsWith(folder(nameOf(file), false))) {
          all.add(stored(file));
        }
      } catch (NoSuchFileException gone) {
        // Swept away meanwhile.
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
    return all;
  }

  private List<Path> files() {
    return Stream.concat(list(directory, "").stream(), list(hidden, "").stream())
        .sorted(Comparator.comparing(Shelf::nameOf))
        .toList();
  }

  /// Deletes artifacts that are not needed and were neither stored nor asked for since then.
  ///
  /// @return how many
  int drop(Set<String> needed, Instant before) {
    return files().stream()
        .filter(file -> !needed.contains(nameOf(file)))
        .mapToInt(file -> deleteIfOlder(file, before) ? 1 : 0)
        .sum();
  }

  boolean deleteIfOlder(Path file, Instant before) {
    sweeping.lock();
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(before)
          && Files.deleteIfExists(file);
    } catch (NoSuchFileException gone) {
      return false;
    } catch (IOException undeletable) {
      throw new UncheckedIOException(undeletable);
    } finally {
      sweeping.unlock();
    }
  }

  private Stored stored(Path file) throws IOException {
    return new Stored(
        nameOf(file),
        Files.size(file),
        Files.getLastModifiedTime(file).toInstant(),
        file,
        file.startsWith(hidden));
  }

  /// The digest that a file's name begins with.
  static String nameOf(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, Math.min(64, name.length()));
  }

  /// The files whose names are a digest and this ending, by name; none where there is no directory.
  static List<Path> list(Path directory, String ending) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> Check.isSha256(nameOf(file)))
          .filter(file -> {
            String name = file.getFileName().toString();
            return ending.isEmpty() ? name.length() == 64 : name.endsWith(ending);
          })
          .sorted(Comparator.naturalOrder())
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
