package dev.serin.incus.artifact;

import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.request.Artifact;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings an artifact into the store of artifacts, where a rollback looks for what a node has lost:
/// a coordinator that is being restarted, or whose disk is full for a moment, is tried again.
final class Putting {
  /// Together with the pauses between them: for one and a half minutes or more, for two and a half
  /// at most, if each try fails at once.
  static final int TRIES = 10;

  private static final BackOff BACK_OFF =
      new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(30));
  private static final Logger log = LoggerFactory.getLogger(Putting.class);

  /// What one try came to.
  sealed interface Tried {
    /// The store has it.
    ///
    /// @param before whether it had it before
    record Stored(boolean before) implements Tried {}

    /// It has not.
    ///
    /// @param why what was found, to end a sentence
    /// @param again whether that may pass by itself
    record Failed(String why, boolean again) implements Tried {}
  }

  /// One try.
  interface Attempt {
    Tried put(Artifact artifact) throws InterruptedException;
  }

  /// Waits; a test need not.
  interface Pause {
    void last(Duration pause) throws InterruptedException;
  }

  private final Attempt attempt;
  private final Pause pause;
  private final StoreMetrics metrics;

  Putting(Attempt attempt, Pause pause, StoreMetrics metrics) {
    this.attempt = attempt;
    this.pause = pause;
    this.metrics = metrics;
  }

  /// Why it was given up; empty where the store has it.
  Optional<String> put(Artifact artifact) throws InterruptedException {
    for (int tries = 1; true; tries++) {
      int failures = tries;
      switch (attempt.put(artifact)) {
        case Tried.Stored(boolean before) -> {
          metrics.put(before ? StoreMetrics.Outcome.THERE : StoreMetrics.Outcome.STORED);
          log.atInfo()
              .addKeyValue("sha256", artifact.sha256())
              .addKeyValue("failures", tries - 1)
              .log(before ? "the store has the artifact already" : "put into the store");
          return Optional.empty();
        }
        case Tried.Failed(String why, boolean again) when again && failures < TRIES -> {
          Duration next = BACK_OFF.pause(failures, artifact.sha256());
          metrics.put(StoreMetrics.Outcome.RETRIED);
          log.atInfo()
              .addKeyValue("sha256", artifact.sha256())
              .addKeyValue("failures", failures)
              .addKeyValue("next", next)
              .log(
                  "the store of artifacts has not taken an artifact, which is tried again: {}",
                  why);
          pause.last(next);
        }
        case Tried.Failed(String why, boolean _) -> {
          String told = why + (failures == 1 ? "" : ", after " + failures + " tries");
          metrics.put(StoreMetrics.Outcome.GIVEN_UP);
          log.atWarn()
              .addKeyValue("sha256", artifact.sha256())
              .addKeyValue("failures", failures)
              .log(
                  "the store of artifacts has not taken an artifact, so that a rollback can't find it"
                      + " there if a node loses it; the next push of it, or the next preflight of a"
                      + " node that has it, tries again: {}",
                  why);
          return Optional.of(told);
        }
      }
    }
  }
}
