package dev.serin.lab.demo;

import dev.serin.lab.load.LoadSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// One act of the demo: a release, what it should come to, and what it came to.
///
/// @param exitCode what `serin release --wait` shall end with
/// @param mayFail whether users may see errors of the release itself
record Release(String title, String version, Path artifact, int exitCode, boolean mayFail) {

  /// What became of it.
  ///
  /// @param load what users saw meanwhile
  record Result(
      Release release,
      int exitCode,
      Duration took,
      LoadSnapshot load,
      Map<String, String> digests) {

    /// Requests that failed although the release's own code had nothing to do with it.
    long failedOtherwise() {
      Map<String, Long> failed = new TreeMap<>(load.failedByVersion());
      if (release.mayFail()) {
        failed.remove(release.version());
      }
      return failed.values().stream().mapToLong(Long::longValue).sum();
    }

    boolean isAsExpected() {
      return exitCode == release.exitCode() && failedOtherwise() == 0;
    }
  }
}
