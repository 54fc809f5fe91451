package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What a node goes through while scripts run on it: a copy of it before and after each effect of
/// theirs. A script that is killed leaves the node as it is at that moment and has nothing else to
/// leave, its lock goes with it: so whoever comes next finds what a copy shows, and where two
/// copies show the same, the same. That a kill leaves no more and no less is for a test to see
/// ([#killed]).
final class Moments {
  /// The tools by which scripts have their effects. `sync` has none that shows, but follows those
  /// that a shell has without any tool.
  private static final List<String> TOOLS =
      List.of("mv", "rm", "touch", "cat", "cp", "chown", "chmod", "mkdir", "sync", "systemctl");

  private final Path node;
  private final Path tools;
  private final Path copies;

  /// A copy of the node.
  ///
  /// @param effects how many had been begun
  /// @param after whether the last of these was over
  record Moment(int effects, boolean after, Path copy) {
    @Override
    public String toString() {
      return (after ? "after" : "before") + " effect " + effects;
    }
  }

  /// @param directory empty, and beside the node: a copy becomes the node by one move
  Moments(Path node, Path directory) {
    this.node = node;
    try {
      this.tools = Files.createDirectories(directory.resolve("tools"));
      this.copies = Files.createDirectories(directory.resolve("copies"));
      for (String tool : TOOLS) {
        tool(tools.resolve(tool), tool.equals("systemctl") ? "true" : "/bin/" + tool);
      }
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /// The group is the one that `timeout` makes for a script and all that it starts: it is killed as
  /// a whole.
  private void tool(Path file, String real) throws IOException {
    Files.writeString(
        file,
        """
        #!/bin/sh
        read -r n <%1$s/count
        n=$((n + 1))
        echo "$n" >%1$s/count
        read -r at <%1$s/at
        [ "$at" -ne 0 ] || /bin/cp -a -- %2$s "%3$s/$n-before"
        code=0
        %4$s "$@" || code=$?
        [ "$at" -ne 0 ] || /bin/cp -a -- %2$s "%3$s/$n-after"
        if [ "$n" -eq "$at" ]; then
          read -r self name state parent group rest </proc/self/stat
          [ "$group" -eq %5$d ] || kill -9 "-$group"
        fi
        exit "$code"
        """
            .formatted(tools, node, copies, real, group()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  /// The process group of the tests, which is never killed.
  private static long group() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[2]);
  }

  /// The moments of the node while that is carried out there, each that is unlike all before it.
  List<Moment> of(LocalBed bed, Runnable command) throws IOException {
    int effects = run(bed, 0, command);
    Map<String, Moment> unlike = new LinkedHashMap<>();
    for (int effect = 1; effect <= effects; effect++) {
      for (boolean after : new boolean[] {false, true}) {
        Path copy = copies.resolve(effect + (after ? "-after" : "-before"));
        unlike.putIfAbsent(looks(copy), new Moment(effect, after, copy));
      }
    }
    return new ArrayList<>(unlike.values());
  }

  /// Carries that out on the node as it is and kills the script once it has had so many effects.
  void kill(LocalBed bed, int effect, Runnable command) throws IOException {
    run(bed, effect, command);
  }

  private int run(LocalBed bed, int at, Runnable command) throws IOException {
    Files.writeString(tools.resolve("count"), "0\n");
    Files.writeString(tools.resolve("at"), at + "\n");
    bed.tools(tools);
    command.run();
    return Integer.parseInt(Files.readString(tools.resolve("count")).strip());
  }

  /// The node becomes what it was at that moment, for one time.
  void back(Moment moment) throws IOException {
    remove(node);
    Files.move(moment.copy(), node);
  }

  static void remove(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// What there is in a directory: names, kinds, owners, modes, contents, and what was changed
  /// before what. Scripts ask for no more.
  static String looks(Path directory) throws IOException {
    List<Path> paths = paths(directory);
    TreeSet<FileTime> times = new TreeSet<>();
    for (Path path : paths) {
      times.add(Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS));
    }
    StringBuilder looks = new StringBuilder();
    for (Path path : paths) {
      FileTime time = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
      looks.append(line(directory, path)).append(times.headSet(time).size()).append('\n');
    }
    return looks.toString();
  }

  /// The same for what two runs leave: without the order of times, of which two may fall into one
  /// tick of the clock, and with the token of each in its files' names left out.
  static String looksOfAnyRun(Path directory) throws IOException {
    StringBuilder looks = new StringBuilder();
    for (Path path : paths(directory)) {
      looks.append(line(directory, path).replaceAll("-[0-9a-f]{32}\\b", "-token")).append('\n');
    }
    return looks.toString();
  }

  private static List<Path> paths(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.sorted().toList();
    }
  }

  private static String line(Path directory, Path path) throws IOException {
    Map<String, Object> is =
        Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
    String content =
        Files.isSymbolicLink(path)
            ? Files.readSymbolicLink(path).toString()
            : Files.isRegularFile(path) ? new String(Files.readAllBytes(path), UTF_8) : "";
    return "%s %s %s %s %s "
        .formatted(
            directory.relativize(path), is.get("mode"), is.get("uid"), is.get("gid"), content);
  }
}
