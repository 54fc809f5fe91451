package dev.serin.coordinator.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Freeze;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that the coordinator remembers of one service.
///
/// @param definition none where nobody has defined it
/// @param active at most one (I1)
/// @param queue what waits, the next one first
/// @param lastKnownGood the release that completed last
/// @param earlier what every node ran before it, and before that, the newest last, at most
///   [#REMEMBERED_EARLIER]: what a rollback of a completed release goes back to
/// @param lastEnded the rollout that ended last, for whoever wants it tried again
/// @param leftOut nodes that an ended rollout left out of rotation, with the settings they had
///   before
/// @param versions what the digests of binaries are called, the newest last, at most
///   [#REMEMBERED_VERSIONS]
/// @param fence of the newest command: milliseconds of the coordinator's clock, and always more
///   than the one before, so that it grows over a broker that lost its data too
/// @param handsOff who has told Serin not to touch the service; none where nobody has
/// @param freezes those that were asked for; some may be over
/// @param everywhere the freezes of all services; whoever loads a ledger puts in those of now
/// @param held what keeps the first in the queue from starting; none where nothing does, or where a
///   rollout is active
/// @param decidedAt when a rollout's state was last published of it; none before, and in a record
///   that an older version wrote
/// @param turn its place among the rollouts that may run at once; none where nobody asked for one
/// @param limited whether a rollout needs one; whoever loads a ledger says what holds now
/// @param partly the rollout that has left its release on a part of the fleet; none where none has,
///   or where another release has come to every node since
/// @param refused the release that ended last without a rollout, refused or in the queue; none
///   where a rollout has ended since
public record Ledger(
    String service,
    @Nullable ServiceDefinition definition,
    @Nullable Rollout active,
    List<Queued> queue,
    @Nullable KnownGood lastKnownGood,
    List<KnownVersion> earlier,
    @Nullable Ended lastEnded,
    Map<String, List<ServerSetting>> leftOut,
    List<KnownVersion> versions,
    long fence,
    @Nullable HandsOff handsOff,
    List<Freeze> freezes,
    List<Freeze> everywhere,
    @Nullable Held held,
    @Nullable Instant decidedAt,
    @Nullable Turn turn,
    boolean limited,
    @Nullable Ended partly,
    @Nullable Ended refused) {
  static final int REMEMBERED_VERSIONS = 50;
  static final int REMEMBERED_EARLIER = 10;

  /// A release that waits for its turn.
  ///
  /// @param sequence of its newest event
  public record Queued(ReleaseRequested request, Instant at, long sequence) {}

  /// A release that completed.
  ///
  /// @param strategy by which it came; none in a ledger from before there was such a field
  /// @param files the further files that it brought
  public record KnownGood(
      String version,
      Artifact artifact,
      String rolloutId,
      @Nullable String strategy,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ReleaseFile> files) {
    public KnownGood {
      files = files == null ? List.of() : List.copyOf(files);
    }

    /// One of nothing but a binary.
    public KnownGood(
        String version, Artifact artifact, String rolloutId, @Nullable String strategy) {
      this(version, artifact, rolloutId, strategy, List.of());
    }
  }

  /// A rollout that is over.
  ///
  /// @param filesBack what takes its further files back, where it has left them on a part of the
  ///   fleet
  /// @param badUntil until when something bad was at work, by this one or one before: a release
  ///   that was taken back or stopped, or what an emergency, a way back or a restart has ended;
  ///   none where a release has completed since
  public record Ended(
      String rolloutId,
      ReleaseRequested request,
      RolloutPhase phase,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ReleaseFile> filesBack,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant badUntil) {
    public Ended {
      filesBack = filesBack == null ? List.of() : List.copyOf(filesBack);
    }

    /// One that has left no further file on a part of the fleet.
    public Ended(String rolloutId, ReleaseRequested request, RolloutPhase phase) {
      this(rolloutId, request, phase, List.of(), null);
    }
  }

  /// The version that a digest belongs to.
  ///
  /// @param files of a version to go back to: what brings back the further files that were there
  public record KnownVersion(
      String sha256,
      String version,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ReleaseFile> files) {
    public KnownVersion {
      files = files == null ? List.of() : List.copyOf(files);
    }

    /// A version of nothing but a binary.
    public KnownVersion(String sha256, String version) {
      this(sha256, version, List.of());
    }
  }

  /// Somebody wants the service to be left alone.
  public record HandsOff(String by, String reason, Instant since) {
    /// One sentence.
    String sentence() {
      return "hands off since " + since + ", by " + by + (reason.isEmpty() ? "" : ": " + reason);
    }
  }

  /// What a release waits for though the service is free.
  ///
  /// @param by what it waits for, in words
  /// @param until when it ends by itself; none until it is lifted
  public record Held(String by, @Nullable Instant until) {}

  /// With nothing left on a part of the fleet, and nothing refused.
  public Ledger(
      String service,
      @Nullable ServiceDefinition definition,
      @Nullable Rollout active,
      List<Queued> queue,
      @Nullable KnownGood lastKnownGood,
      List<KnownVersion> earlier,
      @Nullable Ended lastEnded,
      Map<String, List<ServerSetting>> leftOut,
      List<KnownVersion> versions,
      long fence,
      @Nullable HandsOff handsOff,
      List<Freeze> freezes,
      List<Freeze> everywhere,
      @Nullable Held held,
      @Nullable Instant decidedAt,
      @Nullable Turn turn,
      boolean limited) {
    this(
        service,
        definition,
        active,
        queue,
        lastKnownGood,
        earlier,
        lastEnded,
        leftOut,
        versions,
        fence,
        handsOff,
        freezes,
        everywhere,
        held,
        decidedAt,
        turn,
        limited,
        null,
        null);
  }

  public Ledger {
    queue = queue == null ? List.of() : List.copyOf(queue);
    earlier = earlier == null ? List.of() : List.copyOf(earlier);
    leftOut = leftOut == null ? Map.of() : Map.copyOf(leftOut);
    versions = versions == null ? List.of() : List.copyOf(versions);
    freezes = freezes == null ? List.of() : List.copyOf(freezes);
    everywhere = everywhere == null ? List.of() : List.copyOf(everywhere);
  }

  /// The ledger of a service that nobody has spoken of yet.
  public static Ledger empty(String service) {
    return new Ledger(
        service, null, null, List.of(), null, List.of(), null, Map.of(), List.of(), 0, null,
        List.of(), List.of(), null, null, null, false);
  }

  /// The same under these freezes of all services.
  ///
  /// @param turns whether a rollout needs a turn to start
  public Ledger under(List<Freeze> all, boolean turns) {
    return with(all, decidedAt, turns);
  }

  /// The same, from which something is published now. A clock that was set back takes nothing back.
  Ledger decided(Instant at) {
    Instant newest = decidedAt == null || at.isAfter(decidedAt) ? at : decidedAt;
    return with(everywhere, newest, limited);
  }

  private Ledger with(List<Freeze> all, @Nullable Instant published, boolean turns) {
    return new Ledger(
        service,
        definition,
        active,
        queue,
        lastKnownGood,
        earlier,
        lastEnded,
        leftOut,
        versions,
        fence,
        handsOff,
        freezes,
        all,
        held,
        published,
        turn,
        turns,
        partly,
        refused);
  }

  /// What the binary with this digest is called.
  String versionOf(String sha256) {
    return versions.stream()
        .filter(known -> known.sha256().equals(sha256))
        .reduce((older, newer) -> newer)
        .map(KnownVersion::version)
        .orElse("sha256:" + sha256.substring(0, 12));
  }
}
