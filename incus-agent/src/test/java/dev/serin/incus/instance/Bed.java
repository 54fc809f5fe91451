package dev.serin.incus.instance;

import dev.serin.incus.rest.Wire;
import java.util.Map;
import java.util.SortedMap;

/// Where a test's instance is: a directory on this machine, or a real Incus.
interface Bed {
  Wire wire();

  /// The instance's name.
  String instance();

  /// A directory of the test's own in the instance.
  String directory();

  /// Empties the test's directory, then writes files, by their paths relative to it.
  void reset(Map<String, byte[]> files);

  /// The SHA-256 of every file below the test's directory, by its path relative to it; the mark of
  /// the newest fence is left out.
  SortedMap<String, String> digests();
}
