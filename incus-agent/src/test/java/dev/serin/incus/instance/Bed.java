package dev.serin.incus.instance;

import dev.serin.incus.rest.Wire;
import java.util.List;

/// Where a test's instance is: a directory on this machine, or a real Incus.
interface Bed {
  Wire wire();

  /// The instance's name.
  String instance();

  /// A directory of the test's own in the instance.
  String directory();

  void write(String path, byte[] content);

  /// Removes the directory's content.
  void clear();

  /// The file's SHA-256; empty where there is none.
  String digest(String path);

  /// All files below the test's directory, relative to it, sorted.
  List<String> files();
}
