package dev.serin.haproxy.hint;

import dev.serin.contracts.Check;
import dev.serin.contracts.kafka.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/// Hints as files: `SERVICE.json` in a directory of this one agent's own. Any other file there is
/// not its business.
public final class HintFiles implements HintStore {
  private static final String ENDS = ".json";

  private final Path directory;

  /// @param directory made when it is needed
  public HintFiles(Path directory) {
    this.directory = directory;
  }

  /// It is on the disk before it is in its place: a machine that loses its power has one or the
  /// other.
  @Override
  public void write(String service, String text) throws IOException {
    Path file = file(service);
    Files.createDirectories(directory);
    Path part = directory.resolve("." + service + ".part");
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void remove(String service) throws IOException {
    Files.deleteIfExists(file(service));
  }

  @Override
  public Map<String, Found> all() throws IOException {
    Map<String, Found> all = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + ENDS)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        String service = name.substring(0, name.length() - ENDS.length());
        if (Check.isName(service)) {
          all.put(service, read(file));
        }
      }
    } catch (NoSuchFileException never) {
      return Map.of();
    } catch (DirectoryIteratorException broken) {
      throw broken.getCause();
    }
    return all;
  }

  private static Found read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        return new Found.Unreadable("a file", "something else");
      }
      long bytes = Files.size(file);
      if (bytes > Topics.LARGEST_VALUE_BYTES) {
        return new Found.Unreadable(
            "at most " + Topics.LARGEST_VALUE_BYTES + " bytes", bytes + " bytes");
      }
      return new Found.Text(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      return new Found.Unreadable("a file of text that can be read", unreadable.toString());
    }
  }

  @Override
  public String place(String service) {
    return directory.resolve(service + ENDS).toString();
  }

  private Path file(String service) throws IOException {
    if (!Check.isName(service)) {
      throw new IOException(
          "expected a service's name, was '" + Check.printable(service) + "': no file has it");
    }
    return directory.resolve(service + ENDS);
  }
}
