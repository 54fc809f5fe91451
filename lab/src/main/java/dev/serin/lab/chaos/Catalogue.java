package dev.serin.lab.chaos;

import java.nio.file.Path;
import java.util.List;

/// The releases of a run, in the order in which they are asked for: every second one is bad, and of
/// the bad ones every second one answers its health check and fails a share of its requests, so
/// that only the SLIs can tell.
final class Catalogue {
  private final List<Release> good;
  private final Release failing;
  private final List<Release> unhealthy;
  private int turn;

  /// What a release is like.
  enum Nature {
    GOOD,
    /// Healthy, and fails a share of its requests.
    FAILING,
    /// It does not pass its health check.
    UNHEALTHY
  }

  /// A release to choose from.
  record Release(String version, Path artifact, Nature nature) {
    /// Whether it may complete.
    boolean good() {
      return nature == Nature.GOOD;
    }
  }

  Catalogue(List<Release> good, Release failing, List<Release> unhealthy) {
    this.good = List.copyOf(good);
    this.failing = failing;
    this.unhealthy = List.copyOf(unhealthy);
  }

  /// What is to be released now.
  Release now() {
    int pair = turn / 2;
    if (turn % 2 == 0) {
      return of(good, pair);
    }
    return pair % 2 == 0 ? failing : of(unhealthy, pair / 2);
  }

  /// The next one's turn: this one was taken, whatever came of it.
  void next() {
    turn++;
  }

  /// A release without a fault, another one each turn.
  Release good() {
    return of(good, turn);
  }

  private static Release of(List<Release> releases, int index) {
    return releases.get(index % releases.size());
  }
}
