package dev.serin.simulation.judgement;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.sequential.Outcome;

/// An SLI of a simulated service, measured look by look. What it gives is of the look drawn last.
interface Measured {
  int SECONDS_A_LOOK = 30;

  /// An hour.
  int LOOKS = 120;

  /// Forgets the window and begins another one.
  void begin();

  /// Draws the traffic since the look before.
  ///
  /// @param look 1 or more
  void draw(int look);

  /// The canary's value over the last minute, as a probe sees it; `NaN` without requests.
  double canary();

  double baseline();

  /// How many requests of the last minute that rests on.
  double canaryRequests();

  double baselineRequests();

  /// The canary's value since the look before; `NaN` without requests.
  double canaryLately();

  double baselineLately();

  /// What the sequential comparison says of everything since the window's start.
  Outcome compared();

  /// The limit by itself, without a baseline.
  SliQuery threshold();

  /// The limit beside the baseline.
  SliQuery delta();
}
