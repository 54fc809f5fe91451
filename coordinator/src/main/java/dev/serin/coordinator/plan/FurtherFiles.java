package dev.serin.coordinator.plan;

import dev.serin.contracts.Check;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.contracts.service.Strategies;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Which further files a release may bring. That is the operator's word, in the service's
/// definition, and nothing that a release can override: whoever may publish a request must not
/// write where he likes.
final class FurtherFiles {
  private FurtherFiles() {}

  /// @param strategy by which the release comes
  /// @param comesBack whether these are what nodes had before, by Serin's own record: that takes a
  ///   release back, and the operator's word of today is about new ones
  static List<String> problems(
      ServiceDefinition service, String strategy, ReleaseRequested release, boolean comesBack) {
    List<String> problems = new ArrayList<>();
    if (!release.files().isEmpty() && !Strategies.installs(strategy)) {
      problems.add(
          "files: expected none beside strategy "
              + strategy
              + ", which installs nothing, found "
              + release.files().size());
    }
    for (ReleaseFile file : release.files()) {
      problem(service.install(), file.path(), comesBack).ifPresent(problems::add);
    }
    return problems;
  }

  private static Optional<String> problem(Install install, String path, boolean comesBack) {
    String shown = "files: " + Check.printable(path) + ": ";
    if (Stream.of(install.path(), String.valueOf(install.previous())).anyMatch(path::equals)) {
      return Optional.of(
          shown + "expected another file than the service's binary, found install's own");
    }
    if (!comesBack
        && (!Check.isPlainPath(path) || install.files().stream().noneMatch(path::startsWith))) {
      return Optional.of(
          shown
              + "expected a path that the service allows, found "
              + (install.files().isEmpty()
                  ? "that it allows none"
                  : "that it allows " + String.join(", ", install.files()))
              + "; whoever may define the service adds it to install.files, such as "
              + Check.printable(path.substring(0, path.lastIndexOf('/') + 1)));
    }
    return Optional.empty();
  }
}
