package dev.serin.contracts.request;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Fields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Reads the further files of a release.
final class FilesReader {
  private static final Pattern OWNER = Pattern.compile("0|[1-9][0-9]{0,8}|[a-z_][a-z0-9_-]{0,31}");

  /// Neither set-id nor sticky, and not for everybody to write.
  private static final Pattern MODE = Pattern.compile("0?[0-7][0-7][0145]");

  /// Both in bytes, as file systems count.
  private static final int LONGEST_PATH = 1_000;

  /// A file stands beside its place under a longer name before it is moved there.
  private static final int LONGEST_NAME = 200;

  private FilesReader() {}

  /// @param content reads an artifact
  static List<ReleaseFile> files(Fields fields, Function<Fields, Artifact> content) {
    List<ReleaseFile> files = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    for (Fields file : fields.objects("files")) {
      String path = path(file);
      if (!path.equals("/") && !paths.add(path)) {
        file.problem(
            "path", "expected each path once, found " + Check.printable(path) + " once more");
      }
      String mode = matching(file, "mode", MODE, "three octal digits, not writable by all", "0640");
      files.add(
          new ReleaseFile(
              path,
              artifact(file, content),
              matching(file, "uid", OWNER, "a user's number or name", "root"),
              matching(file, "gid", OWNER, "a group's number or name", "root"),
              mode.length() == 3 ? "0" + mode : mode));
    }
    if (files.size() > ReleaseFile.MOST) {
      fields.problem(
          "files", "expected at most " + ReleaseFile.MOST + " files, found " + files.size());
    }
    return files;
  }

  /// A node's own files may be anybody's secrets, and a release may give its files to anybody.
  private static Artifact artifact(Fields file, Function<Fields, Artifact> content) {
    Artifact artifact = file.requiredObject("artifact").map(content).orElse(Artifact.NONE);
    if (artifact.uri().startsWith("node:") && !artifact.equals(Artifact.NONE)) {
      file.problem(
          "artifact.uri",
          "expected a further file from elsewhere than the node, found '"
              + Check.printable(artifact.uri())
              + "'");
    }
    return artifact;
  }

  private static String path(Fields file) {
    if (!file.has("path")) {
      file.problem("path", "expected an absolute path, is missing");
    }
    Optional<String> path = file.filePath("path");
    if (path.isPresent() && !isNormal(path.get())) {
      file.problem(
          "path",
          "expected a path without '.', '//' or '.serin', of at most "
              + LONGEST_PATH
              + " bytes and "
              + LONGEST_NAME
              + " in its last name, found '"
              + Check.printable(path.get())
              + "'");
    }
    return path.orElse("/");
  }

  private static boolean isNormal(String path) {
    return Check.isPlainPath(path)
        && bytes(path) <= LONGEST_PATH
        && bytes(path.substring(path.lastIndexOf('/') + 1)) <= LONGEST_NAME;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String matching(
      Fields fields, String field, Pattern pattern, String what, String otherwise) {
    Optional<String> text = fields.text(field);
    if (text.isPresent() && !pattern.matcher(text.get()).matches()) {
      fields.problem(field, "expected " + what + ", found '" + Check.printable(text.get()) + "'");
      return otherwise;
    }
    return text.orElse(otherwise);
  }
}
