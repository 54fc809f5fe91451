package dev.serin.lab.incus;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// `/1.0/instances/N/files?path=`, as Incus 6.0.4 has it.
final class InstanceFiles {

  private static final ApiReply NOT_FOUND = new ApiReply.Error(404, "Not Found");
  private static final int DEFAULT_MODE = 0644;
  private static final int DEFAULT_DIRECTORY_MODE = 0755;

  private final JsonMapper json;

  InstanceFiles(JsonMapper json) {
    this.json = json;
  }

  ApiReply get(Instance instance, String path) throws IOException {
    Optional<Path> file = instance.locate(path).filter(Files::exists);
    if (file.isEmpty()) {
      return NOT_FOUND;
    }
    boolean directory = Files.isDirectory(file.get());
    Map<String, String> headers =
        Map.of(
            "X-Incus-type", directory ? "directory" : "file",
            "X-Incus-mode", "%04o".formatted(modeOf(file.get())),
            "X-Incus-uid", String.valueOf(Files.getAttribute(file.get(), "unix:uid")),
            "X-Incus-gid", String.valueOf(Files.getAttribute(file.get(), "unix:gid")));
    if (!directory) {
      return new ApiReply.Raw(
          ByteBuffer.wrap(Files.readAllBytes(file.get())), "application/octet-stream", headers);
    }
    ArrayNode names = json.createArrayNode();
    try (Stream<Path> list = Files.list(file.get())) {
      list.map(entry -> String.valueOf(entry.getFileName())).sorted().forEach(names::add);
    }
    return new ApiReply.Sync(names);
  }

  /// Writes as the daemon does: straight into the file, so that a push that breaks off leaves a
  /// part; a file that was there keeps its mode; a form type is answered well and writes nothing.
  ///
  /// @param mode as the header has it: with a leading 0 octal, else decimal
  ApiReply push(
      Instance instance,
      String path,
      String contentType,
      String type,
      Optional<String> mode,
      boolean append,
      InputStream body)
      throws IOException {
    if (contentType.startsWith("multipart/") || contentType.contains("form-urlencoded")) {
      return done();
    }
    Optional<Path> file = instance.locate(path);
    if (file.isEmpty() || !Files.isDirectory(file.get().resolveSibling("."))) {
      return NOT_FOUND;
    }
    if (type.equals("directory")) {
      if (!Files.isDirectory(file.get())) {
        Files.createDirectory(file.get());
        setMode(file.get(), numberOf(mode, DEFAULT_DIRECTORY_MODE));
      }
      return done();
    }
    boolean fresh = !Files.exists(file.get());
    Set<StandardOpenOption> options =
        EnumSet.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    try (OutputStream out =
        Files.newOutputStream(file.get(), options.toArray(StandardOpenOption[]::new))) {
      body.transferTo(out);
    }
    if (fresh) {
      setMode(file.get(), numberOf(mode, DEFAULT_MODE));
    }
    return done();
  }

  ApiReply delete(Instance instance, String path) throws IOException {
    Optional<Path> file = instance.locate(path);
    return file.isPresent() && Files.deleteIfExists(file.get()) ? done() : NOT_FOUND;
  }

  private ApiReply done() {
    return new ApiReply.Sync(json.createObjectNode());
  }

  private static int numberOf(Optional<String> mode, int otherwise) {
    return mode.map(text -> Integer.parseInt(text, text.startsWith("0") ? 8 : 10))
        .orElse(otherwise);
  }

  private static final List<PosixFilePermission> BITS =
      List.of(
          PosixFilePermission.OTHERS_EXECUTE,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_READ);

  private static int modeOf(Path file) throws IOException {
    int mode = 0;
    for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
      mode |= 1 << BITS.indexOf(permission);
    }
    return mode;
  }

  private static void setMode(Path file, int mode) throws IOException {
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("---------");
    for (int bit = 0; bit < BITS.size(); bit++) {
      if ((mode & (1 << bit)) != 0) {
        permissions.add(BITS.get(bit));
      }
    }
    Files.setPosixFilePermissions(file, permissions);
  }
}
