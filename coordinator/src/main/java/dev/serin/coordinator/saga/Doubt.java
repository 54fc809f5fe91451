package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import java.time.Duration;
import java.time.Instant;

/// A red probe that is not acted on yet: a look at the nodes says first whether somebody else is at
/// work on them ([Doubting]).
///
/// @param step the analysis that it belongs to
/// @param why one sentence on what it will be acted on for
/// @param probe the evidence
/// @param onBreach what it comes to
/// @param look names the look
/// @param askAt when the look is asked for again
/// @param deadline when the probe is acted on without an answer
public record Doubt(
    int step,
    String why,
    ProbeView probe,
    OnBreach onBreach,
    CommandHead look,
    Instant askAt,
    Instant deadline) {
  Doubt askedAgainAt(Instant at) {
    return new Doubt(step, why, probe, onBreach, look, at, deadline);
  }

  Doubt postponed(Duration by) {
    return new Doubt(step, why, probe, onBreach, look, askAt, deadline.plus(by));
  }

  /// The same look decides on another probe.
  Doubt of(int analysis, String reason, ProbeView newest, OnBreach severer) {
    return new Doubt(analysis, reason, newest, severer, look, askAt, deadline);
  }
}
