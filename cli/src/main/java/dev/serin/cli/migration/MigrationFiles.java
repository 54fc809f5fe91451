package dev.serin.cli.migration;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.Check;
import dev.serin.contracts.request.Request.Migration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The migrations in files and directories, in the order in which tools run them.
///
/// @param files those that a release brings
/// @param leftOut what is for the way back
/// @param changed what is wrong with migrations that were there before
public record MigrationFiles(List<Migration> files, List<Path> leftOut, List<String> changed) {
  /// For the way back: golang-migrate's `1_a.down.sql`, Flyway's `U1__a.sql`.
  private static final Pattern BACK =
      Pattern.compile(".*[._]down\\.sql|U[0-9][0-9._]*__.*\\.sql", Pattern.CASE_INSENSITIVE);

  private static final Pattern NUMBER = Pattern.compile("[0-9]+|[^0-9]+");

  /// By name, numbers by their value: `V2` comes before `V10`.
  static final Comparator<Path> ORDER =
      (one, other) -> {
        List<String> left = parts(one);
        List<String> right = parts(other);
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
          int by = compare(left.get(i), right.get(i));
          if (by != 0) {
            return by;
          }
        }
        return Integer.compare(left.size(), right.size());
      };

  public MigrationFiles {
    files = List.copyOf(files);
    leftOut = List.copyOf(leftOut);
    changed = List.copyOf(changed);
  }

  /// @param option what names them, for messages
  /// @param since only what is new since that commit; none for all there is
  public static MigrationFiles of(String option, List<String> names, @Nullable String since) {
    Set<Path> found = new LinkedHashSet<>();
    List<Path> given = new ArrayList<>();
    for (String name : names) {
      Path path = path(option, name);
      given.add(path);
      found.addAll(Files.isDirectory(path) ? inside(option, path) : List.of(path));
    }
    List<Path> leftOut = found.stream().filter(MigrationFiles::isBack).toList();
    List<Path> taken = found.stream().filter(path -> !isBack(path)).toList();
    if (since == null) {
      return new MigrationFiles(read(option, taken), leftOut, List.of());
    }
    GitChanges changes = GitChanges.since(since, given);
    return new MigrationFiles(
        read(option, taken.stream().filter(changes::isNew).toList()),
        leftOut.stream().filter(changes::isNew).toList(),
        changes.changed(path -> isSql(path) && !isBack(path)).stream()
            .map(change -> change.sentence(since))
            .toList());
  }

  private static Path path(String option, String name) {
    try {
      Path path = Path.of(name);
      if (Files.isReadable(path) && (Files.isDirectory(path) || Files.isRegularFile(path))) {
        return path;
      }
      throw usage(
          option,
          "a file or a directory that can be read",
          (Files.exists(path) ? "another thing at " : "nothing at ") + path.toAbsolutePath());
    } catch (InvalidPathException wrong) {
      throw usage(option, "a file or a directory", "'" + Check.printable(name) + "'");
    }
  }

  private static List<Path> inside(String option, Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> isSql(path) && Files.isRegularFile(path))
          .filter(path -> !isHidden(directory.relativize(path)))
          .map(path -> directory.toString().isEmpty() ? path : path.normalize())
          .sorted(ORDER)
          .toList();
    } catch (IOException | UncheckedIOException broken) {
      throw usage(
          option, "a directory that can be read", directory + " (" + broken.getMessage() + ")");
    }
  }

  private static boolean isHidden(Path path) {
    for (Path part : path) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static boolean isSql(Path path) {
    return name(path).toLowerCase(Locale.ROOT).endsWith(".sql");
  }

  private static boolean isBack(Path path) {
    return BACK.matcher(name(path)).matches();
  }

  private static List<Migration> read(String option, List<Path> paths) {
    return paths.stream().map(path -> new Migration(path.toString(), text(option, path))).toList();
  }

  private static String text(String option, Path path) {
    try {
      return Files.readString(path);
    } catch (IOException unreadable) {
      throw usage(
          option,
          "text in UTF-8",
          "something else in " + path + " (" + unreadable.getClass().getSimpleName() + ")");
    }
  }

  private static List<String> parts(Path path) {
    return NUMBER.matcher(path.toString()).results().map(part -> part.group()).toList();
  }

  private static int compare(String one, String other) {
    boolean numbers = Character.isDigit(one.charAt(0)) && Character.isDigit(other.charAt(0));
    if (!numbers) {
      return one.compareTo(other);
    }
    String left = one.replaceFirst("^0+", "");
    String right = other.replaceFirst("^0+", "");
    int byLength = Integer.compare(left.length(), right.length());
    int byValue = byLength == 0 ? left.compareTo(right) : byLength;
    return byValue == 0 ? Integer.compare(one.length(), other.length()) : byValue;
  }

  static CommandFailed usage(String option, String expected, String found) {
    return new CommandFailed(
        ExitCode.USAGE, option + ": expected " + expected + ", found " + found);
  }
}
